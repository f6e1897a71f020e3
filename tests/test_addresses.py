"""Addresses: the form that is kept, and the key by which they are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import addresses
from publisher.addresses import MAX_KEY, address_key, find_same, normalise_email
from publisher.errors import SubscriberError

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("spellings", "key"),
    [
        (("John.Doe@Example.org", "JOHN.DOE@EXAMPLE.ORG"), "john.doe@example.org"),
        ((" john.doe@example.org ", "john.doe@example.org."), "john.doe@example.org"),
        (('"John.Doe"@example.org',), "john.doe@example.org"),
        (("A@BÜCHER.example", "a@bu\u0308cher.example"), "a@xn--bcher-kva.example"),
        (("a@XN--BCHER-KVA.example", "a@ｂücher．example"), "a@xn--bcher-kva.example"),
        (("Straße@example.org", "STRASSE@example.org"), "strasse@example.org"),
        (("a@straße.example", "a@STRAẞE.example"), "a@xn--strae-oqa.example"),
        (("a@strasse.example",), "a@strasse.example"),
        (("ｊｏｈｎ@example.org", "ＪＯＨＮ@ｅｘａｍｐｌｅ.org"), "john@example.org"),
        (("JÖRG@example.org", "jo\u0308rg@example.org"), "jörg@example.org"),
        (("ΟΔΟΣ@example.org", "οδος@example.org"), "οδοσ@example.org"),
        (("张三@例子。测试", "张三@xn--fsqu00a.xn--0zwm56d"), "张三@xn--fsqu00a.xn--0zwm56d"),
        # Turkish: neither is an i with another case.
        (("İ@example.org",), "i\u0307@example.org"),
        (("ı@example.org",), "ı@example.org"),
        (("john+news@example.org",), "john+news@example.org"),
    ],
)
def test_an_address_has_one_key_however_it_is_written(spellings: tuple[str, ...], key: str) -> None:
    for spelling in spellings:
        assert address_key(normalise_email(spelling)) == key
    assert address_key(key) == key


def test_a_key_needs_no_valid_address() -> None:
    assert address_key("News@LOCALHOST") == "news@localhost"
    assert address_key("") == ""
    assert address_key("A@ß.") == "a@ss"
    assert find_same("OP@example.org", ("a@example.org", "Op@Example.org")) == "Op@Example.org"
    assert find_same("mıke@example.org", ("mike@example.org",)) is None


@pytest.mark.parametrize("local", ["John.Doe", "ｊｏｈｎ", "İpek", "o'hara", "x_y-z+1"])
def test_the_local_part_stays_as_it_was_typed(local: str) -> None:
    assert normalise_email(f"{local}@EXAMPLE.org.") == f"{local}@example.org"


@pytest.mark.parametrize(
    "address", ['"john doe"@example.org', '"a@b"@example.org', "a@b..", "@.", "."]
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(SubscriberError):
        normalise_email(address)


def test_a_key_that_is_too_long_for_the_store_is_refused() -> None:
    with pytest.raises(SubscriberError, match=f"more than {MAX_KEY}"):
        normalise_email("\ufdfa" * 20 + "@example.org")


@given(
    st.text(st.sampled_from("abzAZ09.!#'*+/=?^_`{|}~-\"é ("), max_size=66),
    st.text(st.sampled_from("abZ09.--é_"), max_size=66),
    st.sampled_from([".org", ".ORG", ".local", ".xn--fiqs8s", ".1", ""]),
)
def test_a_plain_address_is_what_the_library_says(local: str, domain: str, end: str) -> None:
    def result(check: Callable[[str], str], address: str) -> str:
        try:
            return check(address)
        except SubscriberError as error:
            return f"refused: {error}"

    address = f"{local}@{domain}{end}"
    whole = address.strip(" ").removesuffix(".")
    assert result(normalise_email, address) == result(addresses._validated, whole)
