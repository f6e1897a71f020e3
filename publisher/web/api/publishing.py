"""API operations for builds and background tasks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import __version__
from publisher.automation.building import BUILD
from publisher.models import DeliveryState
from publisher.web.api import model
from publisher.web.api.operation import Operation, Reply
from publisher.web.api.scopes import Scope

if TYPE_CHECKING:
    from publisher.store.operations.tasks import TaskState
    from publisher.web.api.operation import Call


def state_of(task: TaskState) -> str:
    """Return the state of a task in one word."""
    if task.waits:
        return "waiting"
    if task.runs:
        return "running"
    if task.ended_at is None:
        return "never"
    return "failed" if task.failed else "done"


def _build(call: Call) -> Reply:
    task = call.context.store.tasks.state(BUILD)
    return Reply(
        model.Build(
            state=state_of(task),
            asked_at=task.asked_at,
            began_at=task.began_at,
            ended_at=task.ended_at,
            said=task.result,
        )
    )


def _start(call: Call) -> Reply:
    now = call.context.clock()
    call.context.store.tasks.request_run(BUILD, now=now)
    call.context.store.audit_log.note(call.by, "build asked for", "", now=now)
    return Reply(_build(call).content, 202)


def _status(call: Call) -> Reply:
    store = call.context.store
    infos = store.issues.all()
    states = [info.state.value for info in infos]
    doubts = sum(store.deliveries.counts(info.id)[DeliveryState.IN_DOUBT] for info in infos[-20:])
    return Reply(
        model.Status(
            version=__version__,
            subscribers={state.value: count for state, count in store.subscribers.count().items()},
            issues={state: states.count(state) for state in ("open", "paused", "done")}
            | {"in_doubt": doubts},
            mails_waiting=store.outgoing_queue.waiting(),
            tasks=[
                model.Task(
                    name=task.name, failed=task.failed, ended_at=task.ended_at, said=task.result
                )
                for task in store.tasks.all()
            ],
        )
    )


OPERATIONS = (
    Operation(
        "getBuild",
        "GET",
        "/build",
        "Get the state of building.",
        Scope.BUILD,
        _build,
        {200: ("The last build, and whether another is requested.", model.Build)},
    ),
    Operation(
        "startBuild",
        "POST",
        "/build",
        "Request a build, which pulls the sources; requests before it starts cause one build.",
        Scope.BUILD,
        _start,
        {
            202: (
                "It starts within a second if `publisher run` or `serve` is running.",
                model.Build,
            )
        },
    ),
    Operation(
        "getStatus",
        "GET",
        "/status",
        "Get the numbers of subscribers and issues, and the state of background tasks.",
        Scope.STATUS_READ,
        _status,
        {200: ("Numbers, and the last result of each task.", model.Status)},
    ),
)
