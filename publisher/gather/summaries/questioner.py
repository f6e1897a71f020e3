"""Questions about papers: tries, a second question that names the fault, checks of answers."""

from __future__ import annotations

import logging
import random
from dataclasses import dataclass, replace
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING

from publisher.gather.summaries.answer import AnswerFault, FormatFault, read_answer
from publisher.gather.summaries.budget import BudgetUsedUp
from publisher.gather.summaries.costs import Usage
from publisher.gather.summaries.endpoint import FailureKind, ModelFailure
from publisher.gather.summaries.faithfulness import unsupported
from publisher.gather.summaries.prompt import messages, schema
from publisher.models.gathering import WrittenSummary
from publisher.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.gather.summaries.budget import DayBudget, ReservedCall
    from publisher.gather.summaries.endpoint import Endpoint, ModelAnswer
    from publisher.gather.summaries.prompt import Prompt
    from publisher.gather.summaries.summary_store import SummaryStore
    from publisher.models.gathering import Candidate, SummaryText
    from publisher.settings.sections.gather import GatherModel

ABSTRACT, FULL_TEXT = "abstract", "full text"
NOTHING = Usage(0, 0)
FAILURES_IN_A_ROW = 5
_FIRST_WAIT, _LONGEST_WAIT = 2.0, 60.0  # seconds
# Further tries where a call may have been paid for without an answer.
_UNKNOWN_RETRIES = 1
_MAYBE_PAID = frozenset({FailureKind.UNKNOWN, FailureKind.BROKEN})
_SHOWN = 400  # characters of a problem
_STEP_SECONDS = 1.0  # of a wait, between looks whether it is still of use

_log = logging.getLogger("publisher.gather")


@dataclass(frozen=True, slots=True)
class SummaryResult:
    """A paper's summary, or the reason for which it has none.

    `problem` is a line for people, "" with a summary; `is_failure`: the model or a stop is the
    reason, and not the budget or the paper.
    """

    summary: WrittenSummary | None = None
    from_cache: bool = False
    cost_micro: int = 0
    problem: str = ""
    is_failure: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A paper to ask about: `rank` 0 is the best, `text` what the model gets to read.

    `refusal_key` is the store's key of a reason not to ask again with these settings.
    """

    rank: int
    paper: Candidate
    key: str
    refusal_key: str
    text: str
    source: str  # ABSTRACT or FULL_TEXT


class _RunIsOver(Exception):
    """No further question is to be asked; holds the paper's result."""

    def __init__(self, result: SummaryResult) -> None:
        super().__init__(result)
        self.result = result


class ServiceHealth:
    """Papers in a row without an answer; after some, the service is given up for this run."""

    def __init__(self) -> None:
        """Begin in good health."""
        self._lock = Lock()
        self._failures = 0
        self.given_up = ""  # the reason, for people

    def record(self, failure: str, *, is_hopeless: bool = False) -> None:
        """Count a paper that failed; "" for one that did not."""
        with self._lock:
            self._failures = self._failures + 1 if failure else 0
            if self.given_up or not (is_hopeless or self._failures >= FAILURES_IN_A_ROW):
                return
            times = "" if is_hopeless else f" ({self._failures} papers in a row)"
            self.given_up = f"{failure}{times}"
        _log.warning("No more summaries in this run: %s.", self.given_up)


