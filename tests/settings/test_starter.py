"""The publisher.toml that `publisher init` writes."""

from __future__ import annotations

import re
from operator import attrgetter
from typing import TYPE_CHECKING

from publisher.settings import load
from publisher.settings.fields import fields_of
from publisher.settings.reference import in_toml
from publisher.settings.sections import SECTIONS
from publisher.settings.starter import starter_file

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.settings import Settings


def loaded(folder: Path, text: str) -> Settings:
    path = folder / "publisher.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, {})


def values(settings: Settings) -> dict[tuple[str, str], str]:
    return {
        (section, key): in_toml(attrgetter(f"{section}.{key}")(settings))
        for section, table in SECTIONS.items()
        for key in fields_of(table)
    }


def test_a_new_file_says_what_the_defaults_are(tmp_path: Path) -> None:
    new, defaults = values(loaded(tmp_path, starter_file())), values(load(None, {}))
    assert new == defaults


def test_every_setting_stands_below_a_comment() -> None:
    for section, text in zip(SECTIONS, starter_file().split("\n\n[")[1:], strict=True):
        lines = text.splitlines()
        assert lines[0] == f"{section}]"
        for key in fields_of(SECTIONS[section]):
            (row,) = (
                n for n, line in enumerate(lines) if re.match(rf"(# )?{key} = |# \[\[.*{key}", line)
            )
            assert re.match(r"# \S.*[.]$", lines[row - 1]), (section, key)
        assert all(len(line) <= 100 for line in lines)


def test_what_stands_in_a_comment_can_be_taken_out_of_it(tmp_path: Path) -> None:
    text = re.sub(r"(?m)^# (\w+ = |\[\[)", r"\1", starter_file())
    text = text.replace('password = ""', 'password = "hunter2"')
    settings = loaded(tmp_path, text)
    assert settings.mail.password.reveal() == "hunter2"
    assert settings.gather.topics[0].categories == ("cs.CV", "cs.GR")
    (saved,) = settings.feeds.saved
    for key in saved.__struct_fields__:
        assert re.search(rf"(?m)^{key} = ", text.partition("[[feeds.saved]]")[2]), key
    assert saved.keywords == ("real-time", "acceleration")
