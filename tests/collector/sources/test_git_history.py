"""Lists whose earlier versions are read from the history of real repositories."""

from __future__ import annotations

import os
import shutil
import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from support.rolling_lists import START, ListRepository, git, paper_id, table

from publisher import collector
from publisher.collector.archive import list_reader, parsing
from publisher.collector.sources import git_program
from publisher.git_process import GitFailure
from publisher.models import Severity
from publisher.services import build, drafts
from publisher.services.store import open_store
from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from publisher.models import Collection
    from publisher.settings import Settings

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
DAYS = 30
Make = "Callable[..., Settings]"


@pytest.fixture
def remote(tmp_path: Path) -> ListRepository:
    return ListRepository(tmp_path / "remote")


@pytest.fixture
def settings(tmp_path: Path, remote: ListRepository) -> Callable[..., Settings]:
    """Return a function that gives the settings of a site with `remote` as its source."""
    blog = tmp_path / "blog"
    blog.mkdir()
    (blog / "publisher.toml").write_text("")

    def make(**source: object) -> Settings:
        chosen = {"git": str(remote.folder), "cache": str(tmp_path / "cache"), **source}
        sections = {"source": chosen, "site": {"timezone": "UTC"}}
        return load(blog / "publisher.toml", {}, sections)

    return make


def days(collection: Collection) -> dict[str, int]:
    """Return the day on which each paper came in, by the number of its id."""
    return {
        paper.id.removeprefix("arxiv:"): (paper.first_published - START) // timedelta(days=1)
        for paper in collection.papers
    }


def codes(collection: Collection) -> list[str]:
    return [finding.code for finding in collection.findings]


EVERY = {paper_id(day, number): day for day in range(DAYS) for number in (1, 2)}


@pytest.mark.parametrize("place", ["folder", "git", "git with a filter"])
def test_every_paper_of_thirty_commits(
    settings: Callable[..., Settings], remote: ListRepository, place: str
) -> None:
    for _ in range(DAYS):
        remote.commit()
    git(remote.folder, "config", "uploadpack.allowFilter", str(place.endswith("filter")))
    of_folder = {"git": "", "folders": [str(remote.folder)]}
    chosen = settings(**(of_folder if place == "folder" else {}))
    collection = build.collect(chosen)
    assert days(collection) == EVERY
    assert len(collection.papers) == len({paper.title for paper in collection.papers})
    assert codes(collection) == ["D321"]
    (finding,) = collection.findings
    assert finding.severity is Severity.NOTE
    assert "2026-03-02" in finding.message
    assert [topic.name for topic in collection.topics] == ["Radiance fields"]
    assert collection.digest_count == 1


