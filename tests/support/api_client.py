"""A site with an API and a token for each need."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from support.web_server import serving

from publisher.models.ledger import FrozenEdition
from publisher.newsletter import audience
from publisher.sender.one_time_tokens import token_hash
from publisher.web.api.scopes import Scope, new_token

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.web_server import Site

NOW = datetime(2024, 12, 9, 8, 0, tzinfo=UTC)
ISSUE = "2024-W49"


def authorized(site: Site, *scopes: Scope, name: str = "tests") -> dict[str, str]:
    """Return the header of a new token for `scopes`, for all where none is named."""
    token = new_token()
    site.store.access_tokens.add(
        name, token_hash(token), scopes or tuple(Scope), by="tests", now=NOW
    )
    return {"Authorization": f"Bearer {token}"}


def people(site: Site, count: int) -> list[int]:
    ids = []
    for number in range(count):
        email = f"reader{number}@example.org"
        site.store.subscribers.add(email, "", ["nerf"] if number % 2 else [], now=NOW)
        ids.append(site.store.subscribers.confirm(email, now=NOW).id)
    return ids


def freeze(site: Site, issue_id: str = ISSUE) -> None:
    """Freeze an issue for all that are on the list."""
    offer = audience.IssueAudience({"arxiv:1": ("nerf",)})
    needed = audience.needed_editions(site.store.readers.choices(offer), offer)
    site.store.issues.freeze(
        issue_id,
        period=(NOW, NOW),
        papers=[("arxiv:1", 1)],
        frozen_editions=[FrozenEdition(key, "Weekly", b"To: x\r\n\r\nbody\r\n") for key in needed],
        audience=offer,
        edition_of=audience.edition_finder(offer, needed),
        now=NOW,
    )


@contextmanager
def api_site(folder: Path, **web: object) -> Iterator[Site]:
    """Serve an API that is not in a hurry; `web` are settings of [web]."""
    with serving(folder, {"web": {"api_per_minute": 1_000_000, **web}}) as site:
        yield site
