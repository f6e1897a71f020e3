"""Addresses of announcement targets: in the file, kept as secrets, in the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.errors import SettingsError
from publisher.settings import load
from publisher.settings.secret_files import kept_target_secrets, write_secret

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = """\
[[announce.targets]]
name = "my-chat"
url = "ntfy://of-the-file"
[[announce.targets]]
name = "phone"
events = ["issues", "digests"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "publisher.toml"
    path.write_text(SETTINGS)
    return path


def urls(config: Path, **environment: str) -> list[str]:
    targets = load(config, environment).announce.targets
    assert "ntfy" not in repr(targets)
    return [target.url.reveal() for target in targets]


def test_what_is_set_last_wins(config: Path, tmp_path: Path) -> None:
    assert urls(config) == ["ntfy://of-the-file", ""]
    write_secret(tmp_path, "announce.phone.url", "ntfy://kept")
    write_secret(tmp_path, "announce.my-chat.url", "ntfy://kept-too")
    write_secret(tmp_path, "announce.gone.url", "ntfy://of-no-target")
    assert kept_target_secrets(tmp_path)[0] == "announce.gone.url"
    assert urls(config) == ["ntfy://kept-too", "ntfy://kept"]
    (tmp_path / "secret").write_text("ntfy://of-a-file\n")
    assert urls(
        config,
        PUBLISHER_ANNOUNCE__MY_CHAT__URL=" ntfy://of-the-environment",
        PUBLISHER_ANNOUNCE__PHONE__URL_FILE=str(tmp_path / "secret"),
    ) == ["ntfy://of-the-environment", "ntfy://of-a-file"]


@pytest.mark.parametrize(
    ("text", "environment", "part"),
    [
        ("", {"PUBLISHER_ANNOUNCE__NOBODY__URL": "x"}, "has no target of this name"),
        ("", {"PUBLISHER_ANNOUNCE__PHONE__URLS": "x"}, "unknown setting"),
        ("", {"PUBLISHER_ANNOUNCE__PHONE__URL_FILE": "/none"}, "can't be read"),
        ('[[announce.targets]]\nname = "phone"\n', {}, "'phone' is there twice"),
        ('[[announce.targets]]\nname = "My Chat"\n', {}, "must be a name of lower-case letters"),
        ('[[announce.targets]]\nname = "x"\nevents = []\n', {}, "announce.targets[3].events"),
        (
            '[[announce.targets]]\nname = "x"\nurl = 1\n',
            {},
            "targets[3].url: must be text",
        ),
        ("[announce]\nper_hour = 0\n", {}, "announce.per_hour: must be a whole number from 1"),
    ],
)
def test_mistakes(config: Path, text: str, environment: dict[str, str], part: str) -> None:
    config.write_text(text + SETTINGS if text.startswith("[announce]") else SETTINGS + text)
    with pytest.raises(SettingsError) as raised:
        load(config, environment)
    assert part in str(raised.value)
