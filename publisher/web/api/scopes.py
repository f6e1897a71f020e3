"""Scopes and tokens of the API; also for the command line, so without imports of the web."""

from __future__ import annotations

import secrets
from enum import StrEnum

# Lets secret scanners recognise a token in a log or a repository.
PREFIX = "pub_"


class Scope(StrEnum):
    """The permissions of a token; see docs/reference/api.md."""

    SUBSCRIBERS_READ = "subscribers:read"
    SUBSCRIBERS_WRITE = "subscribers:write"
    ISSUES_READ = "issues:read"
    DELIVERIES_READ = "deliveries:read"
    BUILD = "build"
    STATUS_READ = "status:read"


def new_token() -> str:
    """Return a new token: 256 random bits. It is stored as `one_time_tokens.token_hash`."""
    return PREFIX + secrets.token_urlsafe(32)
