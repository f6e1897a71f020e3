"""Material of the benchmarks: the example digests, any number of times."""

from __future__ import annotations

import re
import statistics
import time
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

EXAMPLES = Path(__file__).parents[1] / "examples" / "digests"


def archive(folder: Path, digests: int, sources: Sequence[Path] = ()) -> Path:
    """Fill `folder` with `digests` digests: `sources` with other dates and arXiv numbers.

    Without `sources` they are the examples. File names begin with a digest's number.
    """
    sources = sources or sorted(EXAMPLES.rglob("*.md"))
    papers = count()
    for n in range(digests):
        source = sources[n % len(sources)]
        day = (date(2020, 1, 1) + timedelta(days=n // 5)).isoformat()
        text = re.sub(r"\d{4}-\d\d-\d\d", day, source.read_text(encoding="utf-8"))
        text = re.sub(r"abs/\d{4}\.\d{5}", lambda _: f"abs/{_number(next(papers))}", text)
        target = folder / day / f"{n}-{source.name}"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def _number(paper: int) -> str:
    return f"{2001 + paper // 100_000:04}.{paper % 100_000:05}"


def seconds(work: Callable[[], object], runs: int = 5) -> float:
    """Return the median time of `runs` calls, in seconds."""
    times = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return statistics.median(times)
