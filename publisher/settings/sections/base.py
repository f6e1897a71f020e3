"""What all sections share."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

# What is safe in a path and an address (see models.Topic).
Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the sections of publisher.toml."""
