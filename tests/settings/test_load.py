from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.errors import SettingsError
from publisher.settings import load

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
    assert str(settings.site.zone) == "UTC"
    assert settings.site.language == "en"


def test_order_of_origins(tmp_path: Path) -> None:
    path = config(tmp_path, '[mail]\nhost = "file"\nport = 25\n[feeds]\nentries = 7\n')
    environment = {"PUBLISHER_MAIL__HOST": "env", "PUBLISHER_FEEDS__ENTRIES": "8", "HOME": "/"}
    settings = load(path, environment, {"feeds": {"entries": 9}})
    assert (settings.mail.host, settings.mail.port, settings.feeds.entries) == ("env", 25, 9)


@pytest.mark.parametrize(
    ("site", "title", "description"),
    [
        (
            {"language": "en"},
            "Paper digests",
            "New research papers, summarised and sorted by topic",
        ),
        (
            {"language": "fr"},
            "Paper digests",
            "New research papers, summarised and sorted by topic",
        ),
        ({"language": "zh-CN"}, "论文速递", "按主题整理的新论文及其总结"),
        ({"language": "ZH-TW", "title": "Mine"}, "Mine", "按主题整理的新论文及其总结"),
        ({"language": "zh", "description": "Ours"}, "论文速递", "Ours"),
        (
            {"language": "zh", "title": "Paper digests"},
            "Paper digests",
            "按主题整理的新论文及其总结",
        ),
    ],
)
def test_words_that_are_not_set_are_in_the_sites_language(
    site: dict[str, str], title: str, description: str
) -> None:
    loaded = load(None, {}, {"site": site}).site
    assert (loaded.title, loaded.description) == (title, description)


def test_lists_from_the_environment() -> None:
    one = load(None, {"PUBLISHER_SOURCE__INCLUDE": "*.txt, **/*.md"})
    two = load(None, {"PUBLISHER_SOURCE__INCLUDE": '["*.txt", "**/*.md"]'})
    assert one.source.include == two.source.include == ("*.txt", "**/*.md")


def test_tables_from_the_environment() -> None:
    settings = load(
        None,
        {
            "PUBLISHER_FEEDS__SAVED": '[{"name": "fast", "keywords": ["real-time"]}]',
            "PUBLISHER_THEME__TEXTS_EN": '{"highlights": "Our favourites"}',
        },
    )
    assert settings.feeds.saved[0].keywords == ("real-time",)
    assert settings.theme.texts_en.items == (("highlights", "Our favourites"),)


TOPICS = """
[gather]
contact = "me@example.org"
[[gather.topics]]
name = "Splatting"
categories = ["cs.CV", "physics.ao-ph", "hep-th"]
liked = ["library.bib", "2411.19525"]
[gather.model]
url = "http://localhost:11434/v1"
name = "qwen3:8b"
price_in = 0.25
budget_per_day = 1.5
"""


