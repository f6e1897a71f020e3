from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.formatter.feeds.opml import FILE_NAME, render_opml
from publisher.models import Topic
from publisher.settings import Settings, Site
from publisher.settings.sections import Output
from publisher.web.readers.site_choices import SiteChoices, SiteReader, parse

if TYPE_CHECKING:
    from pathlib import Path

ROOT = "https://papers.example.org/"


@pytest.mark.parametrize("languages", [(), ("en",), ("en", "zh")])
def test_the_languages_are_those_that_the_build_wrote(languages: tuple[str, ...]) -> None:
    opml = render_opml({}, "Papers", languages)
    assert parse(opml, ROOT, "Papers") == SiteChoices(languages=languages or None)


def test_a_site_is_read_again_when_it_changes(tmp_path: Path) -> None:
    settings = Settings(site=Site(url=ROOT), output=Output(folder=str(tmp_path)))
    site, file = SiteReader(settings), tmp_path / FILE_NAME
    assert site.choices() == SiteChoices()
    outline = f'<outline title="NeRF" xmlUrl="{ROOT}topics/nerf/atom.xml"/>'
    file.write_text(f"<opml><body>{outline}</body></opml>")
    known = SiteChoices((Topic("nerf", "NeRF"),))
    assert site.choices() == known
    file.write_text("<opml><bo")  # it is being written
    assert site.choices() == known
    file.write_bytes(render_opml({}, "Papers", ["en"]))
    assert site.choices() == SiteChoices(languages=("en",))
