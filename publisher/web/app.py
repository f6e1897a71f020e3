"""The web app: its routes, and what runs beside them."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.applications import Starlette

from publisher.web import assets, health, problems, search, webhook
from publisher.web.api import endpoint
from publisher.web.operator import routes as operator
from publisher.web.operator.imports import importing
from publisher.web.polls.flush import keeping_polls
from publisher.web.readers import choices, preferences, subscribe, unsubscribe
from publisher.web.readers.views import Readers
from publisher.web.supervisor import automation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from starlette.routing import Route

    from publisher.web.context import Context

# A path belongs to the app where its first part is that of a route, else to the site's files.
ROUTES: tuple[tuple[Route, ...], ...] = (
    health.ROUTES,
    assets.ROUTES,
    webhook.ROUTES,
    endpoint.ROUTES,
    *operator.GROUPS,
    subscribe.ROUTES,
    unsubscribe.ROUTES,
    choices.ROUTES,
    preferences.ROUTES,
    search.ROUTES,
)


@asynccontextmanager
async def closing_dashboard(context: Context) -> AsyncIterator[None]:
    """Wait for the dashboard's threads at the end, before the store is closed."""
    try:
        yield
    finally:
        await to_thread.run_sync(context.dashboard_cache.close)


# What runs as long as the app does: entered at its start in this order, left at its end in reverse.
SERVICES: tuple[Callable[[Context], AbstractAsyncContextManager[None]], ...] = (
    automation,
    closing_dashboard,
    importing,
    keeping_polls,
)

# Enough for every form; a route that takes more sets its own `max_body_size`.
MOST_BODY_BYTES = 65_536


def create_app(context: Context) -> Starlette:
    """Return the app; `server.wrapped` adds what every answer needs."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as running:
            for service in SERVICES:
                await running.enter_async_context(service(context))
            yield

    app = Starlette(
        routes=[route for group in ROUTES for route in group],
        exception_handlers=problems.HANDLERS,
        lifespan=lifespan,
        max_body_size=MOST_BODY_BYTES,
    )
    # Such a redirect would lead to whatever host the request names.
    app.router.redirect_slashes = False
    app.state.context = context
    app.state.readers = Readers.of(context)
    return app
