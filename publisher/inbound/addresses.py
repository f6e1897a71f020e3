"""Sender addresses of mails."""

from __future__ import annotations

from publisher.addresses import normalise_email
from publisher.errors import SubscriberError


def normalise_sender(address: str) -> str:
    """Return `address` in the form that the list keeps, "" where it is invalid."""
    try:
        return normalise_email(address) if address else ""
    except SubscriberError:
        return ""
