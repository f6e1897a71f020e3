"""Addresses and names as people and files give them, checked before they come near a header."""

from __future__ import annotations

import unicodedata

from publisher.errors import SubscriberError
from publisher.printable import printable

MAX_NAME = 200  # characters
# Control, surrogate, line and paragraph separator: no name needs one, and each breaks something.
_REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})
# They turn the reading direction of what comes after the name.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def normalise_email(address: str) -> str:
    """Return the one form of `address` that the list keeps.

    The domain becomes lower case ASCII (IDNA); the local part stays as given, since only its own
    server knows whether case and dots count (RFC 5321, 2.4).

    Raises `SubscriberError` that names the problem and holds no control character.
    """
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - slow import

    candidate = address.strip(" ")
    problem = _bad_character(candidate)
    if problem:
        raise SubscriberError(f"{printable(candidate)}: {problem} in an address")
    try:
        # A local part that is not ASCII needs SMTPUTF8 (RFC 6531), which only the server can tell.
        found = validate_email(
            candidate, check_deliverability=False, allow_smtputf8=True, strict=True
        )
    except EmailNotValidError as error:
        raise SubscriberError(f"{printable(candidate)}: {printable(str(error), 300)}") from error
    return f"{found.local_part}@{found.ascii_domain.lower()}"


def clean_name(name: str) -> str:
    """Return `name` in one Unicode form (NFC) with single blanks; empty is a name too.

    Raises `SubscriberError` for a control character, a change of direction, or more than 200
    characters.
    """
    problem = _bad_character(name)
    if problem:
        raise SubscriberError(f"{printable(name)}: {problem} in a name")
    cleaned = unicodedata.normalize("NFC", " ".join(name.split()))
    if len(cleaned) > MAX_NAME:
        raise SubscriberError(f"{printable(cleaned)}: a name of more than {MAX_NAME} characters")
    return cleaned


def _bad_character(text: str) -> str:
    for character in text:
        if unicodedata.category(character) in _REFUSED or character in _BIDI:
            name = unicodedata.name(character, "control character")
            return f"U+{ord(character):04X} ({name.lower()})"
    return ""
