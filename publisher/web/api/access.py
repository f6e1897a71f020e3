"""Who may ask: the token of a request, what it is for, and how often it comes."""

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
    """So many requests a minute for each client, as many at once; kept by this process alone.

    A bucket holds what is left, and fills by the minute.
    """

    per_minute: int
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def wait_for(self, client: str, now: float) -> float:
        """Take one request of `client` at the steady time `now`; return the seconds to wait.

        0.0: it may come in.
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
    """Return the token of a request that may do what needs `scope`.

    Raises `HTTPException`: 401 without a token that holds, 403 where it is for something else
    (RFC 6750, 3.1); and `StoreError`.
    """
    token = bearer(header)
    # By its hash: where the search stops tells nothing of the token.
    found = store.access_tokens.find(token_hash(token), now=now) if token else None
    if found is None:
        error = ', error="invalid_token"' if token else ""
        raise HTTPException(401, headers={"WWW-Authenticate": f'Bearer realm="publisher"{error}'})
    if scope not in found.scopes:
        how = f'Bearer realm="publisher", error="insufficient_scope", scope="{scope}"'
        raise HTTPException(
            403, f"the token needs the scope {scope}", headers={"WWW-Authenticate": how}
        )
    return found
