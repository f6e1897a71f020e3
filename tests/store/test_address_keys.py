"""The migration that makes one person of addresses which differ in case."""

from __future__ import annotations

import hmac
import json
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from publisher.models import DeliveryState, SubscriberStatus
from publisher.sender.message.tokens import make_token, verify_token
from publisher.store import migrate
from publisher.store.database import open_store
from publisher.store.engine import create_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.databases import Postgres

SECRET = b"k" * 32


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[OldStore]:
    """A store of the revision before."""
    if request.param == "sqlite":
        store = OldStore(f"sqlite:///{tmp_path}/publisher.db")
        yield store
        store.engine.dispose()
        return
    server: Postgres = request.getfixturevalue("postgres")
    with server.new_database() as url:
        store = OldStore(url)
        yield store
        store.engine.dispose()


class OldStore:
    """Rows as the program before wrote them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = create_engine(sa.make_url(url), 30)
        self.migrate("0008")
        self.insert("keys", id=1, secret=SECRET, created_at=0)
        self.people = 0

    def migrate(self, revision: str) -> None:
        config = Config()
        folder = str(migrate.Path(migrate.__file__).parent / "migrations")
        config.set_main_option("script_location", folder.replace("%", "%%"))
        with self.engine.begin() as connection:
            config.attributes["connection"] = connection
            step = command.upgrade if revision == "0008" else command.downgrade
            step(config, revision)

    def insert(self, table: str, **values: object) -> None:
        with self.engine.begin() as connection:
            reflected = sa.Table(table, sa.MetaData(), autoload_with=connection)
            connection.execute(sa.insert(reflected).values(values))

    def person(self, email: str, status: str = "active", *topics: str, **columns: object) -> int:
        self.people += 1
        row = {"name": "", "token_version": 1, "created_at": 1000, "confirmed_at": 1000}
        columns = row | {"status": status} | columns
        self.insert("subscribers", id=self.people, email=email, **columns)
        for slug in topics:
            self.insert("subscriber_topics", subscriber_id=self.people, slug=slug)
        return self.people

    def issue(self, issue_id: str, **states: str) -> None:
        """Freeze an issue; `states` are those of deliveries, by "s" and the subscriber's id."""
        times = {"start_at": 0, "end_at": 0, "frozen_at": 0, "state": "open", "pause_reason": ""}
        self.insert("issues", id=issue_id, content_hash="", **times)
        self.insert("editions", issue_id=issue_id, key="all", subject="", message=b"", sha256="")
        blank = dict.fromkeys(("name", "claim_token", "owner", "reason", "transport"), "")
        zero = dict.fromkeys(("lease_until", "attempts", "next_at", "code", "updated_at"), 0)
        for key, state in states.items():
            self.insert(
                "deliveries",
                issue_id=issue_id,
                subscriber_id=int(key[1:]),
                email=f"{key}@example.org",
                edition_key="all",
                token_version=int(key[1:]),
                state=state,
                message_id=f"<{issue_id}.{key}>",
                **blank,
                **zero,
            )

    def hashed(self, text: str) -> str:
        return hmac.digest(SECRET, b"address\x00" + text.encode(), "sha256").hex()


@dataclass(frozen=True)
class Double:
    """The statuses of one person's rows, in the order of ids, and the row that stays."""

    statuses: str
    stays: int
    status: str


@pytest.mark.parametrize(
    "double",
    [
        Double("active active", 1, "active"),
        Double("active unsubscribed", 2, "unsubscribed"),
        Double("unsubscribed active", 1, "unsubscribed"),
        Double("active pending", 2, "pending"),
        Double("pending unsubscribed", 2, "unsubscribed"),
        Double("active paused", 2, "paused"),
        Double("paused pending", 2, "pending"),
        Double("active paused unsubscribed", 3, "unsubscribed"),
        Double("pending active paused active", 1, "pending"),
    ],
)
def test_the_strictest_status_wins(
    old: OldStore, double: Double, caplog: pytest.LogCaptureFixture
) -> None:
    spellings = ("John.Doe@example.org", "john.doe@example.org", "JOHN.DOE@example.org", "j")
    spellings = (*spellings[:3], "jOHN.dOE@example.org")
    statuses = double.statuses.split()
    for email, status in zip(spellings, statuses, strict=False):
        old.person(email, status)
    old.person("somebody.else@example.org")
    with open_store(old.url) as store:
        person = store.subscribers.find("John.Doe@Example.Org".replace("E", "e"))
        assert person is not None
        assert (person.id, person.status) == (double.stays, double.status)
        assert person.email == spellings[double.stays - 1], "as it was typed"
        assert sum(store.subscribers.count().values()) == 2
        for number in range(1, len(statuses) + 1):
            assert store.subscribers.get(number) == person
        (entry,) = store.audit_log.recent_actions(limit=9)
        (*_, consent) = store.consent_log.history("JOHN.DOE@example.org")
    for text in (entry.about, consent[2], caplog.text):
        assert f"merged into subscriber {double.stays} ({double.status})" in text
        assert "example.org" not in text.replace("publisher.store", "")
    assert "differ only in case" in caplog.text
    assert "people merged: 1;" in caplog.text


