"""The editor's page of an issue that is not frozen yet, and the link that approves one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Route

from publisher.errors import IssueError, PublisherError
from publisher.models import BlockPlace, IssueEdits
from publisher.models.ledger import Decision
from publisher.newsletter.editing import HOLDS, PaperMark
from publisher.newsletter.periods import frequency_of
from publisher.sender.one_time_tokens import TOKEN_LENGTH, token_hash
from publisher.services import approval, editing
from publisher.translation import _, mark, using
from publisher.web.context import context_of
from publisher.web.headers import policy
from publisher.web.operator import auth
from publisher.web.operator.auth import guarded
from publisher.web.operator.frame import operator_page, outside_page
from publisher.web.pages import operator_language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from publisher.models import Issue, Paper
    from publisher.web.context import Context
    from publisher.web.operator.auth import OperatorRequest

PART = "/operator/issues"
APPROVAL = "/operator/approve/{token}"
TEXTS = ("subject", "preheader", "note", "block", "block_place")
# A note of the most characters, each nine bytes in a form.
_MOST_BYTES = 400_000
DECISIONS = {
    "approve": (Decision.APPROVED, "approved"),
    "skip": (Decision.SKIPPED, "issue skipped"),
    "send-now": (Decision.RELEASED, "released"),
    "take-back": (Decision.NONE, "decision taken back"),
}
# The action of each button beside a paper; "reset" takes the others back.
_MARKS = {**{kind.value: kind for kind in PaperMark}, "reset": None}
MARK_WORDS = {
    PaperMark.HIDE: mark("hidden"),
    PaperMark.PROMOTE: mark("promoted"),
    PaperMark.PIN: mark("pinned"),
}


@dataclass(frozen=True, slots=True)
class EditablePaper:
    """A paper in the editor's list, and what was done to it, in words."""

    paper: Paper
    marks: tuple[PaperMark, ...]
    words: tuple[str, ...]


def edit(request: OperatorRequest) -> Response:
    """Show the editor; POST saves the texts, or shows them without saving them."""
    issue = _raw(request)
    if issue is None:
        return _elsewhere(request)
    if request.request.method != "POST":
        return _page(request, issue)
    try:
        if request.field("preview"):
            return _page(request, issue, texts=_texts(request), preview=True)
        _save(request, issue)
    except IssueError as error:
        return _page(request, issue, problem=str(error))
    return _done(issue, "edits saved")


def mark_papers(request: OperatorRequest) -> Response:
    """Hide, promote or pin a paper, or take that back; texts that came with it are saved."""
    issue = _raw(request)
    if issue is None:
        return _elsewhere(request)
    marks = [(kind, request.field(name)) for name, kind in _MARKS.items() if request.field(name)]
    try:
        _save(request, issue, marks)
    except IssueError as error:
        return _page(request, issue, problem=str(error))
    places = {paper.id: number for number, paper in enumerate(issue.papers, start=1)}
    number = places.get(marks[0][1], 0) if marks else 0
    return RedirectResponse(f"{PART}/{issue.id}/edit#paper-{number}", status_code=303)


def decide(request: OperatorRequest) -> Response:
    """Approve, postpone or skip the issue, or send it ahead of time."""
    issue = _raw(request)
    if issue is None:
        return _elsewhere(request)
    until = None
    try:
        _save(request, issue)
        if request.field("postpone"):
            decision, told = Decision.POSTPONED, "postponed"
            until = _time(request)
        else:
            name = request.field("decision")
            if name not in DECISIONS:
                raise HTTPException(400)
            decision, told = DECISIONS[name]
        changed = editing.decide(
            issue.id,
            decision,
            request.settings,
            request.store,
            by=request.operator,
            now=request.now,
            until=until,
        )
    except IssueError as error:
        return _page(request, issue, problem=str(error))
    return _done(issue, told if changed else "nothing changed")


def test(request: OperatorRequest) -> Response:
    """Mail the issue as it is now to one address."""
    from publisher.addresses import normalise_email  # noqa: PLC0415 - few requests need it
    from publisher.services import publish  # noqa: PLC0415 - see above

    issue = _raw(request)
    if issue is None:
        return _elsewhere(request)
    try:
        _save(request, issue)
        to = normalise_email(request.field("to"))
        edited = editing.edited(issue, request.settings, request.store)
        publish.send_test(edited, request.settings, request.store, to, now=request.context.clock)
    except PublisherError as error:
        return _page(request, issue, problem=str(error))
    request.note("test sent", f"issue {issue.id}")
    return _done(issue, "test sent")


