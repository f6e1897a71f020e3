from __future__ import annotations

import random
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from support.fake_model import CHINESE, FakeModel
from support.summarizing import DAY, Bench, paper

from publisher.errors import GatherError, SettingsError, StoreError
from publisher.gather.summaries.costs import money
from publisher.gather.summaries.questioner import SummaryResult
from publisher.models.gathering import SummaryText, WrittenSummary

if TYPE_CHECKING:
    from pathlib import Path

    from support.fake_model import ModelCall

PAPERS = [paper(number) for number in range(12)]
FULL = (
    "<article>" + "<p>The scene number 1 has 77 parts, and we use BLENDER.</p>" * 80 + "</article>"
)


def test_a_summary_says_where_it_is_from(bench: Bench) -> None:
    result = bench.ask_one(languages=("en", "zh"))
    assert result.summary == WrittenSummary(
        texts=(
            SummaryText("en", paper().abstract, ("It reaches 31.4 dB in PSNR.",)),
            SummaryText("zh", CHINESE, ("新的方法有效。",)),
        ),
        model="fake-1",
        prompt="builtin-1",
        source="abstract",
    )
    assert (result.problem, result.is_failure, result.from_cache) == ("", False, False)
    assert result.cost_micro == bench.billed_micro() > 0
    assert len(bench.fake.calls) == 1  # both languages from one call


# Ways to misbehave once, that end in a summary: with how many calls.
MENDED = {
    "fenced": 1,
    "thoughts": 1,
    "no usage": 1,
    "many thoughts": 1,
    "broken json": 2,
    "other shape": 2,
    "no json": 2,
    "empty": 2,
    "endless thoughts": 2,
    "half": 2,
    "wrong language": 2,
    "german": 2,
    "japanese": 2,
    "invented numbers": 2,
    "refusal in the summary": 2,
    "429": 2,
    "429 in 7 s": 2,
    "429 by date": 2,
    "500": 2,
    "503": 2,
    "504": 2,
    "error in 200": 2,
    "hang": 2,
    "drip": 2,
    "drop": 2,
    "drop in the answer": 2,
}


@pytest.mark.parametrize("way", MENDED)
def test_a_fault_that_comes_once(bench: Bench, way: str) -> None:
    bench.fake.faults.append(way)
    result = bench.ask_one(timeout_seconds=0.5)
    assert result.summary is not None
    assert result.summary.texts[0].summary == paper().abstract
    assert len(bench.fake.calls) == MENDED[way]
    assert result.cost_micro == bench.billed_micro()
    assert all(call.outcome for call in bench.store.calls)
    # The next run asks for nothing.
    again = bench.ask_one()
    assert again == SummaryResult(result.summary, from_cache=True)
    assert len(bench.fake.calls) == MENDED[way]


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("broken json", "it is no JSON object"),
        ("wrong language", "another language"),
        ("invented numbers", "98.76%, 41 times"),
        ("half", "it was cut off"),
        ("refusal in the summary", "no summary"),
    ],
)
def test_the_second_question_names_the_fault(bench: Bench, way: str, words: str) -> None:
    bench.fake.faults.append(way)
    assert bench.ask_one().summary
    first, second = bench.fake.calls
    assert words not in first.text
    assert words in second.text


# Ways that never end: what people read, how many calls, and whether it is asked again some day.
FINAL, AGAIN = True, False
HOPELESS: dict[str, tuple[str, int, bool]] = {
    "broken json": ("the model's answer can't be used: it is no JSON object", 2, FINAL),
    "empty": ("the model's answer can't be used: it was empty", 2, FINAL),
    "half": ("it was cut off; raise gather.model.max_tokens, which is 1,500", 2, FINAL),
    "wrong language": ('the text under "en" is in another language', 2, FINAL),
    "invented numbers": ("it has what the abstract does not state: 98.76%, 41 times", 2, FINAL),
    "refusal": ("the model refused to answer", 1, FINAL),
    "refusal in the summary": ('the text under "en" is no summary', 2, FINAL),
    "content filter": ("the service's content filter cut it off", 1, FINAL),
    "content filter 400": ("the service's content filter refuses it", 1, FINAL),
    "too long": ("it is too long for the model: maximum context length", 1, FINAL),
    "429": ("answers with HTTP 429: Rate limit reached", 4, AGAIN),
    "429 tomorrow": ("it wants to be asked again in 86,400 seconds", 1, AGAIN),
    "no credit": ("has no credit left: You exceeded your quota", 1, AGAIN),
    "401": ("refuses the key: check gather.model.api_key (HTTP 401)", 1, AGAIN),
    "403": ("answers with HTTP 403: Not for ***", 1, AGAIN),
    "404": ("check gather.model.url and gather.model.name (HTTP 404)", 1, AGAIN),
    "500": ("answers with HTTP 500: The server had an error", 4, AGAIN),
    "504": ("answers with HTTP 504", 2, AGAIN),
    "html": ("HTTP 200, which is no chat completion: check gather.model.url", 1, AGAIN),
    "redirect": ("HTTP 302, which is no chat completion: check gather.model.url", 1, AGAIN),
    "hang": ("gave no answer in 0.4 seconds", 2, AGAIN),
    "drip": ("gave no answer in 0.4 seconds", 2, AGAIN),
    "drop": ("broke the connection off", 2, AGAIN),
}


