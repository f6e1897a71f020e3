from __future__ import annotations

import json
from time import perf_counter
from typing import TYPE_CHECKING

import pytest

from publisher.errors import GatherError
from publisher.gather.ranking.bibliography import BibliographyEntry, read_bibliography
from publisher.gather.ranking.liked import LikedPapers, LikedText, read_liked
from publisher.models.gathering import Candidate
from publisher.settings.sections.gather import GatherTopic

if TYPE_CHECKING:
    from pathlib import Path

BIBTEX = r"""
@string{cvpr = "Computer Vision"}
@comment{an old one}
@article{a, Title = {{NeRF} in
    the {W}ild}, abstract={We {\'e}dit scenes.}, eprint={2008.02268}, archivePrefix={arXiv},
  month = aug}
@inproceedings{b, title = cvpr, doi={10.1109/CVPR.2024.1}, url={http://arxiv.org/abs/2401.00002v3}}
@article{c, title={Third}, journal={arXiv preprint arXiv:2401.00003}}
@article{d, title={Fourth}, title={Fourth again}, doi={10.1000/4}}
@article{d, title={Fifth}}
@misc{f, author={Nobody}}
@article{g, title={Broken
@misc{h, arxivid={2401.00008}}
"""
BIBTEX_ENTRIES = [
    ("line 4", "arxiv:2008.02268", "{NeRF} in the {W}ild", r"We {\'e}dit scenes."),
    ("line 7", "arxiv:2401.00002", "Computer Vision", ""),
    ("line 8", "arxiv:2401.00003", "Third", ""),
    ("line 9", "doi:10.1000/4", "Fourth", ""),
    ("line 10", "", "Fifth", ""),
    "line 11",
    "line 12",
    ("line 13", "arxiv:2401.00008", "", ""),
]
RIS = """\ufeffTY  - JOUR
TI  - A first
  and its end
AB  - About it.
DO  - 10.1000/A
ER  -

TY  - GEN
T1  - A second
UR  - https://example.org/
UR  - http://arxiv.org/abs/2401.00002
N2  - More.
ER  -
TY  - GEN
AU  - Nobody
ER  -
TY  - GEN
TI  - No end
"""
RIS_ENTRIES = [
    ("line 1", "doi:10.1000/a", "A first and its end", "About it."),
    ("line 8", "arxiv:2401.00002", "A second", "More."),
    "line 14",
    ("line 17", "", "No end", ""),
]
CSL = [
    {"title": "A first", "abstract": "About\n it.", "DOI": "10.48550/arXiv.2401.00001"},
    {"title": "A second", "number": "arXiv:2401.00002", "author": [{"family": "B"}]},
    {"title": "A third", "DOI": "10.1000/C", "note": "arXiv:2401.00003 [cs]"},
    {"abstractNote": "Zotero's own", "title": "A fourth", "tags": [{"tag": 1}]},
    {"title": None, "DOI": "10.1000/5"},
    "nonsense",
]
CSL_ENTRIES = [
    ("entry 1", "arxiv:2401.00001", "A first", "About it."),
    ("entry 2", "arxiv:2401.00002", "A second", ""),
    ("entry 3", "arxiv:2401.00003", "A third", ""),
    ("entry 4", "", "A fourth", "Zotero's own"),
    "entry 5",
    "entry 6",
]
FILES = [
    (BIBTEX, BIBTEX_ENTRIES),
    (RIS, RIS_ENTRIES),
    (RIS.replace("\n", "\r\n"), RIS_ENTRIES),
    (json.dumps(CSL), CSL_ENTRIES),
    (f"\ufeff {json.dumps({'items': CSL})}", CSL_ENTRIES),
    (json.dumps(CSL[0]), CSL_ENTRIES[:1]),
    ("[]", []),
]


@pytest.mark.parametrize(("text", "expected"), FILES)
def test_files_of_reference_managers(text: str, expected: list[object]) -> None:
    entries = read_bibliography(text)
    values = [
        (entry.place, entry.id, entry.title, entry.abstract)
        if isinstance(entry, BibliographyEntry)
        else entry.place
        for entry in entries
    ]
    assert values == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Just a text.", "neither BibTeX, RIS nor CSL-JSON"),
        ("", "neither BibTeX"),
        ("[{", "no valid JSON"),
        ("[" * 100_000, "no valid JSON"),
    ],
)
def test_another_file_is_an_error(text: str, reason: str) -> None:
    with pytest.raises(GatherError, match=reason):
        read_bibliography(text)


