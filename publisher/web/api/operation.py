"""What the API can do, declared once: routes, validation and the document are made of this."""

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
    """One valid request: `parameters` and `body` are of the types that the operation names."""

    context: Context
    token: AccessToken
    parameters: Any
    body: Any

    @property
    def by(self) -> str:
        """Who did it, for logs that people read."""
        return f"token {self.token.name}"


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer: its status decides which type `content` has."""

    content: msgspec.Struct | None = None
    status: int = 200
    location: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """Something that a program may ask for, with a token that has `scope`.

    `path` is below /api/v1; names in braces are fields of `parameters`, its other fields come as
    a query. `replies` maps a status to what it means and the type of the content; `problems` are
    those that this operation has beside the ones that all have.
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
        """The parameters that stand in the path."""
        return tuple(_NAME.findall(self.path))
