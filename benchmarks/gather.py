"""A day of `publisher gather`: 300 papers announced, 200 liked, 20 summarised; time and memory.

The peer asks the same servers for the same: one listing, the details, twenty summaries one by one.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path

import httpx2

from benchmarks.material import EXAMPLES
from benchmarks.measure import measure
from publisher import collector
from publisher.gather.arxiv.schedule import due_days
from publisher.settings import load
from tests.support.fake_arxiv import FakeArxiv, FakePaper
from tests.support.fake_model import FakeModel

NEW, LIKED, CHOSEN = 300, 200, 20
CONFIG = """
[source]
folders = ["digests"]
[gather]
arxiv_url = "{arxiv}"
api_url = "{arxiv}/api"
pause_seconds = 0
[[gather.topics]]
name = "Benchmark"
categories = ["cs.CV"]
liked = ["liked.bib"]
max_per_day = 20
[gather.model]
url = "{model}"
name = "fake"
"""


def run() -> None:
    """Measure a first run, and one with nothing new."""
    papers = collector.collect(load(None, {}, {"source": {"folders": [str(EXAMPLES)]}})).papers
    texts = list(islice(cycle(papers), NEW + LIKED))
    announced = [
        FakePaper(f"2611.{number:05}", f"{paper.title} {number}", paper.abstract)
        for number, paper in enumerate(texts[:NEW], 1)
    ]
    now = datetime.now(UTC)
    day = due_days(now, now.date() - timedelta(days=7))[-1]
    with (
        tempfile.TemporaryDirectory() as name,
        FakeArxiv(lambda: now) as arxiv,
        FakeModel() as model,
    ):
        folder = Path(name)
        arxiv.announce(day, "cs.CV", *announced)
        (folder / "publisher.toml").write_text(CONFIG.format(arxiv=arxiv.url, model=model.url))
        entries = "\n".join(
            f"@article{{k{n}, title={{{p.title}}}, abstract={{{p.abstract}}}}}"
            for n, p in enumerate(texts[NEW:])
        )
        (folder / "liked.bib").write_text(entries, encoding="utf-8")
        command = [sys.executable, "-m", "publisher", "gather"]
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
        peer = _peer(arxiv, model, announced)
        first = measure(command, folder, environment)
        again = measure(command, folder, environment)
    for what, usage in (("a day", first), ("nothing new", again)):
        if usage.status:
            sys.exit(usage.output)
        print(
            f"{what}: {usage.wall:.2f} s, {usage.cpu:.2f} s of a core, {usage.peak:.0f} MB; "
            f"{usage.wall / peer:.1f} of the peer's {peer:.2f} s"
        )


def _peer(arxiv: FakeArxiv, model: FakeModel, papers: list[FakePaper]) -> float:
    start = time.perf_counter()
    with httpx2.Client(timeout=60) as client:
        client.get(f"{arxiv.url}/list/cs.CV/new").raise_for_status()
        for first in range(0, NEW, 100):
            ids = ",".join(paper.number for paper in papers[first : first + 100])
            client.get(f"{arxiv.api_url}/query?id_list={ids}&max_results=100").raise_for_status()
        for paper in papers[:CHOSEN]:
            messages = [
                {"role": "system", "content": 'Answer as {"en":{"summary"'},
                {"role": "user", "content": f"Title: {paper.name}\nAbstract:\n{paper.text}"},
            ]
            body = {"model": "fake", "messages": messages}
            client.post(f"{model.url}/chat/completions", json=body).raise_for_status()
    return time.perf_counter() - start
