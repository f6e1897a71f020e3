"""Summaries of a day's papers, best first, within the budget and never paid twice."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor, wait
from hashlib import sha256
from threading import Event, Semaphore
from typing import TYPE_CHECKING

import msgspec

from publisher.errors import GatherError, SettingsError
from publisher.gather.summaries.budget import DayBudget
from publisher.gather.summaries.endpoint import Endpoint
from publisher.gather.summaries.full_text import MOST_CHARACTERS, address, read_full_text
from publisher.gather.summaries.prompt import read_prompt
from publisher.gather.summaries.questioner import (
    ABSTRACT,
    FULL_TEXT,
    Question,
    Questioner,
    SummaryResult,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from datetime import date

    from publisher.gather.summaries.summary_store import SummaryStore
    from publisher.models.gathering import Candidate
    from publisher.settings.sections.gather import Gather

_log = logging.getLogger("publisher.gather")


class Summarizer:
    """Has a model write summaries; what is in the store is not asked for again."""

    def __init__(
        self,
        settings: Gather,
        store: SummaryStore,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        stopping: Callable[[], bool],
        fetch: Callable[[str], bytes],
    ) -> None:
        """Read the prompt and check the settings. Raises `SettingsError`.

        `clock` is monotonic; it and `sleep` are in seconds. `fetch` returns the content of an
        address of arXiv, and raises `GatherError`.
        """
        model = settings.model
        if model.url and not model.name:
            raise SettingsError(
                "gather.model.name is missing: the name of the model at gather.model.url."
            )
        if model.budget_per_day and not (model.price_in or model.price_out):
            _log.warning(
                "gather.model.budget_per_day limits nothing at prices of 0: set"
                " gather.model.price_in and gather.model.price_out, or tokens_per_day."
            )
        self._settings, self._model, self._store = settings, model, store
        self._prompt = read_prompt(model.prompt)
        self._clock, self._sleep, self._stopping, self._fetch = clock, sleep, stopping, fetch
        self._endpoint = Endpoint(model, clock)

    def summarize_all(self, papers: Sequence[Candidate], day: date) -> dict[str, SummaryResult]:
        """Return the result of each paper by its id, in the order of `papers`: best first.

        A paper that stands twice has its best place. `day` is the one whose budget pays: that of
        the call, not that of the papers. Where the program is stopping, some results are failures
        that say so. Without `gather.model.url` there are no results. Raises `StoreError`.
        """
        if not self._model.url:
            return {}
        unique: dict[str, Candidate] = {}
        for paper in papers:
            unique.setdefault(paper.id, paper)
        results = {key: self._without_a_call(paper) for key, paper in unique.items()}
        unknown = [paper for key, paper in unique.items() if results[key] is None]
        if unknown:
            results |= self._ask_all(unknown, day)
        return {key: result for key, result in results.items() if result is not None}

    def _without_a_call(self, paper: Candidate) -> SummaryResult | None:
        if paper.withdrawn:
            return SummaryResult(problem="the paper is withdrawn")
        if not paper.abstract:
            return SummaryResult(problem="the paper has no abstract")
        key = self._key(paper)
        summary = self._store.get(key)
        if summary is not None:
            return SummaryResult(summary, from_cache=True)
        reason = self._store.refusal(self._refusal_key(key))
        return SummaryResult(problem=reason, is_failure=True) if reason else None

    def _ask_all(self, papers: Sequence[Candidate], day: date) -> dict[str, SummaryResult]:
        """Ask for each paper, in several threads; the first alone, to learn what is taken."""
        model = self._model
        budget = DayBudget(self._store, model, day)
        answers: dict[str, Future[SummaryResult]] = {}
        results: dict[str, SummaryResult] = {}
        slots, crashed = Semaphore(model.concurrency), Event()

        def finish(answer: Future[SummaryResult]) -> None:
            if answer.exception() is not None:
                crashed.set()
            slots.release()

        with self._endpoint as endpoint, ThreadPoolExecutor(model.concurrency) as pool:
            questioner = Questioner(
                model,
                self._prompt,
                self._store,
                budget,
                endpoint,
                clock=self._clock,
                sleep=self._sleep,
                stopping=lambda: self._stopping() or crashed.is_set(),
            )
            for rank, paper in enumerate(papers):
                slots.acquire()
                reason = questioner.reason_to_stop()
                if reason is not None:
                    results[paper.id] = reason
                    slots.release()
                    continue
                question = self._question(rank, paper)
                budget.enter(rank)
                answer = answers[paper.id] = pool.submit(questioner.ask, question)
                answer.add_done_callback(finish)
                if rank == 0:
                    wait([answer])
        return results | {key: answer.result() for key, answer in answers.items()}

    def _question(self, rank: int, paper: Candidate) -> Question:
        key = self._key(paper)
        text = self._full_text(paper) if self._settings.model.full_text else ""
        source = FULL_TEXT if text else ABSTRACT
        text = text or paper.abstract[:MOST_CHARACTERS]
        return Question(rank, paper, key, self._refusal_key(key), text, source)

    def _full_text(self, paper: Candidate) -> str:
        url = address(paper, self._settings.arxiv_url)
        try:
            return read_full_text(self._fetch(url)) if url else ""
        except GatherError as error:
            _log.info("%s has no full text for the model: %s", paper.id, error)
            return ""

    def _key(self, paper: Candidate) -> str:
        """Return the key of what a summary depends on; the abstract changes with the version."""
        return _digest(
            paper.id,
            paper.version,
            paper.title,
            paper.abstract,
            self._model.name,
            self._prompt.version,
            self._model.languages,
        )

    def _refusal_key(self, key: str) -> str:
        """Return the key of a refusal: with more tokens, a question is worth asking again."""
        return _digest(key, self._model.max_tokens)


def _digest(*values: object) -> str:
    return sha256(msgspec.json.encode(values)).hexdigest()
