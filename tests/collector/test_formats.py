"""Every format against its data: tests/data/<format>/<case>.md beside <case>.json.

`python -m pytest --write-expected` is not offered on purpose: expected files are read by people.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from publisher.collector import parse

if TYPE_CHECKING:
    from publisher.models import ParsedPaper

DATA = Path(__file__).parents[1] / "data"
CASES = sorted(DATA.glob("*/*.md"))


def as_json(case: Path) -> dict[str, object]:
    digest, findings = parse(case.name, case.read_text(encoding="utf-8"), ZoneInfo("Asia/Shanghai"))
    assert digest is not None
    return {
        "published": digest.published.isoformat(),
        "topics": list(digest.topic_names),
        "papers": [_fields(paper) for paper in digest.papers],
        "findings": [str(found) for found in findings],
    }


def _fields(paper: ParsedPaper) -> dict[str, object]:
    """Return all fields; those that only some formats set are left out where they are not set."""
    fields = asdict(paper)
    for name in ("published", "topic_names"):
        if not fields[name]:
            del fields[name]
    return fields


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}/{case.stem}")
def test_case(case: Path) -> None:
    expected = json.loads(case.with_suffix(".json").read_text(encoding="utf-8"))
    assert json.loads(json.dumps(as_json(case), default=datetime.isoformat)) == expected


def test_every_format_has_data() -> None:
    from publisher.collector.formats import FORMATS

    assert {case.parent.name for case in CASES} == set(FORMATS)
