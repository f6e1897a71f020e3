"""Access to the API: tokens, scopes and the rate limit."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from publisher.sender.one_time_tokens import token_hash

if TYPE_CHECKING:
    from datetime import datetime

    from publisher.store.database import Store
    from publisher.store.operations.access_tokens import AccessToken
    from publisher.web.api.scopes import Scope

_LONGEST_TOKEN = 100
_MOST_CLIENTS = 10_000
_MINUTE = 60.0


@dataclass(slots=True)
class Buckets:
    """A token bucket for each client of `per_minute` requests, in the memory of this process.

    A full bucket allows as many requests at once.
    """

    per_minute: int
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait_for(self, client: str, now: float) -> float:
        """Take one request of `client` at the monotonic time `now`; return the seconds to wait.

        0.0 means that the request is allowed.
        """
        left, at = self._left.pop(client, (float(self.per_minute), now))
        left = min(float(self.per_minute), left + (now - at) * self.per_minute / _MINUTE)
        allowed = left >= 1.0
        self._left[client] = (left - 1.0 if allowed else left, now)
        while len(self._left) > _MOST_CLIENTS:
            self._left.popitem(last=False)
        return 0.0 if allowed else (1.0 - left) * _MINUTE / self.per_minute


def bearer(header: str) -> str:
    """Return the token of an Authorization header (RFC 6750, 2.1), "" where there is none."""
    scheme, _, token = header.partition(" ")
    fits = scheme.lower() == "bearer" and len(token) <= _LONGEST_TOKEN
    return token.strip() if fits else ""


def authorize(store: Store, header: str, scope: Scope, now: datetime) -> AccessToken:
    """Return the token of a request, which must have `scope`.

    Raises `HTTPException` 401 without a valid token and 403 without the scope (RFC 6750, 3.1), and
    `StoreError`.
    """
    token = bearer(header)
    # Looked up by its hash, so that the time of the search reveals nothing about the token.
    access_token = store.access_tokens.find(token_hash(token), now=now) if token else None
    if access_token is None:
        error = ', error="invalid_token"' if token else ""
        raise HTTPException(401, headers={"WWW-Authenticate": f'Bearer realm="publisher"{error}'})
    if scope not in access_token.scopes:
        challenge = f'Bearer realm="publisher", error="insufficient_scope", scope="{scope}"'
        raise HTTPException(
            403, f"the token needs the scope {scope}", headers={"WWW-Authenticate": challenge}
        )
    return access_token