class Questioner:
    """Asks about papers, in several threads."""

    def __init__(
        self,
        model: GatherModel,
        prompt: Prompt,
        store: SummaryStore,
        budget: DayBudget,
        endpoint: Endpoint,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        stopping: Callable[[], bool],
    ) -> None:
        """Take the parts of a run; `clock` is monotonic, `clock` and `sleep` are in seconds."""
        self._model, self._prompt, self._store = model, prompt, store
        self._budget, self._endpoint = budget, endpoint
        self._clock, self._sleep, self._stopping = clock, sleep, stopping
        self._schema = schema(model.languages)
        self._not_before = clock()
        self.health = ServiceHealth()

    def reason_to_stop(self) -> SummaryResult | None:
        """Return the result of all papers that are not asked about yet, None to go on."""
        if self._stopping():
            return SummaryResult(problem="stopped before it was asked about", is_failure=True)
        if self.health.given_up:
            return SummaryResult(
                problem=f"not asked about: {self.health.given_up}", is_failure=True
            )
        return SummaryResult(problem=self._budget.used_up) if self._budget.used_up else None

    def _is_over(self) -> bool:
        return self._stopping() or bool(self.health.given_up)

    def ask(self, question: Question) -> SummaryResult:
        """Return the result of a paper that has entered the budget. Raises `StoreError`."""
        bill: list[int] = []
        try:
            result = self._ask(question, bill)
        except BudgetUsedUp as error:
            result = SummaryResult(problem=str(error))
        except _RunIsOver as error:
            result = error.result
        except ModelFailure as failure:
            result = self._failed(question, failure)
        finally:
            self._budget.leave(question.rank)
        return replace(result, cost_micro=result.cost_micro + sum(bill))

    def _failed(self, question: Question, failure: ModelFailure) -> SummaryResult:
        if failure.kind is FailureKind.TOO_LONG and question.source == FULL_TEXT:
            self._budget.enter(question.rank)
            return self.ask(replace(question, text=question.paper.abstract, source=ABSTRACT))
        if failure.kind in {FailureKind.PAPER, FailureKind.TOO_LONG}:
            self._store.note_refusal(question.refusal_key, str(failure))
            self.health.record("")
        else:
            is_hopeless = failure.kind is FailureKind.HOPELESS
            self.health.record(str(failure), is_hopeless=is_hopeless)
        return SummaryResult(problem=str(failure), is_failure=True)

    def _ask(self, question: Question, bill: list[int]) -> SummaryResult:
        call, answer = self._call(question, "", bill)
        try:
            return self._keep(question, call, answer, bill)
        except AnswerFault as error:
            fault = error
        if not answer.is_refusal:
            bill.append(self._budget.settle(call, answer.usage, "unusable", again=True))
            try:
                call, answer = self._call(question, str(fault), bill)
            except BudgetUsedUp as error:
                problem = f"{self._unusable(answer, fault)}; {error}"
                return SummaryResult(problem=problem, is_failure=True)
            try:
                return self._keep(question, call, answer, bill)
            except AnswerFault as error:
                fault = error
        problem = self._unusable(answer, fault)
        # Before the call is settled: what was paid for is not asked for again.
        self._store.note_refusal(question.refusal_key, problem)
        bill.append(self._budget.settle(call, answer.usage, "unusable"))
        self.health.record(problem if isinstance(fault, FormatFault) else "")
        return SummaryResult(problem=problem, is_failure=True)

    def _keep(
        self, question: Question, call: ReservedCall, answer: ModelAnswer, bill: list[int]
    ) -> SummaryResult:
        """Keep the summary of an answer. Raises `AnswerFault`, with the call not settled."""
        texts = self._checked(question, answer)
        summary = WrittenSummary(texts, self._model.name, self._prompt.version, question.source)
        # Before the call is settled, for the same reason.
        self._store.put(question.key, question.paper.id, summary)
        bill.append(self._budget.settle(call, answer.usage, "summary"))
        self.health.record("")
        return SummaryResult(summary)

    def _checked(self, question: Question, answer: ModelAnswer) -> tuple[SummaryText, ...]:
        if answer.is_refusal:
            raise AnswerFault(answer.fault)
        if answer.fault:
            raise FormatFault(answer.fault)
        texts = read_answer(answer.text, self._model.languages)
        flagged = unsupported(texts, f"{question.paper.title}\n{question.text}")
        if flagged.is_too_much:
            raise AnswerFault(f"it has what the {question.source} does not state: {flagged}")
        if flagged.names:
            _log.info("%s: not in the source of its summary: %s", question.paper.id, flagged)
        return texts

    def _unusable(self, answer: ModelAnswer, fault: AnswerFault) -> str:
        if answer.is_refusal:
            return str(fault)
        hint = ""
        if answer.is_cut_off:
            hint = f"; raise gather.model.max_tokens, which is {self._model.max_tokens:,}"
        return one_line(f"the model's answer can't be used: {fault}{hint}", _SHOWN)

    def _call(
        self, question: Question, fault: str, bill: list[int]
    ) -> tuple[ReservedCall, ModelAnswer]:
        """Return an answer and its call, not settled.

        Raises `ModelFailure`, `BudgetUsedUp`, `_RunIsOver`.
        """
        languages, title = self._model.languages, question.paper.title
        texts = messages(
            self._prompt, languages, title, question.text, source=question.source, fault=fault
        )
        most = self._endpoint.most_usage(texts, self._schema)
        for attempt in count():
            self._rest(self._not_before - self._clock())
            reason = self.reason_to_stop() if self._is_over() else None
            if reason is not None:
                raise _RunIsOver(reason)
            call = self._budget.reserve(question.rank, question.key, most)
            try:
                return call, self._endpoint.ask(texts, self._schema)
            except ModelFailure as failure:
                again = attempt < self._retries(failure.kind) and not self._is_over()
                usage = None if failure.kind in _MAYBE_PAID else NOTHING
                outcome = failure.kind.name.lower()
                bill.append(self._budget.settle(call, usage, outcome, again=again))
                if not again:
                    raise
                wait = failure.wait_seconds or _back_off(attempt)
                self._not_before = max(self._not_before, self._clock() + wait)
        raise AssertionError  # count() never ends

    def _retries(self, kind: FailureKind) -> int:
        if kind is FailureKind.UNKNOWN:
            return min(self._model.retries, _UNKNOWN_RETRIES)
        return self._model.retries if kind is FailureKind.BUSY else 0

    def _rest(self, seconds: float) -> None:
        """Wait, unless it is of no use any more; by its own count, whatever the clock does."""
        while seconds > 0 and not self._is_over():
            self._sleep(min(seconds, _STEP_SECONDS))
            seconds -= _STEP_SECONDS


def _back_off(attempt: int) -> float:
    wait = _FIRST_WAIT * 2.0**attempt * random.uniform(1.0, 1.5)  # noqa: S311 - no secret
    return min(wait, _LONGEST_WAIT)