async def approve(request: Request) -> Response:
    """Show the button that approves an issue; POST approves, or postpones by a day.

    The link needs no login, and works once: mail scanners follow it, but press no button.
    """
    context, token = context_of(request), str(request.path_params["token"])
    if request.method == "POST" and not auth.from_here(request.headers, context.settings.web.root):
        raise HTTPException(403)
    client = request.client.host if request.client else ""
    if not context.login_throttle.allowed(client):
        raise HTTPException(429, headers={"Retry-After": "600"})
    fields = dict(await auth.read_form(request)) if request.method == "POST" else {}
    language = operator_language(request)
    response = await to_thread.run_sync(
        partial(_approval_page, context, request, token, fields, language)
    )
    if response.status_code == 403:  # noqa: PLR2004 - RFC 9110, 15.5.4
        context.login_throttle.failed(client)
    return response


def _approval_page(
    context: Context, request: Request, token: str, fields: dict[str, str], language: str
) -> Response:
    store, now = context.store, context.clock()
    link = store.plans.link(token_hash(token), now=now) if len(token) == TOKEN_LENGTH else None
    with using(language):
        if link is None:
            title = _("This link no longer works")
            return outside_page(
                request, "web/operator/approve.html.j2", title=title, status=403, issue=""
            )
        issue_id, done, problem = link[0], "", ""
        tomorrow = now + timedelta(days=1)
        if request.method == "POST":
            try:
                done = _use(context, token, issue_id, fields, tomorrow)
            except IssueError as error:
                problem = str(error)
        return outside_page(
            request,
            "web/operator/approve.html.j2",
            title=_("Issue {issue}").format(issue=issue_id),
            issue=issue_id,
            done=done,
            problem=problem,
            can_postpone=_may_postpone(issue_id, tomorrow, context),
            zone=context.settings.site.zone,
            tomorrow=tomorrow,
        )


def _use(
    context: Context, token: str, issue_id: str, fields: dict[str, str], tomorrow: datetime
) -> str:
    """Decide by the link; return what was done, "used" where somebody was quicker."""
    store, settings, now = context.store, context.settings, context.clock()
    editing.check_decidable(issue_id, store, settings)
    decision, until = Decision.APPROVED, None
    if fields.get("postpone"):
        editing.check_postponement(issue_id, tomorrow, settings, now)
        decision, until = Decision.POSTPONED, tomorrow
    used = store.plans.use_link(token_hash(token), decision, now=now, until=until)
    return decision.value if used else "used"


def _may_postpone(issue_id: str, until: datetime, context: Context) -> bool:
    try:
        editing.check_postponement(issue_id, until, context.settings, context.clock())
    except IssueError:
        return False
    return True


def _raw(request: OperatorRequest) -> Issue | None:
    """Return the issue in the path without edits, as its papers were read lately; else None."""
    look = request.dashboard()
    upcoming = [issue for _, issue in look.upcoming if issue] if look else []
    wanted = request.part("issue")
    return next((issue for issue in upcoming if issue.id == wanted), None)


def _elsewhere(request: OperatorRequest) -> Response:
    """Lead to the page of a frozen issue, or tell that there is nothing to edit."""
    issue_id = request.part("issue")
    if request.store.issues.get(issue_id) is not None:
        told = "frozen already" if request.request.method == "POST" else ""
        return RedirectResponse(
            f"{PART}/{issue_id}" + (f"?told={told}" if told else ""), status_code=303
        )
    if request.dashboard() is None:
        return operator_page(
            request,
            "web/operator/editing.html.j2",
            title=_("Edit issue {issue}").format(issue=issue_id),
            part=PART,
            waiting=True,
            issue=None,
        )
    raise HTTPException(404, _("There is no such issue to edit: its time is over, or far off."))


def _sent(request: OperatorRequest) -> dict[str, Any]:
    """Return the texts of the form as they came; those that a file has are not in it."""
    names = {key for key, _value in request.form}
    return {name: request.field(name).replace("\r\n", "\n") for name in TEXTS if name in names}


