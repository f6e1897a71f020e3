from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from publisher.errors import SettingsError
from publisher.settings import load
from publisher.settings.template import TEMPLATE

if TYPE_CHECKING:
    from pathlib import Path


def config(folder: Path, text: str) -> Path:
    path = folder / "publisher.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_hold_without_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(None, {})
    assert settings.mail.transport == "outbox"
    assert str(settings.site.zone) == "Asia/Shanghai"


def test_the_template_says_what_the_defaults_are(tmp_path: Path) -> None:
    written = tomllib.loads(TEMPLATE)
    from_file, defaults = load(config(tmp_path, TEMPLATE), {}), load(None, {})
    for section, keys in written.items():
        for key in keys:
            value = getattr(getattr(from_file, section), key)
            default = getattr(getattr(defaults, section), key)
            if (section, key) == ("store", "url"):
                value, default = value.reveal(), default.reveal()
            if (section, key) != ("source", "folders"):  # set for Hexo there
                assert value == default, (section, key)
    from publisher.settings.sections import SECTIONS

    for section, cls in SECTIONS.items():
        missing = set(cls.__struct_fields__) - set(written[section])
        # A list of tables stands in a comment: an empty one can't be written.
        assert missing <= {"password", "saved", "webhook_secret"}, f"{section}: {missing}"


def test_order_of_origins(tmp_path: Path) -> None:
    path = config(tmp_path, '[mail]\nhost = "file"\nport = 25\n[feeds]\nentries = 7\n')
    environment = {"PUBLISHER_MAIL__HOST": "env", "PUBLISHER_FEEDS__ENTRIES": "8", "HOME": "/"}
    settings = load(path, environment, {"feeds": {"entries": 9}})
    assert (settings.mail.host, settings.mail.port, settings.feeds.entries) == ("env", 25, 9)


def test_lists_from_the_environment() -> None:
    one = load(None, {"PUBLISHER_SOURCE__INCLUDE": "*.txt, **/*.md"})
    two = load(None, {"PUBLISHER_SOURCE__INCLUDE": '["*.txt", "**/*.md"]'})
    assert one.source.include == two.source.include == ("*.txt", "**/*.md")


def test_secrets_come_from_files_and_never_show(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    settings = load(None, {"PUBLISHER_MAIL__PASSWORD_FILE": str(secret)})
    assert settings.mail.password.reveal() == "hunter2"
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings.mail.password)


WRONG = [
    ("[mial]\n", "[mial]: unknown setting; did you mean mail?"),
    ("[mail]\nprot = 1\n", "mail.prot: unknown setting; did you mean port?"),
    ("[mail]\nport = 'a'\n", "mail.port: Expected `int`, got `str`"),
    ("[mail]\nport = 0\n", "mail.port: Expected `int` >= 1"),
    ("[mail]\npassword = 1\n", "mail.password: Expected `str`, got `int`"),
    ("[mail]\nsecurity = 'maybe'\n", "mail.security: Invalid enum value 'maybe'"),
    ('[mail]\nfrom_address = "a@b\\nBcc: c@d"\n', "mail.from_address: not an email address"),
    ('[mail]\nfrom_name = "a\\nBcc: c@d"\n', "mail.from_name: must not hold a line break"),
    ("[site]\ntimezone = 'Mars/Base'\n", "site.timezone: no such time zone: 'Mars/Base'"),
    ("[site]\ntimezone = '../../etc/passwd'\n", "site.timezone: no such time zone"),
    ("[site]\nurl = 'papers.example.org'\n", "site.url: must be an absolute address"),
    ("[site]\nurl = 'https://[papers/'\n", "site.url: must be an absolute address"),
    ("[feeds]\nhub = 'hub.example.org'\n", "feeds.hub: must be an absolute address"),
    ("[web]\ntrusted_proxies = ['proxy']\n", "web.trusted_proxies: no address or network: 'proxy'"),
    ("[watch]\npoll_seconds = 0\n", "watch.poll_seconds: Expected `float` >= 0.1"),
    ("[newsletter]\nweekday = 'someday'\n", "newsletter.weekday: Invalid enum value 'someday'"),
    ("[newsletter]\nfrequencies = ['hourly']\n", "frequencies: Invalid enum value 'hourly'"),
    ("[newsletter]\nfrequencies = []\n", "newsletter.frequencies: must name at least one"),
    ("[newsletter]\nmonth_day = 29\n", "newsletter.month_day: Expected `int` <= 28"),
    ("[newsletter]\nsubject = '{week}'\n", "newsletter.subject: nothing to fill in for 'week'"),
    ("[theme]\ntexts_en = 'x'\n", "theme.texts_en: Expected `object`, got `str`"),
    ("[theme]\ntexts_en = { week = 1 }\n", "theme.texts_en: Expected `str`, got `int`"),
    ("[theme]\naccent = 'red'\n", "theme.accent: Expected `str` matching regex"),
    ("[theme]\nlogo = 'logo.png'\n", "theme.logo: must be an absolute address"),
    ("[newsletter]\nlanguage = 'de'\n", "newsletter.language: Invalid enum value 'de'"),
    ("[source]\nfolders = 'x'\n", "source.folders: Expected `array`, got `str`"),
    ("[source]\ninclude = []\n", "source.include: must name at least one pattern"),
    ("mail = 1\n", "mail: must be a section, [mail]"),
    ("[site]\ncolour = 'teal'\n", "site.colour: Expected `str` matching regex"),
    ("[mail\n", "not valid TOML"),
    ("\x00", "not valid TOML"),
]


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, message: str) -> None:
    path = config(tmp_path, text)
    with pytest.raises(SettingsError) as raised:
        load(path, {})
    assert message in str(raised.value)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PUBLISHER_MIAL__HOST", "x", "PUBLISHER_MIAL__HOST: unknown setting; did you mean mail?"),
        (
            "PUBLISHER_MAIL_PASSWORD",
            "x",
            "PUBLISHER_MAIL_PASSWORD: unknown setting; did you mean PUBLISHER_MAIL__PASSWORD?",
        ),
        ("PUBLISHER_MAIL__HOTS", "x", "mail.hots: unknown setting; did you mean host?"),
        ("PUBLISHER_MAIL__PORT", "x", "PUBLISHER_MAIL__PORT: mail.port: Expected `int`"),
        ("PUBLISHER_MAIL__PASSWORD_FILE", "/nowhere", "/nowhere can't be read"),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load(None, {name: value})
    assert message in str(raised.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml: no such file; `publisher init`"):
        load(tmp_path / "nowhere.toml", {})


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    settings = load(config(tmp_path, ""), {})
    assert settings.path("x") == tmp_path / "x"
    assert str(settings.path("/x")) == "/x"
