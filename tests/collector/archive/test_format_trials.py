from __future__ import annotations

from importlib import import_module
from zoneinfo import ZoneInfo

import pytest

from publisher.collector.archive.format_trials import FileTrial, try_formats
from publisher.collector.formats import FEED, FORMATS, RECORDS

ZONE = ZoneInfo("UTC")
ENDINGS = {RECORDS: ".json", FEED: ".xml"}


def trial_of(text: str, path: str = "2024-11-30.md") -> FileTrial:
    return try_formats(path, text.encode(), ZONE)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_reads_its_own_example(name: str) -> None:
    example = import_module(FORMATS[name]).EXAMPLE
    trial = trial_of(example, f"2024-11-30{ENDINGS.get(name, '.md')}")
    own = next(each for each in trial.trials if each.name == name)
    assert trial.used == name
    assert (own.reason, own.ids) == ("", trial.ids)
    assert "Title of a p" in own.papers[0].title


# A file, the format that comes nearest to it, the line of the place, and a part of the reason.
UNREAD = [
    ("# A day\n\n## T\n\nProse about what arXiv:2411.00001 says of trees, and more.\n",
     "paper-list", 5, "its confidence of 0.17 is less than 0.35"),
    ("## Day\n\n| Item | Value |\n|---|---|\n| Link | https://arxiv.org/abs/2411.00001 |\n",
     "arxiv-table", 3, "has titles, or its rows name several papers: Item | Value"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "name", "line", "reason"), UNREAD)
def test_the_nearest_format_and_its_reason(text: str, name: str, line: int, reason: str) -> None:
    trial = trial_of(text)
    assert (trial.used, trial.ids, trial.nearest.ids) == ("", 1, trial.nearest.ids)
    assert (trial.nearest.name, trial.nearest.line) == (name, line)
    assert reason in trial.nearest.reason


def test_papers_without_a_date_are_not_published() -> None:
    address = "https://openreview.net/forum?id=abcdEF12"
    trial = trial_of(
        f"## Trees\n\n- [Trees and their leaves]({address}), A. Author et al.\n", "list.md"
    )
    assert (trial.nearest.name, trial.used) == ("paper-list", "")
    assert [finding.code for finding in trial.findings] == ["D105"]
    assert trial.refusal == (1, "D105 no date in front matter, heading or path")


def test_the_place_next_to_the_first_id_counts() -> None:
    table = "| Way | Fault |\n|---|---|\n| arXiv:2411.00002 | slow |\n"
    notes = f"# T\n\n> **arXiv**: arXiv:2411.00001\n\n## Others\n\n{table}"
    assert (trial_of(notes).nearest.name, trial_of(notes).refusal.line) == ("arxiv-sections", 1)


def test_a_post_without_the_id_in_its_text() -> None:
    trial = trial_of("---\ntitle: T\ndate: 2024-11-30\n---\nSee arXiv:2411.00001.\n")
    assert (trial.used, trial.nearest.name) == ("markdown-post", "markdown-post")
    assert trial.refusal == (1, "it reads one entry with 0 of the 1 ids there")


def test_any_bytes() -> None:
    assert try_formats("x.md", b"\xff\xfe\x00## \x00arXiv:2411.00001", ZONE).used == ""