@pytest.mark.parametrize("way", HOPELESS)
def test_a_fault_that_does_not_end(bench: Bench, way: str) -> None:
    problem, calls, is_final = HOPELESS[way]
    bench.fake.always = way
    result = bench.ask_one(timeout_seconds=0.4)
    assert result.summary is None
    assert result.is_failure
    assert problem in result.problem
    assert "\n" not in result.problem
    assert len(bench.fake.calls) == calls
    assert not bench.store.summaries
    bench.fake.always = ""
    later = bench.ask_one()
    if is_final:
        # Neither paid nor asked again, and the reason is still known.
        assert later == SummaryResult(problem=result.problem, is_failure=True)
    else:
        assert later.summary


def test_a_refusal_is_one_papers_matter(bench: Bench) -> None:
    ways = ["refusal", "content filter", "content filter 400", "too long", "invented numbers"]
    bench.fake.by_title = {PAPERS[n].title: way for n, way in enumerate(ways * 2)}
    results = bench.ask(PAPERS, concurrency=4)
    assert [bool(result.summary) for result in results] == [False] * 10 + [True] * 2


def test_only_what_changed_is_asked_again(bench: Bench, tmp_path: Path) -> None:
    prompt = tmp_path / "prompt.md"
    prompt.write_text("Summarise.")
    first = paper()
    for changed, model in [
        (first, {}),
        (replace(first, version=2), {}),
        (replace(first, abstract=first.abstract + " It is fast."), {}),
        (first, {"name": "fake-2"}),
        (first, {"languages": ("zh",)}),
        (first, {"prompt": str(prompt)}),
    ]:
        before = len(bench.fake.calls)
        for _ in range(2):
            assert bench.ask([changed], **model)[0].summary
        assert len(bench.fake.calls) == before + 1
    # Neither these nor what else is known of the paper.
    for changed, model in [
        (replace(first, comment="12 pages", authors=("A. B.",)), {"budget_per_day": 9.0}),
        (first, {"max_tokens": 2000, "concurrency": 8, "price_out": 3.0}),
        (first, {"full_text": True}),
    ]:
        assert bench.ask([changed], **model)[0].from_cache


def test_more_tokens_are_a_reason_to_ask_again(bench: Bench) -> None:
    bench.fake.always = "half"
    assert not bench.ask_one(max_tokens=200).summary
    bench.fake.always = ""
    assert not bench.ask_one(max_tokens=200).summary
    assert bench.ask_one(max_tokens=2000).summary


@pytest.mark.parametrize("concurrency", [1, 8])
@pytest.mark.parametrize("budget", [0.0062, 0.003])
def test_the_budget_holds_and_the_best_come_first(
    bench: Bench, budget: float, concurrency: int
) -> None:
    papers = [paper(number) for number in range(40)]
    waits = random.Random(1)  # noqa: S311 - no secret
    bench.fake.before = lambda _: time.sleep(waits.uniform(0, 0.01))
    bench.fake.faults.extend(["", "broken json", "", "429", "500", "invented numbers"])
    results = bench.ask(papers, concurrency=concurrency, budget_per_day=budget, max_tokens=400)
    limit = round(budget * 1_000_000)
    assert bench.store.most_micro <= limit  # with what was reserved
    assert sum(result.cost_micro for result in results) == bench.billed_micro() <= limit
    reason = f"the budget of {money(limit)} a day is used up"
    is_left = [result.problem == reason for result in results]
    assert is_left[-1]
    assert is_left == sorted(is_left)
    # Some have a faulty answer, and the second one has a fault too or is not to be paid.
    assert sum(bool(result.summary) for result in results) >= is_left.count(False) - 6
    # Less is left over than another question may cost.
    assert (
        limit - bench.billed_micro() < max(call.reserved_micro for call in bench.store.calls) + 20
    )


def test_tokens_are_a_budget_too(bench: Bench) -> None:
    results = bench.ask(
        PAPERS, tokens_per_day=6000, price_in=0.0, price_out=0.0, max_tokens=400, concurrency=8
    )
    assert results[0].summary
    assert results[-1].problem == "the budget of 6,000 tokens a day is used up"
    assert bench.store.spent(DAY)[1] <= 6000


