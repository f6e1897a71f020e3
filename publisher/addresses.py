"""Email addresses and names: validation before they are used in a header, and comparison."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING

from publisher.errors import SubscriberError
from publisher.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_NAME = 200  # characters
MAX_KEY = 320  # characters
# RFC 5322, 3.2.3: a dot-atom.
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_MAX_PLAIN = 64  # characters: of a local part (RFC 5321, 4.5.3.1.1), and enough for most domains
# Control characters, surrogates, line and paragraph separators: none belongs into a name.
_REFUSED = frozenset({"Cc", "Cs", "Zl", "Zp"})
# They change the reading direction of the text after the name.
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def normalise_email(address: str) -> str:
    """Return `address` in the form that the list keeps.

    The domain becomes lower case ASCII (IDNA); the local part stays as it was typed, since only its
    own server knows whether case and dots count (RFC 5321, 2.4). `address_key` tells whether two
    addresses are one person's.

    Raises `SubscriberError` that names the problem and has no control character.
    """
    candidate = address.strip(" ").removesuffix(".")
    local, _, domain = candidate.rpartition("@")
    if _PLAIN_LOCAL.fullmatch(local) and len(local) <= _MAX_PLAIN and len(domain) <= _MAX_PLAIN:
        # The library's check takes 0.1 ms, and a list has few domains.
        with suppress(SubscriberError):
            return f"{local}@{_checked_domain(domain)}"
    return _validated(candidate)


@lru_cache(maxsize=4096)
def _checked_domain(domain: str) -> str:
    """Return `domain` in the form that the list keeps. Raises `SubscriberError`."""
    return _validated(f"a@{domain}").partition("@")[2]


def _validated(candidate: str) -> str:
    """Return an address in the form that the list keeps. Raises `SubscriberError`."""
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - slow import

    problem = _bad_character(candidate)
    if problem:
        raise SubscriberError(f"{printable(candidate)}: {problem} in an address")
    try:
        # Whether a local part that is not ASCII works (SMTPUTF8, RFC 6531) only the server knows.
        validated = validate_email(
            candidate,
            check_deliverability=False,
            allow_smtputf8=True,
            allow_quoted_local=True,
            strict=True,
        )
    except EmailNotValidError as error:
        raise SubscriberError(f"{printable(candidate)}: {printable(str(error), 300)}") from error
    if validated.local_part.startswith('"'):  # elsewhere the quotes are dropped: they say nothing
        raise SubscriberError(f"{printable(candidate)}: blanks or signs that need quotes")
    email = f"{validated.local_part}@{validated.ascii_domain.lower()}"
    if len(address_key(email)) > MAX_KEY:  # one character may stand for many, such as U+FDFA
        raise SubscriberError(f"{printable(candidate)}: more than {MAX_KEY} characters")
    return email


def address_key(address: str) -> str:
    """Return the form in which addresses are compared and unique; mail never goes to it.

    Servers may tell apart addresses that differ in case; hardly any does, and people write their
    own in several ways. The key is the case-folded form: of the local part by Unicode's rules
    (NFKC_Casefold), of the domain as IDNA. `address` need not be valid.
    """
    if address.isascii():
        return address.strip(" ").removesuffix(".").lower()
    local, at, domain = address.strip(" ").removesuffix(".").rpartition("@")
    if not domain.isascii():
        with suppress(SubscriberError):
            return address_key(normalise_email(address))
    return f"{_folded(local)}{at}{_folded(domain)}"


def find_same(address: str, known: Iterable[str]) -> str | None:
    """Return the one of the addresses `known` that is the same person's, None for none."""
    key = address_key(address)
    return next((email for email in known if address_key(email) == key), None)


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


def _folded(text: str) -> str:
    for _ in range(2):  # the first round may make characters that have a case of their own
        text = unicodedata.normalize("NFKC", text.casefold())
    return text


def _bad_character(text: str) -> str:
    for character in text:
        if unicodedata.category(character) in _REFUSED or character in _BIDI:
            name = unicodedata.name(character, "control character")
            return f"U+{ord(character):04X} ({name.lower()})"
    return ""
