"""Validation of email addresses and names, before they are used in a header."""

from __future__ import annotations

import unicodedata

from publisher.errors import SubscriberError
from publisher.printable import printable

MAX_NAME = 200  # characters
# Control characters, surrogates, line and paragraph separators: none belongs into a name.
_REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})
# They change the reading direction of the text after the name.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def normalise_email(address: str) -> str:
    """Return `address` in the form that the list keeps.

    The domain becomes lower case ASCII (IDNA); the local part stays as it is, since only its own
    server knows whether case and dots count (RFC 5321, 2.4).

    Raises `SubscriberError` that names the problem and has no control character.
    """
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - slow import

    candidate = address.strip(" ")
    problem = _bad_character(candidate)
    if problem:
        raise SubscriberError(f"{printable(candidate)}: {problem} in an address")
    try:
        # Whether a local part that is not ASCII works (SMTPUTF8, RFC 6531) only the server knows.
        validated = validate_email(
            candidate, check_deliverability=False, allow_smtputf8=True, strict=True
        )
    except EmailNotValidError as error:
        raise SubscriberError(f"{printable(candidate)}: {printable(str(error), 300)}") from error
    return f"{validated.local_part}@{validated.ascii_domain.lower()}"


def clean_name(name: str) -> str:
    """Return `name` in Unicode form NFC with single blanks; it may be empty.

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
