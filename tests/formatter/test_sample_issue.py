"""The newest issue that has a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.formatter.sample_issue import sample_issue
from publisher.settings import Settings, Site
from publisher.settings.sections import Output

if TYPE_CHECKING:
    from pathlib import Path

CASES = [
    ([], ""),
    (["index", "2", "atom"], ""),  # their list
    (["2024-W49", "2024-W50", "2024-W9", "index"], "2024-W50"),
    # The one that ends last, whatever its frequency.
    (["2024-12-02", "2024-W48", "2024-11"], "2024-12-02"),
    (["2024-12-02", "2024-W50", "2024-11"], "2024-W50"),
    (["2024-W99"], ""),
]


@pytest.mark.parametrize(("names", "newest"), CASES)
def test_newest(tmp_path: Path, names: list[str], newest: str) -> None:
    folder = tmp_path / "issues"
    folder.mkdir()
    for name in names:
        (folder / f"{name}.html").touch()
    (folder / "2024-W51.xml").touch()
    settings = Settings(site=Site(url="https://p.org"), output=Output(folder=str(tmp_path)))
    assert sample_issue(settings) == (newest and f"https://p.org/issues/{newest}.html")


def test_no_site(tmp_path: Path) -> None:
    assert sample_issue(Settings(output=Output(folder=str(tmp_path / "none")))) == ""
