from __future__ import annotations

import pytest

from publisher.gather.summaries.costs import (
    CostEstimate,
    Usage,
    cost_micro,
    describe,
    estimate,
    micro,
    money,
)
from publisher.settings.sections.gather import Gather, GatherModel, GatherTopic

URL = "https://model.test/v1"


@pytest.mark.parametrize(
    ("price_in", "price_out", "usage", "micros"),
    [
        (0.0, 0.0, (1000, 1000), 0),
        (0.25, 2.0, (1000, 100), 450),
        (0.1, 0.0, (10, 0), 1),  # in binary, ten times 0.1 is more than 1
        (0.1, 0.0, (11, 0), 2),  # rounded up, never down
        (1e-05, 0.0, (1, 0), 1),
        (30.0, 60.0, (0, 1), 60),
    ],
)
def test_cost(price_in: float, price_out: float, usage: tuple[int, int], micros: int) -> None:
    model = GatherModel(price_in=price_in, price_out=price_out)
    assert cost_micro(Usage(*usage), model) == micros


@pytest.mark.parametrize(
    ("amount", "micros"),
    [(0.0, 0), (2.0, 2_000_000), (0.29, 290_000), (1e-7, 0), (4.35, 4_350_000)],
)
def test_micro(amount: float, micros: int) -> None:
    assert micro(amount) == micros


@pytest.mark.parametrize(
    ("micros", "text"),
    [(0, "0.00"), (50_000, "0.05"), (1234, "0.0012"), (2_000_000, "2.00"), (10**10, "10,000.00")],
)
def test_money(micros: int, text: str) -> None:
    assert money(micros) == text


def settings(**model: object) -> Gather:
    topics = tuple(GatherTopic(name=name, max_per_day=20) for name in ("A", "B"))
    values = {"url": URL, "name": "m", "price_in": 0.25, "price_out": 2.0} | model
    return Gather(topics=topics, model=GatherModel(**values))  # type: ignore[arg-type]


def test_an_estimate_is_of_what_the_topics_take() -> None:
    costs = estimate(settings())
    assert costs == CostEstimate(40, 56_000, 42_000, 261 * 42_000, is_limited=False)
    assert describe(costs) == (
        "Summaries of up to 40 papers a day: about 56,000 tokens a day, 0.042 a day, 10.96 a year"
        " of 261 days with announcements."
    )


@pytest.mark.parametrize(
    ("model", "tokens", "micros", "is_limited"),
    [
        ({"languages": ("en", "zh")}, 72_000, 74_000, False),
        ({"max_tokens": 100}, 44_000, 18_000, False),
        ({"full_text": True}, 656_000, 192_000, False),
        ({"budget_per_day": 0.021}, 28_000, 21_000, True),
        ({"budget_per_day": 1.0}, 56_000, 42_000, False),
        ({"tokens_per_day": 14_000}, 14_000, 10_500, True),
        ({"price_in": 0.0, "price_out": 0.0}, 56_000, 0, False),
        ({"url": ""}, 0, 0, False),
    ],
)
def test_estimate(model: dict[str, object], tokens: int, micros: int, is_limited: bool) -> None:
    costs = estimate(settings(**model))
    assert (costs.tokens_per_day, costs.day_micro, costs.is_limited) == (tokens, micros, is_limited)


@pytest.mark.parametrize(
    ("model", "papers", "words"),
    [
        ({}, 1, "1 paper a day: about 1,400 tokens a day, 0.001 a day, 0.27 a year"),
        ({"budget_per_day": 0.02}, None, "0.02 a day, limited by the budget, 5.22 a year"),
        ({"price_in": 0.0, "price_out": 0.0}, None, "tokens a day, free at a price of 0"),
        ({"url": ""}, None, "none, as no model is set (gather.model.url)"),
    ],
)
def test_an_estimate_is_described(model: dict[str, object], papers: int | None, words: str) -> None:
    assert words in describe(estimate(settings(**model), papers))