SHAPES = {
    "bullets": "- [{title}](https://arxiv.org/abs/{id}) - Ada Author, Bo Writer",
    "bullets with details": (
        "- **[{title}](https://arxiv.org/abs/{id})**\n"
        "  - Authors: Ada Author, Bo Writer\n  - Abstract: We render {title} anew."
    ),
    "sections": (
        "### [{title}](https://arxiv.org/abs/{id})\n\n**Authors**: Ada Author, Bo Writer\n\n"
        "**Abstract**: We render {title} anew.\n"
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_lists_of_other_shapes(
    settings: Callable[..., Settings], remote: ListRepository, shape: str
) -> None:
    for day in range(DAYS):
        papers = [
            SHAPES[shape].format(title=f"Fields {n} of the day {each}", id=paper_id(each, n))
            for each in range(day, max(-1, day - 3), -1)
            for n in (1, 2)
        ]
        remote.commit("\n".join(["# Papers of the day", "", "## Fields", "", *papers, ""]))
    collection = build.collect(settings())
    assert days(collection) == EVERY
    assert {paper.authors for paper in collection.papers} == {("Ada Author", "Bo Writer")}
    assert {paper.title for paper in collection.papers} == {
        f"Fields {n} of the day {day}" for day in range(DAYS) for n in (1, 2)
    }


def test_the_weekly_issue_holds_the_papers_of_the_week(
    settings: Callable[..., Settings], remote: ListRepository
) -> None:
    for _ in range(DAYS):
        remote.commit()
    chosen = settings()
    built = build.build(chosen)
    now = START + timedelta(days=28)  # a Monday, when the week before is due
    page = (chosen.path(chosen.output.folder) / "archive" / "2026-03" / "index.html").read_text()
    assert "Paper 1 of day 8" in page
    with open_store(chosen) as store:
        (issue,) = drafts.due_issues(built.collection, chosen, store, now)
    assert issue.id == "2026-W13"
    week = {f"arxiv:{paper_id(day, n)}" for day in range(21, 28) for n in (1, 2)}
    assert {paper.id for paper in issue.papers} == week


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return the number of papers of all that is parsed from now on, file by file."""
    papers: list[int] = []
    parse = parsing.parse_bytes

    def counted(*arguments: object) -> parsing.ParsedFile:
        result = parse(*arguments)  # type: ignore[arg-type]
        papers.append(sum(len(digest.papers) for digest in result.digests))
        return result

    monkeypatch.setattr(parsing, "parse_bytes", counted)
    return papers


@pytest.mark.parametrize("dated", [False, True])
def test_only_what_is_new_is_parsed(
    settings: Callable[..., Settings], remote: ListRepository, parsed: list[int], *, dated: bool
) -> None:
    remote.dated = dated
    for _ in range(DAYS):
        remote.commit()
    first = build.collect(settings())
    assert days(first) == {key: day - dated for key, day in EVERY.items()}
    # The file as it is now, as it is with undated papers, and what each commit changed.
    assert len(parsed) == DAYS + 2
    assert max(parsed[2:]) <= 2
    parsed.clear()
    assert days(build.collect(settings())) == days(first)
    assert not parsed
    remote.commit()
    assert days(build.collect(settings())) == days(first) | {
        paper_id(DAYS, number): DAYS - dated for number in (1, 2)
    }
    assert len(parsed) == 2


def test_without_history(settings: Callable[..., Settings], remote: ListRepository) -> None:
    remote.dated = True
    for _ in range(DAYS):
        remote.commit()
    off = settings(history="off", memory="off")
    assert set(days(build.collect(off)).values()) == {26, 27, 28}
    assert not list((off.cache_folder).glob("*.history*"))
    # Without a pull nothing is asked of the network, with one the rest comes in.
    assert len(build.collect(settings()).papers) == 2 * DAYS


def test_history_of_some_days(settings: Callable[..., Settings], remote: ListRepository) -> None:
    for _ in range(DAYS):
        remote.commit()
    chosen = settings(history=7)
    build.collect(chosen)
    now = START + timedelta(days=DAYS - 1)
    collection = collector.collect(chosen, now=now)
    assert set(days(collection).values()) == set(range(DAYS - 8, DAYS))
    assert days(collector.collect(chosen, now=now + timedelta(days=90))) == {
        key: day for key, day in EVERY.items() if day >= DAYS - 3
    }, "those in the list stay, with their dates"


def test_history_that_is_rewritten(
    settings: Callable[..., Settings], remote: ListRepository
) -> None:
    for _ in range(10):
        remote.commit()
    assert len(build.collect(settings()).papers) == 20
    git(remote.folder, "reset", "-q", "--hard", "HEAD~5")
    remote.day = 19
    remote.commit()
    collection = build.collect(settings())
    expected = [*range(5), 18, 19, 20]
    assert set(days(collection).values()) == {*range(5), 20}
    assert len(collection.papers) == 2 * len(expected)
    git(remote.folder, "checkout", "-q", "--orphan", "anew")
    remote.commit()
    git(remote.folder, "branch", "-q", "-M", "anew", "main")
    assert set(days(build.collect(settings())).values()) == {21}


def test_a_paper_changes(settings: Callable[..., Settings], remote: ListRepository) -> None:
    for _ in range(3):
        remote.commit()
    newer = table([3, 2]).replace("Paper 1 of day 2", "A better title")
    remote.commit(newer.replace(f"/{paper_id(2, 2)}", f"/{paper_id(2, 2)}v2"))
    papers = {paper.id: paper for paper in build.collect(settings()).papers}
    renamed, revised = (papers[f"arxiv:{paper_id(2, number)}"] for number in (1, 2))
    assert renamed.title == "A better title"
    assert renamed.first_published == START + timedelta(days=2)
    assert (revised.version, revised.updated) == (2, START + timedelta(days=3))
    assert revised.first_published == START + timedelta(days=2)


def test_an_empty_list_keeps_its_papers(
    settings: Callable[..., Settings], remote: ListRepository
) -> None:
    for _ in range(3):
        remote.commit()
    build.collect(settings())
    for text in ("# Papers of the day\n", ""):
        remote.commit(text)
        assert len(build.collect(settings()).papers) == 6
    git(remote.folder, "rm", "-q", "README.md")
    remote.commit("---\ntitle: T\ndate: 2026-04-01\ntags: [t]\n---\nText.\n", "post.md")
    assert len(build.collect(settings()).papers) == 1, "a list that is deleted is forgotten"


POST = "---\ntags: [t]\n{date}---\n{heading}\n\n{table}"


@pytest.mark.parametrize(
    ("name", "date", "heading"),
    [
        ("2026-03-02/list.md", "", "# Papers"),
        ("2026-03-02.md", "", "# Papers"),
        ("list.md", "date: 2026-03-02\n", "# Papers"),
        ("list.md", "", "# 2026-03-02 Papers"),
    ],
)
def test_a_paper_that_leaves_a_dated_digest_is_gone(
    settings: Callable[..., Settings], remote: ListRepository, name: str, date: str, heading: str
) -> None:
    for shown in ([0, 1, 2], [0, 2], [0, 1]):
        text = POST.format(date=date, heading=heading, table=table(shown).partition("\n\n")[2])
        remote.commit(text, name)
    assert set(days(build.collect(settings()))) == {paper_id(d, n) for d in (0, 1) for n in (1, 2)}


def test_a_heading_with_the_day_keeps_every_day(
    settings: Callable[..., Settings], remote: ListRepository
) -> None:
    for day in range(12):
        heading = f"# {START + timedelta(days=day):%Y-%m-%d} Papers"
        remote.commit(f"{heading}\n\n{table([day]).partition(chr(10) * 2)[2]}", "wechat.md")
    assert sorted(days(build.collect(settings())).values()) == sorted([*range(-1, 11)] * 2)


def test_a_post_without_a_date_is_dated_by_the_commit_that_added_it(
    settings: Callable[..., Settings], remote: ListRepository
) -> None:
    remote.commit()
    post = "---\ntitle: One paper\npdf: https://arxiv.org/abs/2603.77777\n---\nText.\n"
    remote.commit(post, "notes/one.md")
    remote.commit(post + "More.\n", "notes/one.md")
    collection = build.collect(settings())
    (paper,) = (paper for paper in collection.papers if paper.title == "One paper")
    assert paper.first_published == START + timedelta(days=1)
    assert [each.code for each in collection.findings if "one.md" in each.path] == ["D321", "D107"]
    off = build.collect(settings(history="off", memory="off"))
    assert "D116" in codes(off)


def test_a_list_that_is_changed_and_not_committed(
    settings: Callable[..., Settings], remote: ListRepository
) -> None:
    for _ in range(3):
        remote.commit()
    (remote.folder / "README.md").write_text(table([3]))
    changed = (START + timedelta(days=5)).timestamp()
    os.utime(remote.folder / "README.md", (changed, changed))
    chosen = settings(git="", folders=[str(remote.folder)])
    expected = {paper_id(d, n): d for d in range(3) for n in (1, 2)}
    expected |= {paper_id(3, n): 5 for n in (1, 2)}
    assert days(build.collect(chosen)) == expected
    git(remote.folder, "add", ".")
    git(remote.folder, "commit", "-q", "-m", "x", day=6)
    expected |= {paper_id(3, n): 6 for n in (1, 2)}
    assert days(build.collect(chosen)) == expected


def test_what_can_not_be_fetched_costs_no_pull(
    settings: Callable[..., Settings], remote: ListRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote.dated = True
    for _ in range(5):
        remote.commit()
    run = git_program.run

    def refusing(arguments: list[str], *rest: object) -> bytes:
        if any("--depth=5" in argument for argument in arguments):
            raise GitFailure("the server is out of order")
        return run(arguments, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(git_program, "run", refusing)
    collection = build.collect(settings())
    assert len(collection.papers) == 6
    assert codes(collection) == ["D322"]
    assert "out of order" in collection.findings[0].message
    monkeypatch.undo()
    assert codes(build.collect(settings())) == ["D322"], "asked once a day"
    (failed,) = settings().cache_folder.glob("*.history-failed")
    old = time.time() - 90_000
    os.utime(failed, (old, old))
    collection = build.collect(settings())
    assert len(collection.papers) == 10
    assert not collection.findings


@pytest.mark.parametrize("trouble", ["garbage", "gone", "file"])
def test_a_broken_history_is_fetched_anew(
    settings: Callable[..., Settings], remote: ListRepository, trouble: str
) -> None:
    for _ in range(5):
        remote.commit()
    build.collect(settings())
    (history,) = settings().cache_folder.glob("*.history")
    shutil.rmtree(history / "objects" if trouble == "garbage" else history)
    if trouble == "file":
        history.write_text("garbage")
    remote.commit()
    collection = build.collect(settings())
    assert len(collection.papers) == 12
    assert codes(collection) == ["D321"]


def test_more_versions_than_are_read(
    settings: Callable[..., Settings], remote: ListRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(20):
        remote.commit()
    monkeypatch.setattr(list_reader, "MAX_BYTES", 3_000)
    collection = build.collect(settings())
    assert 6 < len(collection.papers) < 40
    assert sorted(codes(collection)) == ["D321", "D323"]


def test_rows_that_are_read_otherwise_beside_others(
    settings: Callable[..., Settings], remote: ListRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A format that reads tables of five rows and more would lose what a version changed."""
    remote.kept = 5
    for _ in range(DAYS):
        remote.commit()
    parse = parsing.parse_bytes

    def whole_tables(path: str, data: bytes, *rest: object) -> parsing.ParsedFile:
        few = data.count(b"arxiv.org") < 6 and data.count(b"day 0") == 0
        return parse(path, b"" if few else data, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(parsing, "parse_bytes", whole_tables)
    expected = {key: max(day, 0) for key, day in EVERY.items()}
    assert days(build.collect(settings())) == expected


def test_names_with_blanks_quotes_and_other_scripts(
    settings: Callable[..., Settings], remote: ListRepository
) -> None:
    for day in range(3):
        remote.commit(table([day]), 'lists/每日 "papers" :(top).md')
    chosen = settings(subfolder="lists")
    assert set(days(build.collect(chosen)).values()) == {0, 1, 2}


def test_nothing_of_a_repository_is_run(
    settings: Callable[..., Settings], remote: ListRepository, tmp_path: Path
) -> None:
    marker = tmp_path / "marker"
    for _ in range(3):
        remote.commit()
    for key in ("core.fsmonitor", "diff.external", "core.sshCommand", "gpg.program", "core.pager"):
        git(remote.folder, "config", key, f"touch {marker}; true")
    git(remote.folder, "config", "log.showSignature", "true")
    for name in ("post-checkout", "reference-transaction", "pre-auto-gc"):
        hook = remote.folder / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
        hook.chmod(0o755)
    collection = build.collect(settings(git="", folders=[str(remote.folder)]))
    assert len(collection.papers) == 6
    assert not marker.exists()


def test_a_work_tree_without_commits(settings: Callable[..., Settings], tmp_path: Path) -> None:
    new = tmp_path / "new"
    new.mkdir()
    git(new, "init", "-q")
    (new / "README.md").write_text(table([1], dated=True))
    collection = build.collect(settings(git="", folders=[str(new)]))
    assert len(collection.papers) == 2
    assert not collection.findings
