"""The plan of a site: its targets, and what each depends on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import defaultdict
from typing import TYPE_CHECKING

from publisher import collector
from publisher.formatter.feeds.timeline import lay_out
from publisher.formatter.related.similarity import NO_STORE
from publisher.formatter.site import program
from publisher.formatter.site.paper_facts import find_facts
from publisher.formatter.site.paper_index import PaperIndex
from publisher.formatter.site.program import program_fingerprint
from publisher.formatter.site.registry import all_targets
from publisher.settings import Settings, load

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

FINGERPRINTS = """
import sys
from publisher import collector
from publisher.formatter.site.paper_facts import find_facts
from publisher.formatter.related.similarity import NO_STORE
from publisher.formatter.site.registry import all_targets
from publisher.formatter.site.paper_index import PaperIndex
from publisher.formatter.site.program import program_fingerprint
from publisher.formatter.feeds.timeline import lay_out
from publisher.settings import load
settings = load(None, {}, {"source": {"folders": (sys.argv[1],)}})
collection = collector.collect(settings)
items = lay_out(collection, settings.site.zone)
facts = find_facts(items, collection.papers, {}, NO_STORE, "")
print(program_fingerprint(settings))
for target in all_targets(PaperIndex(collection, settings, items, facts)):
    print(target.name, target.fingerprint, *target.paths())
"""


def test_every_process_plans_the_same(examples: Path) -> None:
    """Else every build would make everything anew; texts have another hash in each process."""
    plans = {
        subprocess.run(
            [sys.executable, "-c", FINGERPRINTS, str(examples)],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(plans) == 1
    assert next(iter(plans)).count("\n") > 20


def test_words_are_a_part_of_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = tmp_path / "formatter" / "i18n" / "en.toml"
    words.parent.mkdir(parents=True)
    words.write_text('abstract = "Abstract"', encoding="utf-8")
    monkeypatch.setattr(program, "__file__", str(tmp_path / "formatter" / "site" / "program.py"))
    before = program_fingerprint(Settings())
    words.write_text('abstract = "Overview"', encoding="utf-8")
    assert program_fingerprint(Settings()) != before


def test_the_papers_of_one_month_are_work_for_many_processes(examples: Path) -> None:
    """A young archive, or one with hundreds of papers a day, has hardly more than one month."""
    settings = load(None, {}, {"source": {"folders": (str(examples),)}})
    collection = collector.collect(settings)
    items = [item._replace(month="2024-12") for item in lay_out(collection, settings.site.zone)]
    facts = find_facts(items, collection.papers, {}, NO_STORE, "")
    batches: dict[str, int] = defaultdict(int)
    for target in all_targets(PaperIndex(collection, settings, items, facts)):
        if target.name.startswith(("papers of", "archive/", "month ")):
            batches[target.batch] += target.shown
    assert len(batches) > collection.digest_count / 2
    archives, months = batches.pop("archives of 2024-q4"), batches.pop("pages of 2024-12")
    assert archives > sum(batches.values()) == len(collection.papers)
    assert months == len(collection.papers)