@pytest.mark.parametrize(
    "text",
    ["@article{k,a={b},", "@article{", "@a{b,title={", "TY  - \n", "TY  - A\nTI  - b\n x\n"],
)
def test_hostile_files_take_linear_time(text: str, caplog: pytest.LogCaptureFixture) -> None:
    started = perf_counter()
    read_bibliography(text * 5_000)
    assert perf_counter() - started < 10
    assert caplog.records == []


def read(folder: Path, *liked: str, known: tuple[Candidate, ...] = ()) -> LikedPapers:
    asked: list[list[str]] = []

    def lookup(ids: list[str]) -> list[Candidate]:
        asked.append(ids)
        assert len(ids) == len(set(ids)) > 0
        return [paper for paper in known if paper.id in ids]

    texts = read_liked(GatherTopic(name="x", liked=liked), folder.joinpath, lookup)
    assert len(asked) <= 1
    return texts


def test_ids_and_entries_without_abstract_are_looked_up(tmp_path: Path) -> None:
    (tmp_path / "my.bib").write_text(BIBTEX, encoding="utf-8")
    known = (
        Candidate("arxiv:2401.00001", "Known", abstract="Text."),
        Candidate("arxiv:2401.00002", "Two of arXiv", abstract="More."),
    )
    result = read(tmp_path, "2401.00001v2", "arXiv:2401.9999", "my.bib", known=known)
    assert result.texts == (
        LikedText("arxiv:2401.00001", "Known", "Text."),
        LikedText("arxiv:2008.02268", "{NeRF} in the {W}ild", r"We {\'e}dit scenes."),
        LikedText("arxiv:2401.00002", "Two of arXiv", "More."),
        LikedText("arxiv:2401.00003", "Third"),
        LikedText("doi:10.1000/4", "Fourth"),
        LikedText("", "Fifth"),
    )
    file = tmp_path / "my.bib"
    places = [problem.partition(": skipped, because ")[0] for problem in result.problems]
    assert places == [
        f"{file}, line 11",
        f"{file}, line 12",
        "arXiv:2401.9999",
        f"{file}, line 13",
    ]
    assert result.problems[0].endswith("it has neither a title nor an arXiv id")
    assert result.problems[2].endswith("arxiv:2401.9999 is not known there")


def test_a_paper_in_several_files_is_one_with_its_abstract(tmp_path: Path) -> None:
    (tmp_path / "a.bib").write_text("@misc{a, title={One}, eprint={2401.00001}}", encoding="utf-8")
    entry = {"title": "One", "abstract": "Text.", "URL": "https://arxiv.org/abs/2401.00001"}
    (tmp_path / "b.json").write_text(json.dumps([entry]), encoding="utf-8")
    expected = LikedPapers((LikedText("arxiv:2401.00001", "One", "Text."),))
    assert read(tmp_path, "a.bib", "b.json") == read(tmp_path, "b.json", "a.bib") == expected


def test_a_large_library_without_abstracts_is_looked_up_in_part(tmp_path: Path) -> None:
    entries = [{"title": f"T{n}", "number": f"arXiv:2401.{n:05}"} for n in range(1000)]
    entries.append({"number": "arXiv:2402.00001"})
    (tmp_path / "a.json").write_text(json.dumps(entries), encoding="utf-8")
    asked: list[str] = []

    def lookup(ids: list[str]) -> list[Candidate]:
        asked.extend(ids)
        return [Candidate("arxiv:2402.00001", "Known")]

    topic = GatherTopic(name="x", liked=("a.json",))
    assert len(read_liked(topic, tmp_path.joinpath, lookup).texts) == 1001
    assert len(asked) == 301
    assert asked[0] == "arxiv:2402.00001"


def test_without_liked_papers_nothing_is_looked_up(tmp_path: Path) -> None:
    assert read(tmp_path) == LikedPapers()


def test_a_file_that_cannot_be_read_is_named_with_its_setting(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("Just a text.", encoding="utf-8")
    for name, reason in (("no.bib", "No such file"), ("note.txt", "neither BibTeX")):
        with pytest.raises(GatherError, match=reason) as error:
            read(tmp_path, name)
        assert str(tmp_path / name) in str(error.value)
        assert 'gather.topics, "x": liked' in str(error.value)
