"""An operator at work in tests: links, forms with their proof, and a store with some of all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from publisher.models import DeliveryState, Preferences
from publisher.sender.one_time_tokens import new_token
from publisher.web.operator.auth import csrf_token

if TYPE_CHECKING:
    import httpx
    from support.web_server import Site

    from publisher.store.database import Store

ISSUE = "2024-W49"


@dataclass(frozen=True)
class Edition:
    key: str = "all"
    subject: str = "Weekly"
    message: bytes = b"To: x\r\n\r\nbody\r\n"


@dataclass(frozen=True)
class Recipient:
    subscriber_id: int
    email: str
    name: str = ""
    edition_key: str = "all"


@dataclass(frozen=True)
class Mark:
    subscriber_id: int
    email: str
    now: datetime
    token: str = "t"
    message_id: str = "<m@example.org>"
    transport: str = "smtp"

    @property
    def lease(self) -> datetime:
        return self.now + timedelta(hours=1)


@dataclass(frozen=True)
class Settled:
    subscriber_id: int
    state: DeliveryState
    now: datetime
    reason: str = ""
    token: str = "t"
    code: int = 0
    next_at: datetime | None = None
    counted: bool = True
    suppress: str = ""


@dataclass(frozen=True)
class Poll:
    day: str
    app: str
    polls: int
    subscribers: int
    feed: str = "atom.xml"
    variant: str = ""


@dataclass
class People:
    """Whom `fill` puts on the list: ids by what they are for."""

    ids: list[int] = field(default_factory=list)

    @property
    def doubtful(self) -> list[int]:
        return self.ids[:3]


def link_for(site: Site, operator: str = "ada", minutes: int = 15) -> str:
    token, now = new_token(), site.clock()
    expires = now + timedelta(minutes=minutes)
    site.store.operators.open_link(token.token_hash, operator, now=now, expires=expires)
    return f"/operator/login/{token.token}"


def log_in(site: Site, client: httpx.Client | None = None, operator: str = "ada") -> str:
    """Log the client in; return the session's token."""
    client = client or site.client
    answer = client.post(link_for(site, operator))
    assert answer.status_code == 303, answer.text
    return str(client.cookies["operator"])


def post(site: Site, path: str, **fields: object) -> httpx.Response:
    """Post a form as a page of the session would."""
    token = csrf_token(site.client.cookies["operator"])
    return site.client.post(path, data={"csrf": token, **fields})


def fill(store: Store, now: datetime) -> People:
    """Put 12 people, an issue in all states, bounces and polls into the store."""
    people = People()
    for number in range(12):
        email = f"reader{number}@{'mail' if number % 3 else 'very-long-name'}.example.org"
        name = "张三" if number == 4 else f"Reader Number {number}"
        topics = ("nerf",) if number % 2 else ()
        store.subscribers.add(email, name, topics, Preferences(), now=now - timedelta(days=number))
        person = store.subscribers.confirm(email, now=now - timedelta(days=number))
        people.ids.append(person.id)
    store.subscribers.add("pending@example.org", "", (), now=now)
    recipients = [Recipient(person.id, person.email) for person in store.subscribers.iterate()]
    store.ledger.freeze(
        ISSUE,
        start=now - timedelta(days=7),
        end=now,
        papers=[("arxiv:2411.19525", 1)],
        edition_rows=[Edition()],
        recipients=recipients[:12],
        now=now,
    )
    claimed = store.ledger.claim(
        ISSUE, limit=10, token="t", owner="me", lease=now + timedelta(hours=1), now=now
    )
    store.ledger.record(ISSUE, [], [Mark(row.subscriber_id, row.email, now) for row in claimed])
    answers = [
        *[(DeliveryState.IN_DOUBT, "the connection broke; the answer never came")] * 3,
        *[(DeliveryState.REJECTED, "550 5.1.1 no such user here")] * 2,
        *[(DeliveryState.SENT, "")] * 5,
    ]
    settled = [
        Settled(row.subscriber_id, state, now, reason)
        for row, (state, reason) in zip(claimed, answers, strict=True)
    ]
    store.ledger.record(ISSUE, settled, [])
    for number, weight in enumerate(("hard", "soft", "soft")):
        store.mailbox.bounced(
            f"report{number}",
            f"gone{number}@elsewhere.example",
            weight=weight,
            status="5.1.1",
            issue_id=ISSUE,
            reason="550 unknown",
            now=now,
        )
    today = now.date().isoformat()
    apps = [Poll(today, "Feedly", 30, 214), Poll(today, "Inoreader", 12, 40)]
    store.polls.add([*apps, Poll(today, "Browsers", 9, 0)], keep_from="2024-01-01")
    return people