def test_a_budget_is_for_a_day_and_all_its_runs(bench: Bench) -> None:
    model: dict[str, Any] = {"budget_per_day": 0.004, "max_tokens": 400}
    first = sum(bool(result.summary) for result in bench.ask(PAPERS, **model))
    again = bench.ask(PAPERS, **model)
    assert sum(bool(result.summary) for result in again) == first
    assert all(result.from_cache for result in again if result.summary)
    tomorrow = DAY.replace(day=DAY.day + 1)
    results = bench.summarizer(**model).summarize_all(PAPERS, tomorrow)
    written = sum(bool(result.summary) for result in results.values())
    assert written == min(2 * first, len(PAPERS))


def test_what_may_have_been_paid_for_counts_in_full(bench: Bench) -> None:
    for way in ("no usage", "hang", "drop", "504"):
        bench.fake.faults.append(way)
        bench.ask([paper(len(bench.store.calls))], timeout_seconds=0.3, retries=0)
        call = bench.store.calls[-1]
        assert call.cost_micro == call.reserved_micro
    bench.fake.faults.append("many thoughts")
    bench.ask([paper(99)])
    # 100 tokens of thoughts are in the total alone.
    assert bench.store.calls[-1].cost_micro > 200


def test_a_reservation_is_more_than_any_answer_costs(bench: Bench) -> None:
    chinese = paper(77, title="世界模型", abstract="研究" * 500 + "。")
    bench.ask([chinese, *PAPERS], languages=("en", "zh"), concurrency=4)
    assert all(call.reserved_micro > call.cost_micro for call in bench.store.calls)


def test_a_service_that_counts_more_than_it_was_sent(bench: Bench) -> None:
    bench.fake.always = "hidden instructions"
    results = bench.ask(PAPERS, concurrency=8, budget_per_day=0.04)
    assert [bool(result.summary) for result in results] == [True] * 4 + [False] * 8
    assert bench.billed_micro() == 4 * 6250


@pytest.mark.parametrize(("way", "asked"), [("401", 1), ("404", 1), ("no credit", 1), ("403", 8)])
def test_a_service_that_answers_nobody_is_given_up(
    bench: Bench, way: str, asked: int, caplog: pytest.LogCaptureFixture
) -> None:
    bench.fake.always = way
    results = bench.ask([paper(number) for number in range(50)], concurrency=4)
    assert len(bench.fake.calls) <= asked
    assert all(result.is_failure for result in results)
    assert results[49].problem.startswith(f"not asked about: {bench.fake.url}")
    lines = [record.message for record in caplog.records if "No more summaries" in record.message]
    assert len(lines) == 1
    assert bench.fake.url in lines[0]


def test_failures_that_are_not_in_a_row_end_nothing(bench: Bench) -> None:
    bench.fake.by_title = {p.title: "403" for n, p in enumerate(PAPERS) if n % 4}
    results = bench.ask(PAPERS)
    assert [bool(result.summary) for result in results] == [n % 4 == 0 for n in range(12)]


def test_waits_are_what_the_service_asks_for(bench: Bench) -> None:
    bench.fake.faults.extend(["429 in 7 s", "429 by date", "429"])
    assert bench.ask_one().summary
    waits = sum(bench.waits)
    assert 7 + 9 + 8 - 0.5 <= waits <= 7 + 9 + 12.5
    assert max(bench.waits) <= 1.0  # to notice a stop


def test_questions_go_out_at_once_after_the_first(bench: Bench) -> None:
    bench.fake.before = lambda _: time.sleep(0.1)
    bench.ask(PAPERS, concurrency=4)
    assert bench.fake.most_at_once == 4
    assert bench.fake.titles[0] == PAPERS[0].title


def test_a_stop_ends_it_soon_and_keeps_what_was_written(bench: Bench) -> None:
    def stop_at_the_third(_: ModelCall) -> None:
        bench.stop = len(bench.fake.calls) >= 3

    bench.fake.before = stop_at_the_third
    results = bench.ask(PAPERS)
    assert [bool(result.summary) for result in results] == [True] * 3 + [False] * 9
    assert results[3] == SummaryResult(problem="stopped before it was asked about", is_failure=True)
    bench.stop = False
    bench.fake.before = lambda _: None
    assert all(result.summary for result in bench.ask(PAPERS))
    assert sorted(bench.fake.titles) == sorted(p.title for p in PAPERS)  # each paid once


def test_a_stop_ends_a_wait(bench: Bench) -> None:
    def stop(_: ModelCall) -> None:
        bench.stop = True

    bench.fake.before = stop
    bench.fake.always = "429 in 7 s"
    result = bench.ask_one()
    assert not result.summary
    assert bench.waits == []


