"""What a token may be for. Read by the command line, so nothing of the web is imported here."""

from __future__ import annotations

import secrets
from enum import StrEnum

# By this a token is known for one where it should not be, in a log or a repository.
PREFIX = "pub_"


class Scope(StrEnum):
    """What a program that has a token may do; see docs/api.md."""

    SUBSCRIBERS_READ = "subscribers:read"
    SUBSCRIBERS_WRITE = "subscribers:write"
    ISSUES_READ = "issues:read"
    DELIVERIES_READ = "deliveries:read"
    BUILD = "build"
    STATUS_READ = "status:read"


def new_token() -> str:
    """Return a new token: 256 random bits. Its hash is `sender.one_time.token_hash`."""
    return PREFIX + secrets.token_urlsafe(32)
