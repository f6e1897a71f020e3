"""The frame of the operator's pages: navigation and layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse

from publisher import translation
from publisher.formatter.i18n.words import PageWords, languages, words_in
from publisher.translation import _, mark
from publisher.web.context import context_of
from publisher.web.headers import policy
from publisher.web.operator.dates import day_text, time_text
from publisher.web.operator.stored_texts import name_of, stored_text
from publisher.web.pages import rendered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    from publisher.web.operator.auth import OperatorRequest

# The parts of the navigation: names and paths.
PARTS = (
    (mark("Overview"), "/operator/"),
    (mark("Issues"), "/operator/issues"),
    (mark("Preview"), "/operator/preview"),
    (mark("People"), "/operator/people"),
    (mark("Bounces"), "/operator/bounces"),
    (mark("Feeds"), "/operator/feeds"),
    (mark("Gathering"), "/operator/gathering"),
    (mark("Log"), "/operator/log"),
)
# What an action did, by the word in the address that it leads to.
TOLD = {
    "paused": mark("Paused."),
    "resumed": mark("Resumed."),
    "unsubscribed": mark("Unsubscribed."),
    "suppression lifted": mark("Suppression lifted."),
    "confirmed": mark("Confirmed."),
    "subscriber added": mark("Added; they get the next issue."),
    "subscriber asked": mark("A mail asks them to confirm; it leaves with the next run."),
    "asked already": mark("A mail that asks them to confirm is waiting to be sent already."),
    "added, suppressed": mark(
        "Added, but the address is suppressed: no mail asks them, and none is sent."
    ),
    "note missing": mark("Write down how the person agreed: the consent log is your proof."),
    "subscriber changed": mark("Saved."),
    "import deleted": mark("Deleted, with its file."),
    "delivery repeated": mark("It is sent again with the next run."),
    "erased": mark("Erased."),
    "edits saved": mark("Saved."),
    "approved": mark("Approved."),
    "postponed": mark("Postponed."),
    "issue skipped": mark("Skipped: its papers go into the next issue."),
    "released": mark("It goes with the next run of `publisher run` or `publisher send`."),
    "decision taken back": mark("Taken back."),
    "test sent": mark("The test copy is sent."),
    "frozen already": mark("Nothing was changed: the issue is frozen, its mails are made."),
    "nothing changed": mark("Nothing changed."),
}


def operator_page(
    request: OperatorRequest,
    template: str,
    *,
    title: str,
    part: str = "",
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **content: object,
) -> Response:
    """Return a page for an operator who is logged in; `part` is the path of its part.

    It is in the language that holds, see translation.py.

    Raises `TemplateError`.
    """
    content |= {
        "operator": request.operator,
        "csrf": request.csrf,
        "parts": [(_(name), href) for name, href in PARTS],
        "part": part,
        "zone": request.settings.site.zone,
        "now": request.now,
        "told": _(TOLD[told]) if (told := request.query("told")) in TOLD else "",
        "settled": request.number("settled"),
    }
    return _page(request.request, template, title, status, headers, content)


def outside_page(
    request: Request,
    template: str,
    *,
    title: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **content: object,
) -> Response:
    """Return a page for visitors who are not logged in. Raises `TemplateError`."""
    return _page(request, template, title, status, headers, {"operator": "", **content})


def _page(
    request: Request,
    template: str,
    title: str,
    status: int,
    headers: Mapping[str, str] | None,
    content: Mapping[str, object],
) -> Response:
    settings, language = context_of(request).settings, translation.language()
    others = [code for code in translation.languages() if code != language]
    html = rendered(
        template,
        settings,
        title=title,
        texts=words_in(PageWords, language),
        # What else the frame and its macros use.
        language=language,
        other_languages=[(code, languages().get(code, code)) for code in others],
        address=str(request.url.replace(scheme="", netloc="")),
        day_text=day_text,
        time_text=time_text,
        name_of=name_of,
        stored_text=stored_text,
        **content,
    )
    chosen = {
        "Content-Language": language,
        "Content-Security-Policy": policy(script=True),
        "Vary": "Accept-Language, Cookie",
    }
    return HTMLResponse(html, status_code=status, headers={**chosen, **(headers or {})})