def test_nothing_is_said_where_nobody_is_there_twice(
    old: OldStore, caplog: pytest.LogCaptureFixture
) -> None:
    old.person("Ada@example.org")
    old.person("ada@example.com")
    old.person("ada+x@example.org")
    with open_store(old.url) as store:
        assert sum(store.subscribers.count().values()) == 3
        assert store.audit_log.recent_actions(limit=9) == []
    assert caplog.text == ""


def test_many_people_and_their_doubles(old: OldStore, caplog: pytest.LogCaptureFixture) -> None:
    rows = [
        {"id": n, "email": f"{'Reader' if n % 2 else 'reader'}{n // 2}@example.org", "name": ""}
        for n in range(1, 3002)
    ]
    with old.engine.begin() as connection:
        table = sa.Table("subscribers", sa.MetaData(), autoload_with=connection)
        same = {"status": "active", "token_version": 1, "created_at": 1, "confirmed_at": 1}
        connection.execute(sa.insert(table), [row | same for row in rows])
    with open_store(old.url) as store:
        assert sum(store.subscribers.count().values()) == 1501
        assert store.subscribers.find("READER700@example.org").id == 1400  # type: ignore[union-attr]
    assert "people merged: 1500;" in caplog.text
    assert "and 1480 more" in caplog.text
    assert caplog.text.count("\n") < 30


def test_what_each_had_is_kept(old: OldStore) -> None:
    old.person("A.Smith@example.org", "active", "nerf", confirmed_at=5000, created_at=4000)
    old.person("a.smith@example.org", "active", "3dgs", confirmed_at=9000, name="Ada Smith")
    old.person("A.SMITH@example.org", "unsubscribed")
    old.person("B@example.org", "active", "nerf", confirmed_at=1)
    old.person("b@example.org", "active", confirmed_at=2)
    old.person("C@example.org", "active", "nerf", confirmed_at=2)
    old.person("c@example.org", "active", "3dgs", confirmed_at=1)
    old.person("D@example.org", "paused", paused_until=7, confirmed_at=2)
    old.person("d@example.org", "paused", confirmed_at=1)
    old.insert(
        "consent_log",
        subject=old.hashed("a.smith@example.org"),
        at=1,
        action="confirmed",
        detail="by mail",
    )
    with open_store(old.url) as store:
        people = {person.id: person for person in store.subscribers.iterate()}
        assert sorted(people) == [3, 5, 6, 9]
        assert people[3].name == "Ada Smith"
        assert people[3].created_at.timestamp() == 1
        assert people[5].topics == (), "who wanted all topics gets all"
        assert people[6].topics == ("3dgs", "nerf"), "of both, as before"
        assert people[9].paused_until is None, "a pause without an end is the stricter one"
        history = store.consent_log.history("a.smith@example.org")
        assert [action for _, action, _ in history] == ["confirmed", "merged"]


def test_old_links_still_work(old: OldStore) -> None:
    old.person("John@example.org", token_version=3)
    old.person("john@example.org", confirmed_at=9000)
    token = make_token({1: SECRET}, 1, 3)
    from datetime import UTC, datetime

    now = datetime(2025, 1, 1, tzinfo=UTC)
    with open_store(old.url) as store:
        assert [person.id for person in store.subscribers.iterate()] == [2]
        verified = verify_token(store.keys, token)
        assert verified == (1, 3)
        assert store.subscribers.token_version(1) == 3
        assert store.subscribers.unsubscribe(1, now=now)
        assert store.subscribers.get(2).status is SubscriberStatus.UNSUBSCRIBED  # type: ignore[union-attr]
        assert store.subscribers.erase("JOHN@example.org", now=now)
        assert store.subscribers.token_version(1) is None
        assert store.subscribers.get(1) is None


