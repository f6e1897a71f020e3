from __future__ import annotations

from pathlib import Path

import pytest
from msgspec import structs

from publisher.newsletter.edit_files import edit_file_patterns, has_edit_files
from publisher.settings import load


@pytest.mark.parametrize(
    ("folders", "frequencies", "patterns", "counts"),
    [
        (["posts"], ["weekly"], (), True),
        (["."], ["weekly", "monthly"], ("issues/????-W??.md", "issues/????-??.md"), True),
        (["..", "."], ["daily"], ("blog/issues/????-??-??.md", "issues/????-??-??.md"), True),
        (["./issues"], ["weekly"], (), False),
    ],
)
def test_files_with_edits_are_no_digests(
    folders: list[str], frequencies: list[str], patterns: tuple[str, ...], counts: bool
) -> None:
    flags = {"source": {"folders": folders}, "newsletter": {"frequencies": frequencies}}
    settings = structs.replace(load(None, {}, flags), base=Path("/srv/blog"))
    assert edit_file_patterns(settings) == patterns
    assert has_edit_files(settings) == counts
