"""An operator at work in tests: links, forms with their proof, and a store with some of all."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from publisher.models import DeliveryState, Preferences
from publisher.models.gathering import Announced, Batch, BatchState, Candidate, GatherCounts
from publisher.models.imports import ImportColumns, ImportConsent, ImportRemark, ImportState
from publisher.models.ledger import FrozenEdition, Mark, Settlement
from publisher.models.polls import PollCount
from publisher.newsletter.audience import IssueAudience
from publisher.sender.one_time_tokens import new_token
from publisher.web.operator.auth import csrf_token

if TYPE_CHECKING:
    import httpx2
    from support.web_server import Site

    from publisher.store.database import Store

ISSUE = "2024-W49"
PAGES = (
    "/operator/",
    "/operator/findings",
    "/operator/health",
    "/operator/health?online=yes",
    "/operator/issues",
    "/operator/issues/2024-W50/edit",
    f"/operator/issues/{ISSUE}",
    f"/operator/issues/{ISSUE}/deliveries",
    f"/operator/issues/{ISSUE}/deliveries?state=in_doubt",
    f"/operator/issues/{ISSUE}/deliveries?state=abandoned",
    f"/operator/issues/{ISSUE}/deliveries/1",
    f"/operator/issues/{ISSUE}/deliveries/1/resend",
    f"/operator/issues/{ISSUE}/deliveries/10",
    "/operator/preview",
    "/operator/people",
    "/operator/people?q=nobody&told=erased",
    "/operator/people/add",
    "/operator/people/import",
    "/operator/people/import/1",
    "/operator/people/without-mail",
    "/operator/people/without-mail?reason=refused",
    "/operator/people/1",
    "/operator/people/1/choices",
    "/operator/people/1/lift",
    "/operator/people/13",
    "/operator/people/1/erase",
    "/operator/bounces",
    "/operator/feeds",
    "/operator/gathering",
    "/operator/log",
)
OUTSIDE = ("/operator/login", f"/operator/login/{'x' * 43}")
_MESSAGE = """\
To: recipient
Subject: =?utf-8?q?Papers_of_week_49?=
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=edge

--edge
Content-Type: text/plain; charset=utf-8

Papers as text
--edge
Content-Type: text/html; charset=utf-8

<!DOCTYPE html><html lang="en"><title>Papers</title><h1>Papers of week 49</h1></html>
--edge--
"""
EDITION = FrozenEdition("all", "Weekly", _MESSAGE.replace("\n", "\r\n").encode())


def mark(subscriber_id: int, email: str, now: datetime) -> Mark:
    """Return the mark of a delivery that was claimed with the token "t"."""
    lease = now + timedelta(hours=1)
    return Mark(subscriber_id, "t", email, "<m@example.org>", "smtp", lease, now)


def settlement(
    subscriber_id: int, state: DeliveryState, now: datetime, reason: str = ""
) -> Settlement:
    """Return what came of it."""
    return Settlement(subscriber_id, "t", state, now, reason=reason)


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


def log_in(site: Site, client: httpx2.Client | None = None, operator: str = "ada") -> str:
    """Log the client in; return the session's token."""
    client = client or site.client
    answer = client.post(link_for(site, operator))
    assert answer.status_code == 303, answer.text
    return str(client.cookies["operator"])


def post(site: Site, path: str, **fields: object) -> httpx2.Response:
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
    store.issues.freeze(
        ISSUE,
        period=(now - timedelta(days=7), now),
        papers=[("arxiv:2411.19525", 1)],
        frozen_editions=[EDITION],
        audience=IssueAudience({}),
        edition_of=lambda _choice: "all",
        now=now,
    )
    claimed = store.ledger.claim(
        ISSUE, limit=10, token="t", owner="me", lease=now + timedelta(hours=1), now=now
    )
    store.ledger.record(ISSUE, [], [mark(row.subscriber_id, row.email, now) for row in claimed])
    answers = [
        *[(DeliveryState.IN_DOUBT, "the connection broke; the answer never came")] * 3,
        *[(DeliveryState.REJECTED, "550 5.1.1 no such user here")] * 2,
        *[(DeliveryState.SENT, "")] * 5,
    ]
    settled = [
        settlement(row.subscriber_id, state, now, reason)
        for row, (state, reason) in zip(claimed, answers, strict=True)
    ]
    store.ledger.record(ISSUE, settled, [])
    for number, weight in enumerate(("hard", "soft", "soft")):
        store.mailbox.add_bounce(
            f"report{number}",
            f"gone{number}@elsewhere.example",
            weight=weight,
            status="5.1.1",
            issue_id=ISSUE,
            reason="550 unknown",
            now=now,
        )
    today = now.date().isoformat()
    counts = (("Feedly", 30, 214), ("Inoreader", 12, 40), ("Browsers", 9, 0))
    polls = [PollCount(today, "atom.xml", app, "", times, people) for app, times, people in counts]
    store.polls.add(polls, keep_from="2024-01-01")
    fill_gathering(store, now)
    fill_imports(store, now)
    return people


def fill_imports(store: Store, now: datetime) -> None:
    """Put the check of a file into the store, which awaits the operator's decision."""
    jobs = store.import_jobs
    number = jobs.create(
        b"E-mail,Colour\n\nnobody\n",
        "readers of the spring school.csv",
        operator="ada",
        consent=ImportConsent.INVITE,
        note="signed the list",
        now=now,
    )
    checked = jobs.get(number)
    assert checked is not None
    remarks = [ImportRemark(3, "'nobody' is no address: it has no @")]
    checked = jobs.step(checked, [], remarks, line=3, now=now)
    assert checked is not None
    columns = ImportColumns((("email", "E-mail"),), ("Colour",))
    jobs.end(checked, ImportState.CHECKED, columns=columns)


def fill_gathering(store: Store, now: datetime) -> None:
    """Put a month of announcements in two categories into the store; weekends are closed."""
    today, rows = now.date(), []
    for back in range(30):
        day = today - timedelta(days=back)
        for channel, size in (("cs.CV", 9), ("cs.GR", 1)):
            if day.weekday() >= 5:
                message = "arXiv announces nothing today"
                rows.append(GatherCounts(day, channel, BatchState.CLOSED, message=message))
                continue
            new, cross, replaced = (size * (number + back % 7) for number in (20, 8, 12))
            rows.append(
                GatherCounts(
                    day,
                    channel,
                    BatchState.COMPLETE,
                    announced=new + cross + replaced,
                    new=new,
                    cross=cross,
                    replaced=replaced,
                    filtered=new + cross - 12,
                    chosen=12,
                    summarised=8 + back % 4,
                    from_cache=back % 2,
                    failed=int(back % 11 == 3),
                    cost_micro=7_500 * size,
                )
            )
    rows[0] = replace(
        rows[0], state=BatchState.PARTIAL, announced=400, message="400 announced, 241 of them read"
    )
    store.gathering.save_counts(rows, now)
    gathering = store.gathering
    paper = Announced(Candidate("arxiv:2411.19525", "Title"))
    partial = Batch("arxiv", "cs.CV", today, BatchState.PARTIAL, (paper,), 400)
    waits = Batch("arxiv", "cs.GR", today, BatchState.WAITING, next_try=now + timedelta(minutes=15))
    for batch in (replace(partial, message="241 of 400 read"), replace(waits, message="not out")):
        gathering.save_batch(batch, now)
    gathering.summaries.reserve(today, "0", 67_500, 9_000, limit_micro=0, limit_tokens=0)
