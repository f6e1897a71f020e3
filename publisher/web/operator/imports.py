"""Imports of files of people: upload, what will happen, progress, result."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Route

from publisher.models.imports import ImportConsent, ImportState
from publisher.newsletter.import_columns import reason_of_file
from publisher.newsletter.subscriber_csv import COLUMNS
from publisher.printable import printable
from publisher.translation import _
from publisher.web.operator.auth import guarded, id_of
from publisher.web.operator.frame import operator_page
from publisher.web.operator.people import PART
from publisher.web.operator.person_forms import note_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.responses import Response

    from publisher.models.imports import ImportJob
    from publisher.web.context import Context
    from publisher.web.operator.auth import OperatorRequest

PATH = PART + "/import"
MOST_BYTES = 16 * 1024 * 1024
_SHOWN_REMARKS = 200
_SHOWN_JOBS = 10
_LONGEST_NAME = 120


def upload(request: OperatorRequest) -> Response:
    """Show the form for a file; POST keeps the file and has it checked."""
    wrong: dict[str, str] = {}
    if request.request.method == "POST":
        wrong = _problems(request)
        if not wrong and request.upload is not None:
            name, content = request.upload
            number = request.store.import_jobs.create(
                content,
                printable(name, _LONGEST_NAME),
                operator=request.operator,
                consent=_consent(request),
                note=note_of(request),
                now=request.now,
            )
            request.note("import checked", f"import {number}")
            _wake(request.context)
            return RedirectResponse(f"{PATH}/{number}", status_code=303)
    return operator_page(
        request,
        "web/operator/import_upload.html.j2",
        title=_("Import people"),
        part=PART,
        status=400 if wrong else 200,
        wrong=wrong,
        consent=_consent(request),
        note=note_of(request),
        columns=COLUMNS,
        megabytes=MOST_BYTES // 1024 // 1024,
        jobs=request.store.import_jobs.newest(_SHOWN_JOBS),
    )


def _problems(request: OperatorRequest) -> dict[str, str]:
    """Return what is wrong with the form, by field."""
    wrong = {}
    name, content = request.upload or ("", b"")
    if not content:
        wrong["file"] = _("Choose a CSV file that is not empty.")
    elif reason := reason_of_file(name):
        wrong["file"] = _(
            "By its name, the people in {file} are not to get mail ({reason}). Rename it to import "
            "them all the same."
        ).format(file=printable(name, _LONGEST_NAME), reason=_(reason))
    if _consent(request) is ImportConsent.AGREED and not note_of(request):
        wrong["note"] = _("Write down how they agreed: the consent log is your proof.")
    return wrong


def _consent(request: OperatorRequest) -> ImportConsent:
    text = request.field("consent")
    return ImportConsent(text) if text in set(ImportConsent) else ImportConsent.NONE


def job(request: OperatorRequest) -> Response:
    """Show an import: its progress, what it will do, or what it did."""
    shown = _job(request)
    return operator_page(
        request,
        "web/operator/import.html.j2",
        title=_("Import of {file}").format(file=shown.file_name),
        part=PART,
        job=shown,
        remarks=request.store.import_jobs.remarks(shown.id, most=_SHOWN_REMARKS),
    )


def live(request: OperatorRequest) -> Response:
    """Return the part of an import's page that changes."""
    shown = _job(request)
    return operator_page(
        request,
        "web/operator/import_progress.html.j2",
        title=_("Progress"),
        job=shown,
        remarks=request.store.import_jobs.remarks(shown.id, most=_SHOWN_REMARKS),
    )


def begin(request: OperatorRequest) -> Response:
    """Import what was checked."""
    shown = _job(request)
    if shown.state is ImportState.CHECKED and request.store.import_jobs.restart(
        shown, ImportState.IMPORTING
    ):
        request.note("import begun", f"import {shown.id}")
        _wake(request.context)
    return RedirectResponse(f"{PATH}/{shown.id}", status_code=303)


def discard(request: OperatorRequest) -> Response:
    """Delete an import that is not under way, with its file."""
    shown = _job(request)
    if not request.store.import_jobs.discard(shown.id):
        return RedirectResponse(f"{PATH}/{shown.id}", status_code=303)
    request.note("import deleted", f"import {shown.id}")
    return RedirectResponse(f"{PATH}?told=import+deleted", status_code=303)


def _wake(context: Context) -> None:
    context.import_worker.wake(context.store, context.settings, context.clock, context.stopping)


@asynccontextmanager
async def importing(context: Context) -> AsyncIterator[None]:
    """Go on with imports that an earlier process left unfinished; wait for the step at the end."""
    _wake(context)
    try:
        yield
    finally:
        await to_thread.run_sync(context.import_worker.close)


def _job(request: OperatorRequest) -> ImportJob:
    number = id_of(request.part("id"))
    shown = None if number is None else request.store.import_jobs.get(number)
    if shown is None:
        raise HTTPException(404)
    if shown.moving:
        # Where it stopped for a failure of the store, it goes on.
        _wake(request.context)
    return shown


ROUTES = (
    Route(PATH, guarded(upload, with_file=True), methods=["GET", "POST"], max_body_size=MOST_BYTES),
    Route(PATH + "/{id}", guarded(job)),
    Route(PATH + "/{id}/progress", guarded(live)),
    Route(PATH + "/{id}/begin", guarded(begin), methods=["POST"]),
    Route(PATH + "/{id}/discard", guarded(discard), methods=["POST"]),
)
