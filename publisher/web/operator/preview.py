"""Preview of the next issue as any reader would get it, in a sandboxed frame."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route

from publisher.models import EditionKey, Frequency, Language, Length
from publisher.services import editing
from publisher.translation import _
from publisher.web.headers import policy
from publisher.web.operator.auth import guarded
from publisher.web.operator.frame import operator_page

if TYPE_CHECKING:
    from starlette.responses import Response

    from publisher.models import Edition, Issue, Topic
    from publisher.web.operator.auth import OperatorRequest

PART = "/operator/preview"
Word = TypeVar("Word", bound=StrEnum)
# A mail has inline styles, and images from their original hosts.
FRAME_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def preview(request: OperatorRequest) -> Response:
    """Show the form that chooses an edition, and the edition in a frame."""
    look = request.dashboard()
    frequency, issue = _issue(request)
    choice = _choice(request)
    edition = _render(request, issue, choice) if issue else None
    query: list[tuple[str, str]] = [
        ("frequency", frequency),
        ("language", choice.language),
        ("length", choice.length),
    ]
    query += [("topic", slug) for slug in choice.topics]
    return operator_page(
        request,
        "web/operator/preview.html.j2",
        title=_("Preview"),
        part=PART,
        headers={"Content-Security-Policy": policy(script=True) + "; frame-src 'self'"},
        waiting=look is None,
        look=look,
        issue=issue,
        edition=edition,
        choice=choice,
        frequency=frequency,
        frequencies=request.settings.newsletter.frequencies,
        languages=list(Language),
        lengths=list(Length),
        topics=_topics(issue),
        query=urlencode(query),
    )


def frame(request: OperatorRequest) -> Response:
    """Return the edition itself, as HTML or, with `?form=text`, as text."""
    issue = _issue(request)[1]
    if issue is None:
        raise HTTPException(404)
    edition = _render(request, issue, _choice(request))
    headers = {"Content-Security-Policy": FRAME_POLICY}
    if request.query("form") == "text":
        return PlainTextResponse(edition.text, headers=headers)
    return HTMLResponse(edition.html, headers=headers)


def _issue(request: OperatorRequest) -> tuple[Frequency, Issue | None]:
    look = request.dashboard()
    first = request.settings.newsletter.frequencies[0]
    frequency = _one_of(request.query("frequency"), first)
    issue = dict(look.upcoming).get(frequency) if look else None
    return frequency, editing.edited(issue, request.settings, request.store) if issue else None


def _choice(request: OperatorRequest) -> EditionKey:
    settings = request.settings
    slugs = request.request.query_params.getlist("topic")
    return EditionKey(
        topics=tuple(sorted({slug[:64] for slug in slugs if slug})),
        language=_one_of(request.query("language"), settings.mail_language),
        length=_one_of(request.query("length"), settings.newsletter.length),
    )


def _one_of(text: str, default: Word) -> Word:
    return type(default)(text) if text in set(type(default)) else default


def _topics(issue: Issue | None) -> list[Topic]:
    topics = (
        {topic.slug: topic for paper in issue.papers for topic in paper.topics} if issue else {}
    )
    return sorted(topics.values(), key=lambda topic: topic.name)


def _render(request: OperatorRequest, issue: Issue, choice: EditionKey) -> Edition:
    from publisher.formatter.email import render_edition  # noqa: PLC0415 - premailer takes long

    return render_edition(issue, choice, request.settings)


ROUTES = (
    Route(PART, guarded(preview)),
    Route(PART + "/frame", guarded(frame)),
)
