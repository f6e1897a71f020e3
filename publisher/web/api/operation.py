"""The declaration of an API operation, from which route, validation and document are made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping  # noqa: TC003 - the dataclasses below read them
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from publisher.web.api.model import Nothing

if TYPE_CHECKING:
    import msgspec

    from publisher.store.operations.access_tokens import AccessToken
    from publisher.web.api.scopes import Scope
    from publisher.web.context import Context

_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Call:
    """A valid request; `parameters` and `body` have the types that the operation declares."""

    context: Context
    token: AccessToken
    parameters: Any
    body: Any

    @property
    def by(self) -> str:
        """The actor, for logs that people read."""
        return f"token {self.token.name}"


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer; `content` has the type that the operation declares for `status`."""

    content: msgspec.Struct | None = None
    status: int = 200
    location: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the API that needs a token with `scope`.

    `path` is below /api/v1; names in braces are fields of `parameters`, whose other fields come
    from the query. `replies` maps a status to its meaning and the type of the content; `problems`
    are the errors of this operation beside those that all have.
    """

    name: str
    method: str
    path: str
    summary: str
    scope: Scope
    run: Callable[[Call], Reply]
    replies: Mapping[int, tuple[str, Any]]
    parameters: type[msgspec.Struct] = Nothing
    body: type[msgspec.Struct] | None = None
    problems: Mapping[int, str] = field(default_factory=dict)

    @property
    def path_names(self) -> tuple[str, ...]:
        """The names of the parameters in the path."""
        return tuple(_NAME.findall(self.path))
