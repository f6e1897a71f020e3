"""Small files in the shapes met in the wild, each read as its README says."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from publisher.collector.archive.parsing import parse_bytes
from publisher.models import Notes, ParsedPaper, Venue

SHAPES = Path(__file__).parents[4] / "shared" / "shapes"
pytestmark = pytest.mark.skipif(not SHAPES.is_dir(), reason="needs the folder of shapes")

TREE, LEAF = "Tree Net: Growing Trees Faster", "Leaf Net"
BOTH, CY = ("Ada Author", "Bo Writer"), ("Cy Scribe",)
GROW = "We grow trees faster than they grow by themselves."


@dataclass(frozen=True)
class Expected:
    """A paper of a shape; `topics` is None where nothing but the file names any."""

    id: str
    title: str
    day: str
    authors: tuple[str, ...] = ()
    abstract: str = ""
    summary: str = ""
    topics: tuple[str, ...] | None = None
    notes: Notes | None = None
    venue: Venue | None = None
    code: tuple[str, ...] = ()
    takeaways: tuple[str, ...] = ()


SHAPES_READ: dict[str, list[Expected]] = {
    "01": [
        Expected(
            "2503.00011", "Small Paper on Trees", "2025-03-04", BOTH, "", "We grow trees faster."
        ),
        Expected("2503.00012", "Another Paper on Leaves", "2025-03-04", CY, "", "We count leaves."),
    ],
    "02": [
        Expected(
            "2503.00021",
            "A Title That the Source Broke Over Two Lines",
            "2025-03-05",
            BOTH[:1],
            summary="We break lines.",
        ),
        Expected("2503.00022", "A Title on One Line", "2025-03-05", BOTH[1:], "", "We do not."),
    ],
    "03": [
        Expected(
            "2607.00031",
            "A robot that waters plants",
            "2026-07-14",
            summary="A robot that waters plants.",
        )
    ],
    "04": [
        Expected(
            "2506.00041",
            "Tree Net",
            "2025-06-23",
            summary=(
                "This work introduces Tree Net, a model of trees. It grows faster than others. "
                "● It has leaves. ● It has roots."
            ),
        ),
        Expected("2506.00042", LEAF, "2025-06-23", summary="counts leaves in photographs."),
    ],
    "05": [
        Expected(
            "2501.00051",
            "Tree Set",
            "2025-01-01",
            summary="Ten thousand trees.",
            topics=("Datasets",),
            venue=Venue("CVPR", 2025),
            code=("https://github.com/a/b",),
        ),
        Expected("2401.00052", "Leaf Set", "2024-01-01", summary="Leaves.", topics=("Datasets",)),
    ],
    "06": [
        Expected("2608.00061", TREE, "2026-08-12", BOTH, GROW),
        Expected("2608.00062", LEAF, "2026-08-12", CY, "We count leaves."),
    ],
    "07": [Expected("2606.00071", TREE, "2026-06-23", BOTH, GROW)],
    "08": [
        Expected(
            "2607.00081",
            TREE,
            "2026-07-23",
            BOTH,
            summary="We grow trees faster.",
            topics=("trees",),
        ),
        Expected("2607.00082", LEAF, "2026-07-23", topics=("leaves",)),
    ],
    "09": [
        Expected(
            "",
            "Tree notes, first week",
            "2025-01-03",
            abstract="A long post about trees, with front matter as Hexo wants it.",
            topics=("trees",),
        )
    ],
    "10": [
        Expected(
            "2606.00101",
            TREE,
            "2026-06-15",
            BOTH,
            GROW,
            "提出一种让树长得更快的方法。",
            ("cs.CL",),
            Notes(
                background="树长得太慢。",
                method="多浇水。",
                results="快了两倍。",
                conclusion="浇水有用。",
            ),
        ),
        Expected(
            "2606.00102",
            LEAF,
            "2026-06-15",
            CY,
            "We count leaves.",
            "数叶子。",
            ("cs.CL",),
            Notes(background="叶子太多。"),
        ),
    ],
    "11": [
        Expected("2608.00111", TREE, "2026-08-01", BOTH, GROW, "", ("Artificial Intelligence",)),
        Expected(
            "2608.00112",
            LEAF,
            "2026-08-01",
            CY,
            "We count leaves.",
            topics=("Artificial Intelligence",),
        ),
    ],
    "12": [Expected("2408.00121", TREE, "2024-08-01", BOTH, "We grow trees faster.")],
    "13": [
        Expected(
            "2512.00131",
            TREE,
            "2025-12-24",
            BOTH,
            "本文让树长得更快。",
            "让树长得更快。",
            ("cs.CV",),
        )
    ],
    "14": [
        Expected(
            "",
            "A survey of trees",
            "2026-02-16",
            abstract="All about trees.",
            topics=("trees",),
        )
    ],
    "15": [Expected("", "Tree Net", "2025-06-12", abstract="Text about trees.", topics=("trees",))],
    "16": [
        Expected(
            "2506.00161",
            TREE,
            "2025-06-13",
            BOTH,
            "We grow trees faster.",
            "系统主动提醒，避免因护士忙碌而遗漏关键记录。",
            ("medicine",),
            takeaways=("提醒有用。",),
        )
    ],
    "17": [
        Expected(
            "2606.00171",
            TREE,
            "2026-06-15",
            BOTH,
            f"{GROW} 我们让树长得比自己更快。",
            "本文让树长得更快。",
            ("trees",),
            Notes(
                background="树长得太慢。",
                method="多浇水。",
                results="快了两倍。",
                conclusion="浇水有用。",
            ),
        )
    ],
    "18": [
        Expected(
            "",
            "Tree Net",
            "2026-05-12",
            ("A. Author", "B. C. Writer", "Tree Genetics Center"),
            "We grow trees.",
            topics=("trees",),
        )
    ],
    "19": [
        Expected(
            "2608.00191",
            TREE,
            "2026-08-18",
            summary="We grow trees faster.",
            topics=("update", "trees"),
        )
    ],
    "20": [
        Expected(
            "2602.00201", TREE, "2026-02-16", summary="让树长得更快", topics=("daily", "trees")
        ),
        Expected("2602.00202", LEAF, "2026-02-16", summary="数叶子", topics=("daily", "trees")),
    ],
    "21": [
        Expected(
            "2211.00211",
            TREE,
            "2022-11-30",
            BOTH[:1],
            topics=("Trees",),
            code=("https://github.com/a/b",),
        ),
        Expected("2211.00212", LEAF, "2022-11-29", CY, topics=("Trees",)),
    ],
    "22": [Expected("2604.00221", "Tree Net", "2026-04-29", BOTH[:1], topics=("Trees",))],
    "23": [Expected("2205.00231", TREE, "2022-05-28", BOTH, GROW, topics=("trees",))],
    "24": [Expected("2605.00241", "Tree Net", "2026-05-13", ("Ada B. C.",), topics=("Trees",))],
    "25": [Expected("", "Trees in a notebook", "2012-10-04")],
}


@pytest.mark.parametrize("shape", SHAPES_READ)
def test_a_shape_is_read_as_its_readme_says(shape: str) -> None:
    (folder,) = SHAPES.glob(f"{shape}-*")
    (file,) = (path for path in folder.rglob("*") if path.is_file())
    path = file.relative_to(folder).as_posix()
    digests = parse_bytes(path, file.read_bytes(), ZoneInfo("UTC")).digests
    read = [
        (paper, paper.topic_names or digest.topic_names, f"{digest.published:%Y-%m-%d}")
        for digest in digests
        for paper in digest.papers
    ]
    read.sort(key=lambda each: each[0].line)
    wanted = SHAPES_READ[shape]
    assert [_as_expected(*each, wanted) for each in read] == wanted
    for paper, *_ in read:
        number = paper.id.removeprefix("arxiv:")
        assert not number[0].isdigit() or paper.abs_url == f"https://arxiv.org/abs/{number}"


def _as_expected(
    paper: ParsedPaper, topics: tuple[str, ...], day: str, wanted: list[Expected]
) -> Expected:
    is_named = any(each.topics is not None for each in wanted)
    return Expected(
        paper.id.removeprefix("arxiv:") if paper.id.startswith("arxiv:") else "",
        paper.title,
        day,
        paper.authors,
        paper.abstract,
        paper.summary or "",
        topics if is_named else None,
        paper.notes,
        paper.venue,
        paper.code_urls,
        paper.takeaways,
    )