def test_a_store_that_fails_ends_the_run(bench: Bench) -> None:
    def put(*_: object) -> None:
        raise StoreError("the disk is full")

    bench.store.put = put  # type: ignore[method-assign]
    with pytest.raises(StoreError, match="disk is full"):
        bench.ask([paper(number) for number in range(50)], concurrency=4, budget_per_day=1.0)
    assert len(bench.fake.calls) <= 8
    # What was paid for stays counted.
    assert bench.billed_micro() > 0


def test_killed_between_call_and_answer(bench: Bench) -> None:
    class Killed(BaseException):
        pass

    def put(*_: object) -> None:
        raise Killed

    bench.store.put = put  # type: ignore[method-assign]
    with pytest.raises(Killed):
        bench.ask_one()
    (call,) = bench.store.calls
    assert (call.outcome, call.cost_micro) == ("", call.reserved_micro)
    del bench.store.put  # type: ignore[method-assign]
    assert bench.ask_one().summary


def test_papers_that_no_model_is_asked_about(bench: Bench) -> None:
    results = bench.ask([paper(1, abstract=""), paper(2, withdrawn=True)])
    assert [result.problem for result in results] == [
        "the paper has no abstract",
        "the paper is withdrawn",
    ]
    assert not any(result.is_failure for result in results)
    assert bench.ask([]) == []
    assert bench.summarizer(url="", name="").summarize_all(PAPERS, DAY) == {}
    assert bench.fake.calls == []


def test_a_paper_that_stands_twice_is_asked_about_once(bench: Bench) -> None:
    again = paper(1, version=2, title="Another title")
    results = bench.summarizer().summarize_all([paper(1), paper(2), again], DAY)
    assert list(results) == [paper(1).id, paper(2).id]
    assert bench.fake.titles == [paper(1).title, paper(2).title]
    assert len(bench.fake.calls) == 2


def test_the_full_text_where_arxiv_has_it(bench: Bench) -> None:
    addresses: list[str] = []

    def fetch(url: str) -> bytes:
        addresses.append(url)
        if url.endswith("2411.00002v1"):
            raise GatherError("answers 404")
        return b"" if url.endswith("2411.00003v1") else FULL.encode()

    bench.fetch = fetch
    other = paper(4, id="doi:10.1101/1")
    results = bench.ask([paper(1), paper(2), paper(3), other], full_text=True)
    sources = [result.summary.source for result in results if result.summary]
    assert sources == ["full text", "abstract", "abstract", "abstract"]
    assert addresses == [f"https://arxiv.org/html/2411.0000{n}v1" for n in (1, 2, 3)]
    assert "77 parts" in bench.fake.calls[0].text
    # From the store, without a look at arXiv.
    assert all(r.from_cache for r in bench.ask([paper(1), paper(2)], full_text=True))
    assert len(addresses) == 3


def test_a_full_text_that_is_too_long_gives_way_to_the_abstract(bench: Bench) -> None:
    bench.fetch = lambda _: FULL.encode()
    bench.fake.faults.append("too long")
    result = bench.ask_one(full_text=True, budget_per_day=1.0)
    assert result.summary
    assert result.summary.source == "abstract"
    assert not bench.store.refusals


def test_tex_in_answers(bench: Bench) -> None:
    bench.fake.always = "tex"
    abstract = r"The loss $\beta + \theta$ is \frac{1}{2} of \nu, by 10\% and \rho."
    result = bench.ask([paper(1, abstract=abstract)])[0]
    assert result.summary
    assert result.summary.texts[0].summary == (
        r"The loss \beta + \theta and $\alpha$ is \frac{1}{2} of \nu, by 10\% and \rho."
    )


def test_settings_that_do_not_go_together(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(SettingsError, match=r"gather\.model\.name is missing"):
        bench.summarizer(name="")
    bench.summarizer(budget_per_day=1.0, price_in=0.0, price_out=0.0)
    assert "budget_per_day limits nothing at prices of 0" in caplog.text


def test_two_weeks_with_a_random_fault_now_and_then() -> None:
    rng = random.Random(18)  # noqa: S311 - no secret
    ways = [*MENDED, *HOPELESS]
    paid: dict[str, int] = {}
    with FakeModel() as fake:
        bench = Bench(fake)
        for day in range(1, 15):
            fake.faults.extend(rng.choice(ways) for _ in range(rng.randrange(4)))
            papers = [paper(day * 100 + number) for number in range(4)]
            for _ in range(2):
                results = bench.summarizer(
                    timeout_seconds=0.2, budget_per_day=0.02, concurrency=2
                ).summarize_all(papers, DAY.replace(day=day))
                for key, result in results.items():
                    assert bool(result.summary) != bool(result.problem)
                    paid[key] = paid.get(key, 0) + bool(result.summary and not result.from_cache)
            assert bench.store.spent(DAY.replace(day=day))[0] <= 20_000
    assert set(paid.values()) <= {0, 1}
    assert sum(paid.values()) > 35