def test_no_issue_goes_to_one_person_twice(old: OldStore) -> None:
    """The newest confirmation, subscriber 3, stays."""
    for number, email in enumerate(("Eve@example.org", "eve@example.org", "EVE@example.org")):
        old.person(email, confirmed_at=1000 + number)
    old.issue("2024-W01", s1="ready", s2="sent", s3="ready")
    old.issue("2024-W02", s1="in_doubt", s3="ready")
    old.issue("2024-W03", s1="ready", s2="ready")
    old.issue("2024-W04", s1="rejected", s3="sent")
    old.issue("2024-W05", s1="sent", s2="sent", s3="skipped")
    old.issue("2024-W06", s2="claimed", s3="sending")
    old.insert(
        "decisions",
        id=1,
        at=1,
        by="cli",
        issue_id="2024-W05",
        subscriber_id=1,
        state="sent",
        reason="the log has it",
    )

    def states(store: Any, issue_id: str) -> dict[int, str]:
        return {row.subscriber_id: row.state.value for row in store.deliveries.rows(issue_id)}

    with open_store(old.url) as store:
        assert states(store, "2024-W01") == {1: "skipped", 2: "skipped", 3: "sent"}
        assert states(store, "2024-W02") == {1: "skipped", 3: "in_doubt"}
        assert states(store, "2024-W03") == {2: "skipped", 3: "ready"}
        assert states(store, "2024-W04") == {1: "rejected", 3: "sent"}
        assert sorted(states(store, "2024-W05").values()) == ["sent", "sent", "skipped"]
        assert states(store, "2024-W05")[3] == "sent"
        assert states(store, "2024-W06") == {2: "skipped", 3: "sending"}
        rows = store.deliveries.of_subscriber(3, most=99)
        issues = [f"2024-W0{number}" for number in range(1, 7)]
        assert {row.issue_id for row in rows} == set(issues)
        assert len(rows) == 14
        held: Any = store.subscribers.export_person("eve@example.org")
        assert len(held["deliveries"]) == 14
        assert len(held["decisions"]) == 1
        from datetime import UTC, datetime

        now = datetime(2025, 1, 1, tzinfo=UTC)
        claims = store.ledger.claim(
            "2024-W03", limit=9, token="t", owner="", lease=now.replace(year=2026), now=now
        )
        assert [(claim.subscriber_id, claim.token_version) for claim in claims] == [(3, 1)]
        store.subscribers.erase("Eve@example.org", now=now)
        assert {row.email for name in issues for row in store.deliveries.rows(name)} == {""}
        assert store.deliveries.counts("2024-W03")[DeliveryState.SKIPPED] == 1


def test_mails_that_wait_and_open_requests(old: OldStore) -> None:
    for number, email in enumerate(("Kim@example.org", "kim@example.org", "other@example.org"), 1):
        times = {"attempts": 0, "next_at": 0, "created_at": number}
        payload = json.dumps({"topics": [], "name": ""})
        old.insert("letters", id=number, kind="confirm", email=email, payload=payload, **times)
        old.insert(
            "confirmations",
            token_hash=f"t{number}",
            reply_hash=f"r{number}",
            action="subscribe",
            email=email,
            payload=payload,
            wording="",
            created_at=0,
            expires_at=9_999_999_999_999,
        )
    old.insert("letters", id=4, kind="help", email="KIM@example.org", payload="{}", **times)
    from datetime import UTC, datetime

    now = datetime(2025, 1, 1, tzinfo=UTC)
    with open_store(old.url) as store:
        left = []
        while letter := store.outgoing_queue.take(now=now):
            left.append((letter.kind, letter.email))
        assert sorted(left) == [
            ("confirm", "kim@example.org"),
            ("confirm", "other@example.org"),
            ("help", "KIM@example.org"),
        ]
        for token in ("t1", "t2"):
            store.confirmations.redeem(token_hash=token, now=now, detail="")
        (person,) = store.subscribers.iterate()
        assert person.email == "kim@example.org"


def test_hashes_of_addresses_outside_ascii_follow(old: OldStore) -> None:
    old.person("straße@example.org")
    old.insert(
        "suppressions", email_hash=old.hashed("straße@example.org"), reason="bounced", created_at=1
    )
    for report, spelling in (("a", "straße"), ("b", "straße"), ("b", "strasse")):
        old.insert(
            "bounces",
            report=report,
            email_hash=old.hashed(f"{spelling}@example.org"),
            at=1,
            weight="soft",
            status="",
            issue_id="",
            reason="",
        )
    with open_store(old.url) as store:
        assert store.suppressions.find("STRASSE@example.org") is not None
        held: Any = store.subscribers.export_person("Straße@example.org")
        assert len(held["bounces"]) == 2


def test_back_to_the_revision_before(old: OldStore) -> None:
    old.person("Ada@example.org")
    open_store(old.url).close()
    old.migrate("0007")
    with old.engine.begin() as connection:
        table = sa.Table("subscribers", sa.MetaData(), autoload_with=connection)
        (row,) = connection.execute(sa.select(table))
    assert row.email == "Ada@example.org"
    assert "address_key" not in row._fields
    with open_store(old.url) as store:
        assert store.subscribers.find("ada@EXAMPLE.org") is not None


def test_a_killed_upgrade_changes_nothing(old: OldStore) -> None:
    with old.engine.begin() as connection:
        table = sa.Table("subscribers", sa.MetaData(), autoload_with=connection)
        same = {"name": "", "status": "active", "token_version": 1, "created_at": 1}
        emails = [f"{letter}{n}@example.org" for n in range(1500) for letter in "Rr"]
        connection.execute(sa.insert(table), [same | {"email": email} for email in emails])
    program = f"from publisher.store.database import open_store; open_store({old.url!r}).close()"
    for seconds in (0.9, 1.3, 1.7):
        upgrade = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        upgrade.send_signal(signal.SIGKILL)
        if upgrade.wait() == 0:
            break
        with old.engine.connect() as connection:
            revision = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
            count = connection.scalar(sa.text("SELECT count(*) FROM subscribers"))
            assert (revision, count) in {("0008", 3000), ("0009", 1500)}
    with open_store(old.url) as store:
        assert sum(store.subscribers.count().values()) == 1500
