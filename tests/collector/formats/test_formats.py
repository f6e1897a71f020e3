"""Every format against its data: tests/data/<format>/<case>.md beside <case>.json.

Files of records are .jsonl and .csv, feeds .rss and .atom.

There is deliberately no option that writes the expected files: people are to read them.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from publisher.collector.archive.parsing import parse_bytes

if TYPE_CHECKING:
    from publisher.models import ParsedPaper

DATA = Path(__file__).parents[2] / "data"
CASES = sorted(
    case for ending in ("md", "jsonl", "csv", "rss", "atom") for case in DATA.glob(f"*/*.{ending}")
)


def as_json(case: Path) -> dict[str, object]:
    parsed = parse_bytes(case.name, case.read_bytes(), ZoneInfo("Asia/Shanghai"))
    return {
        "digests": [
            {
                "published": digest.published,
                "topics": digest.topic_names,
                "papers": [_fields(paper) for paper in digest.papers],
            }
            for digest in parsed.digests
        ],
        "findings": [str(finding) for finding in parsed.findings],
    }


def _fields(paper: ParsedPaper) -> dict[str, object]:
    """Return the fields that are set; most are empty in most formats."""
    fields = {name: value for name, value in asdict(paper).items() if value not in ("", (), None)}
    if not paper.withdrawn:
        del fields["withdrawn"]
    return fields


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_case(case: Path) -> None:
    expected = json.loads(case.with_suffix(".json").read_text(encoding="utf-8"))
    assert json.loads(json.dumps(as_json(case), default=datetime.isoformat)) == expected


def test_every_format_has_data() -> None:
    from publisher.collector.formats import FORMATS

    assert {case.parent.name for case in CASES} == set(FORMATS)