def _texts(request: OperatorRequest) -> dict[str, Any]:
    """Return the texts of the form; raise `IssueError` for a place that there is not."""
    texts = _sent(request)
    if "block_place" in texts:
        texts["block_place"] = editing.block_place(texts["block_place"], _("Place"))
    return texts


def _save(
    request: OperatorRequest, issue: Issue, marks: Sequence[tuple[PaperMark | None, str]] = ()
) -> None:
    """Store the texts of the form, so that no button loses them, and `marks` of papers."""
    editing.change_issue(
        issue,
        _texts(request),
        marks,
        request.settings,
        request.store,
        by=request.operator,
        now=request.now,
    )


def _page(
    request: OperatorRequest,
    issue: Issue,
    *,
    texts: dict[str, Any] | None = None,
    preview: bool = False,
    problem: str = "",
) -> Response:
    """Return the editor with what is stored, or with the `texts` that were sent."""
    settings, store = request.settings, request.store
    plan, file = store.plans.get(issue.id), editing.EditFile()
    edits = plan.edits
    if texts is None:
        texts = {name: text for name, text in _sent(request).items() if name != "block_place"}
    try:
        file = editing.read_edit_file(issue.id, settings)
        edits = editing.edited(issue, settings, store).edits
    except IssueError as error:
        problem = problem or str(error)
    shown = replace(edits, **(texts or {}))
    why = editing.hold(issue, plan, settings, request.now)
    limits = editing.postponement_limits(issue.id, settings, request.now)
    images = policy(script=True).replace("img-src 'self'", "img-src 'self' https:")
    return operator_page(
        request,
        "web/operator/editing.html.j2",
        title=_("Edit issue {issue}").format(issue=issue.id),
        part=PART,
        status=400 if problem and request.request.method == "POST" else 200,
        headers={"Content-Security-Policy": images},
        waiting=False,
        issue=issue,
        edits=shown,
        plan=plan,
        why=why,
        why_words=_(HOLDS[why]) if why else "",
        own_file=file,
        in_file=set(file.values),
        problem=problem,
        preview=_preview(shown, request) if preview else None,
        papers=_papers(issue, edits),
        places=list(BlockPlace),
        frequency=frequency_of(issue.id),
        limits=[moment.astimezone(settings.site.zone) for moment in limits],
        approves=settings.newsletter.approve,
        to=_own_address(request),
    )


def _preview(edits: IssueEdits, request: OperatorRequest) -> tuple[str, str]:
    from publisher.formatter.editorial_markup import note_html  # noqa: PLC0415 - few previews

    root = request.settings.site.root
    return note_html(edits.note, root), note_html(edits.block, root)


def _papers(issue: Issue, edits: IssueEdits) -> tuple[EditablePaper, ...]:
    papers = []
    for paper in issue.papers:
        marks = tuple(kind for kind in PaperMark if paper.id in getattr(edits, kind))
        words = tuple(_(MARK_WORDS[kind]) for kind in marks)
        papers.append(EditablePaper(paper, marks, words))
    return tuple(papers)


def _own_address(request: OperatorRequest) -> str:
    """Return the address of who is logged in, else the first operator's."""
    if "@" in request.operator:
        return request.operator
    return approval.operator_addresses(request.settings)[0]


def _time(request: OperatorRequest) -> datetime:
    """Return the time in the form, which is the site's."""
    try:
        moment = datetime.fromisoformat(request.field("until"))
    except ValueError:
        raise IssueError(_("That is not a time.")) from None
    return moment.replace(tzinfo=request.settings.site.zone)


def _done(issue: Issue, told: str) -> Response:
    return RedirectResponse(f"{PART}/{issue.id}/edit?told={told}", status_code=303)


ROUTES = (
    *(
        Route(f"{PART}/{{issue}}/{name}", guarded(page), methods=methods, max_body_size=_MOST_BYTES)
        for name, page, methods in (
            ("edit", edit, ["GET", "POST"]),
            ("papers", mark_papers, ["POST"]),
            ("decide", decide, ["POST"]),
            ("test", test, ["POST"]),
        )
    ),
    Route(APPROVAL, approve, methods=["GET", "POST"]),
)
