"""The people who get no mail, by reason, each with the way out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.routing import Route

from publisher.errors import IssueError
from publisher.models import Frequency
from publisher.newsletter.periods import frequency_of
from publisher.store.people.search import MOST_COUNTED
from publisher.store.people.without_mail import MailObstacle, MailScope, NewestIssue
from publisher.translation import _, mark
from publisher.web.operator.auth import guarded
from publisher.web.operator.frame import operator_page
from publisher.web.operator.people import PART

if TYPE_CHECKING:
    from starlette.responses import Response

    from publisher.settings import Settings
    from publisher.web.operator.auth import OperatorRequest

PATH = PART + "/without-mail"
_PAGE = 50
# What each obstacle is called, and what to do about it.
OBSTACLES = {
    MailObstacle.UNCONFIRMED: (
        mark("not confirmed"),
        mark(
            "They were asked to confirm, or added without a mail. On a person’s page you can ask "
            "by mail, or confirm them where they have agreed."
        ),
    ),
    MailObstacle.PAUSED: (
        mark("paused"),
        mark("They asked for a pause. It ends on its day, or when they or you resume it."),
    ),
    MailObstacle.UNSUBSCRIBED: (
        mark("unsubscribed"),
        mark("They left. Only they can come back, by subscribing again; no import does that."),
    ),
    MailObstacle.BOUNCED: (
        mark("mail bounced"),
        mark(
            "Their server said that the mailbox does not exist or fails. Lift the suppression "
            "when you know that it works again."
        ),
    ),
    MailObstacle.COMPLAINED: (
        mark("reported spam"),
        mark("They reported a mail as spam. Write to them only if they ask for it themselves."),
    ),
    MailObstacle.SUPPRESSED: (
        mark("suppressed otherwise"),
        mark(
            "Somebody stopped mail to the address by hand, or they were erased and came back; "
            "the reason is beside each."
        ),
    ),
    MailObstacle.NO_TOPIC: (
        mark("no digest on their topics"),
        mark("No digest has any topic that they chose. Publish one, or change their choices."),
    ),
    MailObstacle.NO_PAPERS: (
        mark("nothing in the newest issue"),
        mark("The newest issue had no papers on their topics that they had not received before."),
    ),
    MailObstacle.IN_DOUBT: (
        mark("newest issue in doubt"),
        mark(
            "The newest issue left for their server, which never answered. Settle it on the "
            "issue’s page of deliveries."
        ),
    ),
    MailObstacle.REFUSED: (
        mark("newest issue refused"),
        mark(
            "Their server refused the newest issue, or it was given up. The delivery’s page has "
            "the server’s words, and sends again."
        ),
    ),
}


def without_mail(request: OperatorRequest) -> Response:
    """Show how many people each obstacle stops, and the people of the chosen one."""
    scope = _scope(request)
    counts = {
        obstacle: request.cache.figure(
            f"without mail: {obstacle}", partial(request.store.without_mail.count, obstacle, scope)
        )
        for obstacle in MailObstacle
    }
    reason = request.query("reason")
    chosen = MailObstacle(reason) if reason in set(MailObstacle) else _first(counts)
    page = request.store.without_mail.page(
        chosen, scope, before=request.number("before"), size=_PAGE
    )
    name, advice = OBSTACLES[chosen]
    return operator_page(
        request,
        "web/operator/without_mail.html.j2",
        title=_("Who gets no mail"),
        part=PART,
        waiting=None in counts.values(),
        obstacles=[(key, _(OBSTACLES[key][0]), counts[key]) for key in MailObstacle],
        chosen=chosen,
        chosen_name=_(name),
        advice=_(advice),
        most=MOST_COUNTED,
        page=page,
        issues=[issue.id for issue in scope.issues],
    )


def _first(counts: dict[MailObstacle, int | None]) -> MailObstacle:
    """Return the first obstacle that stops anybody."""
    return next((key for key, count in counts.items() if count), MailObstacle.UNCONFIRMED)


def _scope(request: OperatorRequest) -> MailScope:
    look = request.dashboard()
    newest: dict[Frequency, NewestIssue] = {}
    for info in request.store.issues.all():
        try:
            frequency = frequency_of(info.id)
        except IssueError:  # of a program with other ids
            continue
        chosen = _choices_of(frequency, request.settings)
        if chosen:
            newest[frequency] = NewestIssue(info.id, info.frozen_at, chosen)
    return MailScope(
        topics=[topic.slug for topic in look.topics] if look else (),
        issues=tuple(newest.values()),
    )


def _choices_of(frequency: Frequency, settings: Settings) -> tuple[str, ...]:
    """Return the stored choices that lead to issues of a frequency; see `IssueAudience`."""
    offered = settings.newsletter.frequencies
    if frequency not in offered:
        return ()
    others = [choice.value for choice in Frequency if choice not in offered]
    return (frequency.value, *(("", *others) if frequency is offered[0] else ()))


ROUTES = (Route(PATH, guarded(without_mail)),)
