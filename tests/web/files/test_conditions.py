"""Conditions and ranges, as RFC 9110 has them."""

from __future__ import annotations

import pytest

from publisher.web.files.answers import accepts_gzip
from publisher.web.files.conditions import FileRequest, byte_range, status_for

ETAG = '"abc"'
MODIFIED = 1_733_731_200  # Mon, 09 Dec 2024 08:00:00 GMT
THEN = "Mon, 09 Dec 2024 08:00:00 GMT"
BEFORE = "Mon, 09 Dec 2024 07:59:59 GMT"
RFC_850 = "Monday, 09-Dec-24 08:00:00 GMT"

STATUSES = [
    (FileRequest(), 200),
    (FileRequest(if_none_match=ETAG), 304),
    (FileRequest(if_none_match='W/"abc"'), 304),
    (FileRequest(if_none_match='"x", "abc"'), 304),
    (FileRequest(if_none_match="*"), 304),
    (FileRequest(if_none_match='"x"'), 200),
    (FileRequest(if_none_match="abc"), 200),
    (FileRequest(if_none_match='"ab'), 200),
    (FileRequest(if_modified_since=THEN), 304),
    (FileRequest(if_modified_since=RFC_850), 304),
    (FileRequest(if_modified_since=BEFORE), 200),
    (FileRequest(if_modified_since="yesterday"), 200),
    (FileRequest(if_modified_since="Mon, 99 Dec 99999 08:00:00 GMT"), 200),
    # The tag decides where both are there.
    (FileRequest(if_none_match='"x"', if_modified_since=THEN), 200),
    (FileRequest(if_match=ETAG), 200),
    (FileRequest(if_match="*"), 200),
    (FileRequest(if_match='"x"'), 412),
    (FileRequest(if_match='W/"abc"'), 412),
    (FileRequest(if_unmodified_since=THEN), 200),
    (FileRequest(if_unmodified_since=BEFORE), 412),
    (FileRequest(if_match=ETAG, if_unmodified_since=BEFORE), 200),
    (FileRequest(if_match=ETAG, if_none_match=ETAG), 304),
]


@pytest.mark.parametrize(("asked", "status"), STATUSES)
def test_conditions(asked: FileRequest, status: int) -> None:
    assert status_for(asked, ETAG, MODIFIED) == status


RANGES = [
    ("bytes=0-0", (0, 0)),
    ("bytes=0-", (0, 9)),
    ("bytes=3-5", (3, 5)),
    ("bytes=3-500", (3, 9)),
    ("bytes=-3", (7, 9)),
    ("bytes=-300", (0, 9)),
    ("bytes=9-9", (9, 9)),
    ("bytes=5-3", None),
    ("bytes=-", None),
    ("bytes=1-2,4-5", None),
    ("lines=1-2", None),
    ("bytes=a-b", None),
    ("", None),
    ("bytes=10-", "416"),
    ("bytes=-0", "416"),
    ("bytes=999999999999999999-", "416"),
]


@pytest.mark.parametrize(("header", "wanted"), RANGES)
def test_ranges(header: str, wanted: object) -> None:
    try:
        assert byte_range(FileRequest(range=header), ETAG, MODIFIED, 10) == wanted
    except ValueError:
        assert wanted == "416"


@pytest.mark.parametrize(
    ("if_range", "holds"),
    [
        (ETAG, True),
        ('"x"', False),
        ('W/"abc"', False),
        (THEN, True),
        (BEFORE, False),
        ("nonsense", False),
    ],
)
def test_a_part_of_what_is_the_same_only(if_range: str, holds: bool) -> None:
    asked = FileRequest(range="bytes=1-2", if_range=if_range)
    assert byte_range(asked, ETAG, MODIFIED, 10) == ((1, 2) if holds else None)


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", True),
        ("GZIP", True),
        ("*", True),
        ("x-gzip", True),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("*;q=0", False),
        ("gzip;q=0, *", False),
        ("br", False),
        ("identity", False),
        ("", False),
    ],
)
def test_who_takes_gzip(header: str, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted
