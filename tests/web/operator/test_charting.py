from __future__ import annotations

from datetime import date, timedelta

from publisher.models import DeliveryState
from publisher.models.gathering import BatchState, GatherCounts
from publisher.store.operations.polls import AppPolls
from publisher.store.operations.statistics import DomainBounces, Growth
from publisher.web.operator.charting import (
    GROUPS,
    announced_chart,
    apps_chart,
    chosen_chart,
    deliveries_chart,
    domains_chart,
    moves_chart,
    polls_chart,
    size_chart,
)

DAYS = [Growth(date(2024, 12, 1) + timedelta(days=n), n, n % 2, 100 + n) for n in range(10)]


def test_the_size_of_the_list() -> None:
    chart = size_chart(DAYS)
    assert chart.rows[-1] == ("2024-12-10", (109,))
    assert chart.mark(9) == "10 Dec"
    assert chart.summary == "In 10 days the list went from 100 to 109 people (+9)."
    assert size_chart([]).is_empty


def test_weeks_end_today() -> None:
    chart = moves_chart(DAYS)
    assert chart.rows == [
        ("2024-12-01 to 2024-12-03", (3, 1)),
        ("2024-12-04 to 2024-12-10", (42, 4)),
    ]
    assert chart.summary == "In 2 weeks 45 people joined and 5 left."
    assert moves_chart([]).rows == []


def test_every_state_of_a_delivery_is_in_one_group() -> None:
    assert sorted(state for _, _, states in GROUPS for state in states) == sorted(DeliveryState)


def test_deliveries() -> None:
    counts = {state: number for number, state in enumerate(DeliveryState)}
    chart = deliveries_chart({"2024-W49": counts, "2024-W50": counts})
    assert chart.labels == ("2024-W49", "2024-W50")
    assert chart.totals == (sum(counts.values()),) * 2
    assert chart.summary == "6 of 56 deliveries in 2 issues were sent."
    assert deliveries_chart({}).is_empty


def test_domains() -> None:
    chart = domains_chart([DomainBounces("", 10, 3, 2, 1, ""), DomainBounces("b", 1, 1, 0, 0, "")])
    assert chart.rows == [("unknown", (3, 2, 1)), ("b", (1, 0, 0))]
    assert "7 messages failed at 2 domains, the most at unknown." in chart.summary
    assert domains_chart([]).is_empty


def test_apps_that_say_nothing_are_in_no_chart() -> None:
    chart = apps_chart([AppPolls("Feedly", 20, 5), AppPolls("Browsers", 0, 100)])
    assert chart.rows == [("Feedly", (20,))]
    assert apps_chart([]).is_empty


def test_days_without_a_request_are_there() -> None:
    chart = polls_chart(["2024-12-01", "2024-12-02"], {"2024-12-02": (5, 1)})
    assert chart.rows == [("2024-12-01", (0,)), ("2024-12-02", (5,))]
    assert chart.mark(0) == "1 Dec"


REPORTS = [
    GatherCounts(
        date(2024, 12, 2),
        channel,
        BatchState.COMPLETE,
        announced=100,
        new=60,
        cross=25,
        replaced=15,
        chosen=10,
        summarised=5,
        from_cache=2,
        failed=1,
    )
    for channel in ("cs.CV", "cs.GR")
]
CLOSED = GatherCounts(date(2024, 12, 3), "cs.CV", BatchState.CLOSED)
GATHERED = ["2024-12-01", "2024-12-02", "2024-12-03"]


def test_announced_papers_of_all_categories() -> None:
    chart = announced_chart(GATHERED, [*REPORTS, CLOSED])
    assert [series.name for series in chart.series] == ["new", "cross-listed", "replaced"]
    assert chart.rows == [
        ("2024-12-01", (0, 0, 0)),
        ("2024-12-02", (120, 50, 30)),
        ("2024-12-03", (0, 0, 0)),
    ]
    assert chart.summary == "200 papers were announced in 3 days, 120 of them new."
    assert announced_chart(GATHERED, [CLOSED]).is_empty


def test_announced_papers_that_could_not_be_read() -> None:
    partial = GatherCounts(date(2024, 12, 1), "cs.CV", BatchState.PARTIAL, announced=239, new=16)
    chart = announced_chart(GATHERED, [partial, *REPORTS])
    assert chart.series[-1].name == "not read"
    assert chart.series[-1].values == (223, 0, 0)


def test_chosen_papers_by_their_summary() -> None:
    chart = chosen_chart(GATHERED, REPORTS)
    assert chart.rows[1] == ("2024-12-02", (10, 4, 4, 2))
    assert chart.summary == "20 papers were chosen in 3 days; 14 have a summary, 2 failed."
    assert chosen_chart(GATHERED, [CLOSED]).is_empty
