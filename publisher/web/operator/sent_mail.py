"""One delivery: its outcome, the mail as it was sent, and sending it again."""

from __future__ import annotations

from email import message_from_bytes, policy
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from publisher.models import DeliveryState, SubscriberStatus
from publisher.translation import _, mark
from publisher.web.headers import policy as content_policy
from publisher.web.operator.auth import guarded, id_of
from publisher.web.operator.deliveries import DECISIONS, LONGEST_NAME
from publisher.web.operator.frame import operator_page
from publisher.web.operator.issues import PART, counts_name, progress
from publisher.web.operator.preview import FRAME_POLICY
from publisher.web.operator.stored_texts import name_of

if TYPE_CHECKING:
    from email.message import EmailMessage

    from publisher.models import Delivery, Subscriber
    from publisher.web.operator.auth import OperatorRequest

PATH = PART + "/{issue}/deliveries/{subscriber}"
# Why a delivery in another state is not sent again.
_SETTLED = {
    DeliveryState.READY: mark("It is still to be sent."),
    DeliveryState.CLAIMED: mark("It is about to be sent."),
    DeliveryState.SENDING: mark("It is being sent."),
    DeliveryState.SENT: mark("Their server has accepted it. It is never sent a second time."),
    DeliveryState.SKIPPED: mark("They had left or were suppressed when it was due."),
    DeliveryState.ABANDONED: mark("It was in doubt, and an operator gave it up."),
}


def delivery(request: OperatorRequest) -> Response:
    """Show what became of a delivery, and the mail."""
    row, person = _delivery(request)
    message = _message(request, row)
    return operator_page(
        request,
        "web/operator/delivery.html.j2",
        title=_("{issue} to {email}").format(issue=row.issue_id, email=row.email or _("erased")),
        part=PART,
        headers={"Content-Security-Policy": content_policy(script=True) + "; frame-src 'self'"},
        row=row,
        person=person,
        subject=str(message.get("Subject", "")),
        has_html=message.get_body(("html",)) is not None,
        problem=_problem(row, person),
        decisions=[
            decision
            for decision in request.store.deliveries.decisions(row.issue_id)
            if decision.subscriber_id == row.subscriber_id
        ],
    )


def mail(request: OperatorRequest) -> Response:
    """Return the mail as it was frozen, as HTML or, with `?form=text`, as text.

    It has no working unsubscribe link: that belongs to the recipient.
    """
    row, _person = _delivery(request)
    message = _message(request, row)
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    headers = {"Content-Security-Policy": FRAME_POLICY}
    if html is not None and request.query("form") != "text":
        return HTMLResponse(html.get_content(), headers=headers)
    return PlainTextResponse(text.get_content() if text is not None else "", headers=headers)


def resend(request: OperatorRequest) -> Response:
    """Show what is known of a delivery; POST sends it again, where nothing changed meanwhile."""
    row, person = _delivery(request)
    problem = _problem(row, person)
    if request.request.method == "POST":
        told = "delivery repeated" if not problem and _repeat(request, row) else "nothing changed"
        where = f"{PART}/{row.issue_id}/deliveries/{row.subscriber_id}"
        return RedirectResponse(f"{where}?{urlencode({'told': told})}", status_code=303)
    return operator_page(
        request,
        "web/operator/resend.html.j2",
        title=_("Send {issue} again").format(issue=row.issue_id),
        part=PART,
        row=row,
        problem=problem,
        info=request.store.issues.get(row.issue_id),
    )


def _repeat(request: OperatorRequest, row: Delivery) -> bool:
    """Have a delivery sent again; return whether it still was as the operator saw it."""
    words = DECISIONS["again"][1]
    moved = request.store.ledger.resend(
        row.issue_id,
        row.subscriber_id,
        seen=(row.state, id_of(request.field("attempts")) or 0),
        reason=words,
        now=request.now,
        by=request.operator[:LONGEST_NAME],
    )
    if moved:
        about = f"issue {row.issue_id}, subscriber {row.subscriber_id}: {words}"
        request.note("delivery repeated", about)
        request.cache.forget(counts_name(row.issue_id))
    return moved


def _delivery(request: OperatorRequest) -> tuple[Delivery, Subscriber | None]:
    """Return the delivery in the path, and its person. Raises `HTTPException` 404."""
    info = progress(request).info
    number = id_of(request.part("subscriber"))
    row = None if number is None else request.store.deliveries.get(info.id, number)
    if row is None:
        raise HTTPException(404)
    return row, request.store.subscribers.get(row.subscriber_id)


def _message(request: OperatorRequest, row: Delivery) -> EmailMessage:
    frozen = request.store.issues.message(row.issue_id, row.edition)
    return message_from_bytes(frozen, policy=policy.default)


def _problem(row: Delivery, person: Subscriber | None) -> str:
    """Return why a delivery can't be sent again, "" where it can."""
    if row.state in _SETTLED:
        return _(_SETTLED[row.state])
    if person is None or not row.email:
        return _("The person was erased.")
    if person.status is not SubscriberStatus.ACTIVE:
        return _("They get no mail now: {status}.").format(status=name_of(person.status))
    return ""


ROUTES = (
    Route(PATH, guarded(delivery)),
    Route(PATH + "/mail", guarded(mail)),
    Route(PATH + "/resend", guarded(resend), methods=["GET", "POST"]),
)
