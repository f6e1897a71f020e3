"""Addresses as mails have them."""

from __future__ import annotations

from publisher.errors import SubscriberError


def normalise_sender(address: str) -> str:
    """Return the form that the list keeps, "" for what is no address."""
    from publisher.addresses import normalise_email  # noqa: PLC0415

    try:
        return normalise_email(address) if address else ""
    except SubscriberError:
        return ""
