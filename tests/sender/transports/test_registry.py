"""Additional transports: by one file and one line, and by an installed package."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from support.installed_package import forget_packages, install_package

from publisher.errors import SettingsError
from publisher.sender import transports
from publisher.services import preflight as preflight_service
from publisher.services import publish
from publisher.settings import Mail, Settings
from publisher.settings.reference import documentation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from publisher.store.database import Store

ISSUE = "2024-W49"
PIGEON = """
from publisher.errors import PermanentFailure
from publisher.sender.transports.base import BaseTransport

class PigeonTransport(BaseTransport):
    '''Writes down which loft each message flies to.'''

    name = "pigeon"
    leaves_machine = True
    timeout_seconds = 60.0

    def __init__(self, log):
        self._log = log

    @classmethod
    def from_settings(cls, settings):
        return cls(settings.path("lofts"))

    def send(self, envelope_sender, recipient, message, message_id):
        if recipient.startswith("reader1@"):
            raise PermanentFailure("no such loft")
        with self._log.open("a") as log:
            log.write(recipient + "\\n")
        return "landed"

    def evidence(self, message_id):
        return None
"""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a folder on sys.path."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    forget_packages()
    yield folder
    forget_packages()
    for name in [name for name in sys.modules if name.startswith("a_transport_")]:
        del sys.modules[name]


def add_file_and_line(site: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    (site / "a_transport_pigeon.py").write_text(code, encoding="utf-8")
    line = "a_transport_pigeon:PigeonTransport"
    monkeypatch.setitem(transports.TRANSPORTS, "pigeon", line)


def install(site: Path, _monkeypatch: pytest.MonkeyPatch, code: str | None) -> None:
    entry = "a_transport_pigeon:PigeonTransport"
    install_package(site, "a_transport_pigeon", code, "publisher.transports", "pigeon", entry)


@pytest.mark.both_databases
@pytest.mark.parametrize("add", [add_file_and_line, install])
def test_an_added_transport_delivers_an_issue(
    site: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    store: Store,
    freeze: Callable[[int], list[str]],
    add: Callable[[Path, pytest.MonkeyPatch, str], None],
) -> None:
    add(site, monkeypatch, PIGEON)
    emails = freeze(4)
    settings = Settings(mail=Mail(transport="pigeon", connections=1), base=tmp_path)
    (report,) = publish.deliver_pending(settings, store)
    assert (report.sent, report.rejected, report.done) == (3, 1, True)
    assert (tmp_path / "lofts").read_text().split() == [emails[0], *emails[2:]]


@pytest.mark.parametrize(
    ("leaves_machine", "detail"),
    [("True", "a domain that nobody can register"), ("False", "transport “pigeon” sends nothing")],
)
def test_the_domain_is_checked_where_mail_leaves_the_machine(
    site: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    leaves_machine: str,
    detail: str,
) -> None:
    install(site, monkeypatch, PIGEON.replace("= True", f"= {leaves_machine}"))
    settings = Settings(mail=Mail(transport="pigeon"), base=tmp_path)
    (finding,) = preflight_service.check_domain(settings)
    assert detail in finding.message


@pytest.mark.parametrize("name", sorted(transports.TRANSPORTS))
def test_each_line_of_the_registry_names_a_class_of_that_name(name: str, tmp_path: Path) -> None:
    transport = transports.create(Settings(mail=Mail(transport=name), base=tmp_path))
    assert transport.timeout_seconds > 0
    assert transport.name.split()[0] == name
    assert transport.leaves_machine is (name == "smtp")


def test_the_error_for_an_unknown_transport_lists_all(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SettingsError, match=r"mail\.transport.*did you mean outbox"):
        transports.create(Settings(mail=Mail(transport="outbx")))
    install(site, monkeypatch, PIGEON)
    forget_packages()
    with pytest.raises(SettingsError, match=f"one of {', '.join(transports.TRANSPORTS)}, pigeon"):
        transports.create(Settings(mail=Mail(transport="owl")))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        (None, "ModuleNotFoundError: No module named 'a_transport_pigeon'"),
        ("x = 1", "AttributeError"),
        ("class PigeonTransport: ...", "no leaves_machine and no from_settings and no prepare"),
        (PIGEON.replace("leaves_machine", "stays"), "no leaves_machine$"),
    ],
)
def test_an_installed_transport_that_can_not_be_used(
    site: Path, monkeypatch: pytest.MonkeyPatch, code: str | None, reason: str
) -> None:
    install(site, monkeypatch, code)
    with pytest.raises(SettingsError, match=f"'pigeon' can't be used: .*{reason}"):
        transports.create(Settings(mail=Mail(transport="pigeon")))


def test_the_setting_names_every_transport() -> None:
    description = documentation(Mail).fields["transport"]
    assert [name for name in transports.TRANSPORTS if f'"{name}"' not in description] == []