def test_a_table_in_a_section_is_a_section(tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("hunter2\n")
    environment = {
        "PUBLISHER_GATHER__CONTACT": "https://example.org/",
        "PUBLISHER_GATHER__MODEL__NAME": "gpt-5-mini",
        "PUBLISHER_GATHER__MODEL__PRICE_OUT": "2",
        "PUBLISHER_GATHER__MODEL__LANGUAGES": "en,zh",
        "PUBLISHER_GATHER__MODEL__API_KEY_FILE": str(key),
    }
    gather = load(config(tmp_path, TOPICS), environment).gather
    assert gather.contact == "https://example.org/"
    assert gather.topics[0].categories == ("cs.CV", "physics.ao-ph", "hep-th")
    assert (gather.model.url, gather.model.name) == ("http://localhost:11434/v1", "gpt-5-mini")
    assert (gather.model.price_in, gather.model.price_out) == (0.25, 2.0)
    assert gather.model.languages == ("en", "zh")
    assert gather.model.api_key.reveal() == "hunter2"
    assert "hunter2" not in repr(gather)
    assert (
        load(None, {"PUBLISHER_GATHER__MODEL__API_KEY": "k"}).gather.model.api_key.reveal() == "k"
    )
    topics = '[{"name": "a", "categories": ["cs.CV"], "max_per_day": 5}]'
    assert load(None, {"PUBLISHER_GATHER__TOPICS": topics}).gather.topics[0].max_per_day == 5


def test_digests_are_written_where_they_are_read(tmp_path: Path) -> None:
    read = "[source]\nfolders = ['posts']\n"
    written = TOPICS.replace("[gather]\n", "[gather]\nfolder = './posts/arxiv'\n")
    assert load(config(tmp_path, read + written), {}).gather.folder == "./posts/arxiv"
    with pytest.raises(SettingsError, match=r"gather\.topics: their digests would not be"):
        load(config(tmp_path, read + TOPICS), {})


def test_secrets_come_from_files_and_never_show(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("hunter2\n")
    settings = load(None, {"PUBLISHER_MAIL__PASSWORD_FILE": str(secret)})
    assert settings.mail.password.reveal() == "hunter2"
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(settings.mail.password)


WRONG = [
    (
        "[[gather.topics]]\nname = 'x'\nsources = ['hugingface']\n",
        'gather.topics[1].sources: must be a list of sources: "huggingface", or',
    ),
    ("[mial]\n", "[mial]: unknown section; did you mean [mail]?"),
    ("title = 'x'\n", "title: unknown setting; did you mean site.title?"),
    ("[nothing]\n", "[nothing]: unknown section"),
    ("mail = 1\n", "mail: must be a section, [mail]"),
    ("[mail]\nprot = 1\n", "mail.prot: unknown setting; did you mean mail.port?"),
    ("[site]\nhub = ''\n", "site.hub: unknown setting; did you mean feeds.hub?"),
    ("[site]\nzzz = ''\n", "site.zzz: unknown setting"),
    (
        "[mail]\nport = 'a'\n",
        (
            'mail.port: must be a whole number from 1 to 65535, not "a". '
            'Port of the mail server: usually 465 with "ssl", 587 with "starttls".'
        ),
    ),
    ("[mail]\nport = 0\n", "mail.port: must be a whole number from 1 to 65535, not 0."),
    ("[mail]\nport = 25.5\n", "mail.port: must be a whole number from 1 to 65535, not 25.5."),
    ("[mail]\nkeyring = 1\n", "mail.keyring: must be true or false, not 1."),
    ("[mail]\npassword = 1234\n", "mail.password: must be text. Password on the mail server."),
    (
        "[mail]\nsecurity = 'maybe'\n",
        'mail.security: must be "ssl", "starttls" or "none", not "maybe".',
    ),
    (
        '[mail]\nfrom_address = "a@b\\nBcc: c@d"\n',
        r'mail.from_address: must be an email address, not "a@b\nBcc: c@d".',
    ),
    ('[mail]\nfrom_name = "a\\nBcc: c@d"\n', "mail.from_name: must be a single line of text, not"),
    ("[inbox]\nfolder = ''\n", 'inbox.folder: must be a non-empty line of text, not "".'),
    ("[inbox]\naddress = 'me'\n", 'inbox.address: must be an email address, not "me".'),
    (
        "[inbox]\nmaildir = 'x'\nhost = 'y'\n",
        "inbox.host: either a Maildir or a server: inbox.maildir is set too",
    ),
    ("[inbox]\nfolder = ''\n", 'inbox.folder: must be a non-empty line of text, not "".'),
    ("[site]\ntimezone = 'Mars/Base'\n", 'site.timezone: must be a time zone, not "Mars/Base".'),
    ("[site]\ntimezone = '../../etc/passwd'\n", "site.timezone: must be a time zone, not"),
    ("[site]\ntimezone = ''\n", 'site.timezone: must be a time zone, not "".'),
    ("[site]\nurl = 'papers.example.org'\n", "site.url: must be a web address such as https://"),
    ("[site]\nurl = 'https://[papers/'\n", "site.url: must be a web address such as https://"),
    ("[site]\nurl = ''\n", "site.url: must be a web address such as https://"),
    ("[site]\ncolour = 'teal'\n", "site.colour: must be a colour, as #rrggbb or #rgb, not"),
    ("[site]\nlanguage = ''\n", 'site.language: must be a language tag, not "".'),
    (
        "[site]\ntag_date = 24\n",
        "site.tag_date: must be a year, month or day, as YYYY-MM-DD, not 24.",
    ),
    ('[site]\ntag_date = "2024\\n"\n', "site.tag_date: must be a year, month or day"),
    ("[feeds]\nhub = 'hub.example.org'\n", "feeds.hub: must be a web address"),
    (
        "[web]\ntrusted_proxies = ['proxy']\n",
        'web.trusted_proxies: must be a list of IP addresses or networks, not ["proxy"].',
    ),
    (
        "[watch]\npoll_seconds = 0\n",
        "watch.poll_seconds: must be a number from 0.1 to 3600, not 0.",
    ),
    ("[mail]\ntimeout_seconds = 0\n", "must be a number above 0, up to 3600, not 0."),
    ("[pace]\nper_day = -1\n", "pace.per_day: must be a whole number of at least 0, not -1."),
    ("[newsletter]\nweekday = 'someday'\n", 'newsletter.weekday: must be "monday", "tuesday", '),
    (
        "[newsletter]\nfrequencies = ['hourly']\n",
        'frequencies: must be a non-empty list of "daily", "weekly" or "monthly", not ["hourly"].',
    ),
    ("[newsletter]\nfrequencies = []\n", "frequencies: must be a non-empty list of "),
    ("[newsletter]\nmonth_day = 29\n", "newsletter.month_day: must be a whole number from 1 to 28"),
    (
        "[newsletter]\nsubject = '{week}'\n",
        "newsletter.subject: must be a text with no other names",
    ),
    ("[newsletter]\nsubject = '{'\n", "newsletter.subject: must be a text with no other names"),
    (
        "[newsletter]\nlanguage = 'de'\n",
        'newsletter.language: must be "", "en", "zh" or "both", not',
    ),
    ("[theme]\ntexts_en = 'x'\n", 'theme.texts_en: must be a table of texts, not "x".'),
    (
        "[theme]\ntexts_en = { week = 1 }\n",
        'theme.texts_en: must be a table of texts, not {"week":1}',
    ),
    ("[theme]\naccent = 'red'\n", 'theme.accent: must be a colour, as #rrggbb, not "red".'),
    ("[theme]\nlogo = 'logo.png'\n", "theme.logo: must be a web address"),
    ("[source]\nfolders = 'x'\n", 'source.folders: must be a list of texts, not "x".'),
    ("[source]\nfolders = []\n", "source.folders: must name a folder"),
    ("[source]\ninclude = []\n", "source.include: must be a non-empty list of texts, not []."),
    (
        "[filters]\nmark_topics = [' ']\n",
        "filters.mark_topics: must be a list of texts, none blank",
    ),
    (f"[site]\ndescription = {list(range(99))}\n", "site.description: must be text, not [0,1,2,"),
    ("[feeds]\nsaved = 1\n", "feeds.saved: must be a list of tables, not 1."),
    ("[[feeds.saved]]\ntopics = ['a']\n", "feeds.saved[1].name: is missing"),
    (
        "[[feeds.saved]]\nname = 'A b'\n",
        "feeds.saved[1].name: must be a name of lower-case letters",
    ),
    (
        "[[feeds.saved]]\nname = 'a'\ntopics = ['x']\n[[feeds.saved]]\nname = 'b'\ntopic = ['x']\n",
        "feeds.saved[2].topic: unknown setting; did you mean topics?",
    ),
    ("[[feeds.saved]]\nname = 'a'\ntopics = 1\n", "feeds.saved[1].topics: must be a list of texts"),
    ("[[feeds.saved]]\nname = 'a'\n", "feeds.saved: 'a' names no topic, keyword or author"),
    (2 * "[[feeds.saved]]\nname = 'a'\ntopics = ['x']\n", "feeds.saved: 'a' is there twice"),
    (
        "[gather.modle]\nurl = ''\n",
        "gather.modle: unknown setting; did you mean gather.model?",
    ),
    ("[gather]\nmodel = 'gpt'\n", "gather.model: must be a section, [gather.model]"),
    ("[gather.model]\nnaem = 'x'\n", "unknown setting; did you mean gather.model.name?"),
    ("[gather.model]\nurl = 'x'\n", "gather.model.url: must be a web address such as"),
    (
        "[gather.model]\nurl = 'http://localhost/'\n",
        "gather.model.url: needs the name of a model",
    ),
    ("[gather.model]\napi_key = 1234\n", "gather.model.api_key: must be text. Key of"),
    (
        "[gather.model]\nlanguages = ['de']\n",
        'gather.model.languages: must be a non-empty list of "en" or "zh", not ["de"].',
    ),
    ("[gather.model]\nbudget_per_day = 1\n", "budget_per_day: can't be kept without prices; set"),
    ("[gather]\ncontact = 'me'\n", "gather.contact: must be an email or web address, not"),
    ("[[gather.topics]]\nname = 'a'\n", "gather.topics: 'a' names no category and no other source"),
    (
        "[[gather.topics]]\nname = 'a'\ncategories = ['cs.cv']\n",
        "gather.topics[1].categories: must be a list of categories such as cs.CV",
    ),
    (
        2 * "[[gather.topics]]\nname = 'a'\ncategories = ['cs.CV']\n",
        "gather.topics: 'a' is there twice",
    ),
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
    assert "1234" not in str(raised.value), "a secret is never shown"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("PUBLISHER_MIAL__HOST", "x", "unknown setting; did you mean PUBLISHER_MAIL__HOST?"),
        ("PUBLISHER_MAIL_PASSWORD", "x", "did you mean PUBLISHER_MAIL__PASSWORD?"),
        ("PUBLISHER_MAIL_PASSWORD_FILE", "/nowhere", "did you mean PUBLISHER_MAIL__PASSWORD?"),
        ("PUBLISHER_MAIL__HOTS", "x", "unknown setting; did you mean PUBLISHER_MAIL__HOST?"),
        ("PUBLISHER_SOMETHING", "x", "PUBLISHER_SOMETHING: unknown setting"),
        ("PUBLISHER_MAIL__PORT", "x", "PUBLISHER_MAIL__PORT: mail.port: must be a whole number"),
        ("PUBLISHER_FEEDS__SAVED", "[1]", "feeds.saved: must be a list of tables, not [1]."),
        ("PUBLISHER_THEME__TEXTS_EN", "{", "theme.texts_en: must be a table of texts"),
        ("PUBLISHER_MAIL__PASSWORD_FILE", "/nowhere", "/nowhere can't be read"),
        ("PUBLISHER_GATHER__MODEL", "x", "PUBLISHER_GATHER__MODEL: unknown setting"),
        ("PUBLISHER_GATHER__MODEL__KEY", "x", "did you mean PUBLISHER_GATHER__MODEL__API_KEY?"),
        ("PUBLISHER_GATHER__MODEL__PRICE_IN", "x", "gather.model.price_in: must be a number from"),
        ("PUBLISHER_GATHER__MODEL__API_KEY_FILE", "/nowhere", "/nowhere can't be read"),
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
