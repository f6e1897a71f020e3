"""Papers, and a summarizer beside a service that may misbehave."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from support.memory_summary_store import MemorySummaryStore

from publisher.errors import GatherError
from publisher.gather.summaries.summarizer import Summarizer
from publisher.models.gathering import Candidate
from publisher.settings.sections.gather import Gather, GatherModel
from publisher.settings.values import Secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.fake_model import FakeModel

    from publisher.gather.summaries.questioner import SummaryResult

DAY = date(2024, 11, 18)
KEY = "sk-proj-0123456789abcdefSECRET"


def paper(number: int = 1, **changes: Any) -> Candidate:
    values = {
        "id": f"arxiv:2411.{number:05}",
        "title": f"Paper {number} about Gaussian splatting",
        "abstract": (
            f"We study the rendering of scene number {number} with NeRF and CLIP. The method needs"
            " 2.5 times less memory than the one before it. It reaches 31.4 dB in PSNR."
        ),
    }
    return Candidate(**(values | changes))


def no_page(url: str) -> bytes:
    raise GatherError(f"{url} answers 404")


@dataclass
class Bench:
    """A service, a store, and what was waited for."""

    fake: FakeModel
    store: MemorySummaryStore = field(default_factory=MemorySummaryStore)
    waits: list[float] = field(default_factory=list)
    fetch: Any = no_page
    stop: bool = False

    def settings(self, **model: Any) -> Gather:
        values = {
            "url": self.fake.url,
            "name": "fake-1",
            "api_key": Secret(KEY),
            "price_in": 0.25,
            "price_out": 2.0,
            "concurrency": 1,
            "timeout_seconds": 5.0,
        }
        return Gather(model=GatherModel(**(values | model)))

    def summarizer(self, **model: Any) -> Summarizer:
        return Summarizer(
            self.settings(**model),
            self.store,
            clock=time.monotonic,
            sleep=self.waits.append,
            stopping=lambda: self.stop,
            fetch=self.fetch,
        )

    def ask(self, papers: Sequence[Candidate], **model: Any) -> list[SummaryResult]:
        results = self.summarizer(**model).summarize_all(papers, DAY)
        assert list(results) == [paper.id for paper in papers]
        return list(results.values())

    def ask_one(self, **model: Any) -> SummaryResult:
        return self.ask([paper()], **model)[0]

    def billed_micro(self) -> int:
        """Return what a service would charge that charges for all that a model has written."""
        return sum(call.cost_micro for call in self.store.calls)
