"""Pages of arXiv in the shapes that were seen, and in none."""

from __future__ import annotations

from datetime import date
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.gather.arxiv.listing import linked_id, linked_version, read_listing
from publisher.models.gathering import AnnouncementKind

NEW, CROSS, REPLACED = AnnouncementKind
DAY = date(2026, 9, 1)
# After the templates of arXiv/arxiv-browse: list/new.html with list/list_macros.html.
TODAY = """<!DOCTYPE html>
<html lang="en"><head><title>Computer Vision</title></head><body>
<div id='content-inner'><div id='dlpage'>
<h1>Computer Vision and Pattern Recognition</h1>
<ul><li><a href="#item0">New submissions</a></li><li><a href="#item2">Cross-lists</a></li></ul>
<p>See <a id="recent-cs.CV" href="/list/cs.CV/recent">recent</a> articles</p>
<h3>Showing new listings for Tuesday, 1 September 2026</h3>
<div class='paging'>Total of 3 entries
</div>
<div class='morefewer'>Showing up to 2000 entries per page:
  <a href=/list/cs.CV/new?skip=0&amp;show=1000 rel="nofollow">fewer</a> |
  <span style="color: #454545">more</span></div>
<dl id='articles'>
  <h3>New submissions (showing 1 of 1 entries)</h3>
    <dt>
      <a name='item1'>[1]</a>
      <a href ="/abs/2608.27001" title="Abstract" id="2608.27001">
        arXiv:2608.27001
      </a>
      [<a href="/pdf/2608.27001" title="Download PDF" id="pdf-2608.27001">pdf</a>, <a
        href="https://arxiv.org/html/2608.27001v1" title="View HTML" target="_blank">html</a>]
    </dt>
    <dd>
      <div class='meta'>
        <div class='list-title mathjax'><span class='descriptor'>Title:</span>
          Total of 9 entries for
          $\\alpha$-Splatting
        </div>
        <div class='list-authors'><a href="https://arxiv.org/search/cs?query=A">Ada C&#233;sar</a>,
          <a href="https://arxiv.org/search/cs?query=B">Bob D.</a></div>
        <div class='list-comments mathjax'><span class='descriptor'>Comments:</span>
          Code at <a href="https://example.org/code" rel="external">this https URL</a>
        </div>
        <div class='list-journal-ref'><span class='descriptor'>Journal-ref:</span>
          J. Vis. 3 (2026)
        </div>
        <div class='list-subjects'><span class='descriptor'>Subjects:</span>
          <span class="primary-subject">Computer Vision and Pattern Recognition (cs.CV)</span>;
          Disordered Systems and Neural Networks (cond-mat.dis-nn); High Energy Physics (hep-th)
        </div>
        <p class='mathjax'>
          No updates today for a < b.<br/>See <a href="http://example.org/x">this http URL</a>.
        </p>
      </div>
    </dd>
</dl>
<dl id='articles'>
  <h3>Cross submissions (showing 1 of 1 entries)</h3>
    <dt>
      <a name='item2'>[2]</a>
      <a href ="/abs/math/0309136" title="Abstract" id="math/0309136">
        arXiv:math/0309136
      </a>
      (cross-list from math.GT)
      [<a href="/pdf/math/0309136" title="Download PDF">pdf</a>]
    </dt>
    <dd><div class='meta'>
        <div class='list-title mathjax'><span class='descriptor'>Title:</span>Knots</div>
        <div class='list-authors'>(author list is unavailable)</div>
    </div></dd>
</dl>
<dl id='articles'>
  <h3>Replacement submissions (showing 1 of 1 entries)</h3>
    <dt>
      <a name='item3'>[3]</a>
      <a href ="/abs/2501.00001" title="Abstract" id="2501.00001">
        arXiv:2501.00001
      </a>
      (replaced)
      [<a href="/pdf/2501.00001">pdf</a>, <a href="https://arxiv.org/html/2501.00001v4">html</a>]
    </dt>
    <dd><div class='meta'>
        <div class='list-title mathjax'><span class='descriptor'>Title:</span>Old</div>
    </div></dd>
</dl>
</div></div></body></html>
"""


def test_a_listing_of_today() -> None:
    page = read_listing(TODAY.encode())
    assert (page.day, page.total, page.whole, page.nothing) == (DAY, 3, True, False)
    assert [entry.index for entry in page.entries] == [1, 2, 3]
    assert [entry.kind for entry in page.entries] == [NEW, CROSS, REPLACED]
    first, second, third = (entry.paper for entry in page.entries)
    assert first is not None
    assert first.id == "arxiv:2608.27001"
    assert first.title == "Total of 9 entries for $\\alpha$-Splatting"
    assert first.authors == ("Ada César", "Bob D.")
    assert first.comment == "Code at https://example.org/code"
    assert first.journal == "J. Vis. 3 (2026)"
    assert first.categories == ("cs.CV", "cond-mat.dis-nn", "hep-th")
    assert first.abstract == "No updates today for a < b. See http://example.org/x."
    assert second is not None
    assert (second.id, second.authors, second.version) == ("arxiv:math/0309136", (), 1)
    assert third is not None
    assert (third.id, third.version) == ("arxiv:2501.00001", 4)
    assert third.pdf_url == "https://arxiv.org/pdf/2501.00001v4"


@pytest.mark.parametrize(
    ("heading", "day"),
    [
        ("<h3>Showing new listings for Tuesday, 1 September 2026</h3>", DAY),
        ("<h3>SHOWING NEW LISTINGS FOR TUESDAY, 1 SEPTEMBER 2026</h3>", DAY),
        ("<h1>Catchup results for Computer Vision on Tue, 01 Sep 2026</h1>", DAY),
        ("<h3>New submissions for Tue, 1 Sep 26</h3>", DAY),
        ("<h3>Showing new listings for Tuesday, 31 September 2026</h3>", None),
        ("<h3>Showing new listings for Tuesday, 1 Brumaire 2026</h3>", None),
        ("<h3>Access denied on Tuesday</h3>", None),
    ],
)
def test_dates(heading: str, day: date | None) -> None:
    assert read_listing(f"<html><body>{heading}</body></html>".encode()).day == day


@pytest.mark.parametrize(
    ("text", "total"),
    [
        ("<div>Total of 12 entries</div><h3>New submissions (showing 2 of 2 entries)</h3>", 12),
        ("<div>Total of 1,912 entries for Tue, 1 Sep 2026</div>", 1912),
        ("<h3>New submissions (showing 2 of 2 entries)</h3>", 2),
        (
            """<h3>New submissions (continued, showing last 2 of 5 entries)</h3>
            <h3>Cross submissions (showing first 2 of 7 entries)</h3>""",
            12,
        ),
        ("<p>Nothing is stated.</p>", None),
    ],
)
def test_totals(text: str, total: int | None) -> None:
    assert read_listing(f"<html><body>{text}</body></html>".encode()).total == total


@pytest.mark.parametrize("end", [0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99])
def test_a_cut_page_keeps_entries_that_are_whole(end: float) -> None:
    whole = read_listing(TODAY.encode())
    cut = read_listing(TODAY[: int(len(TODAY) * end)].encode())
    assert cut.entries == whole.entries[: len(cut.entries)]
    assert cut.total in {None, 3}


def test_entries_without_id_are_counted() -> None:
    page = read_listing(TODAY.replace("2608.27001", "unknown").encode())
    assert [entry.paper is None for entry in page.entries] == [True, False, False]


@pytest.mark.parametrize(
    ("url", "number", "version"),
    [
        ("/abs/2608.27001", "2608.27001", 0),
        ("http://arxiv.org/abs/2608.27001v12", "2608.27001", 12),
        ("http://127.0.0.1:8080/abs/math.GT/0309136v2", "math/0309136", 2),
        ("https://arxiv.org/html/2608.27001v3?x=1", "2608.27001", 3),
        ("http://arxiv.org/api/errors#incorrect_id_format_for_x", "", 0),
        ("/abs/not-an-id", "", 0),
        ("", "", 0),
    ],
)
def test_ids_in_addresses(url: str, number: str, version: int) -> None:
    identifier = linked_id(url)
    assert (identifier.number if identifier else "") == number
    assert linked_version(url) == version


@given(st.binary(max_size=400), st.integers(0, len(TODAY)), st.integers(0, 300))
def test_no_bytes_break_it(noise: bytes, position: int, missing: int) -> None:
    read_listing(noise)
    page = TODAY.encode()
    read_listing(page[:position] + noise + page[position + missing :])


@pytest.mark.parametrize(
    "text",
    [
        "<dt>" * 100_000,
        "<dt><dd>" * 50_000,
        "<h3>" * 100_000,
        "for Tue, " * 100_000,
        "showing first " * 100_000,
        "<dd><div class='list-subjects'>" + "(a; " * 100_000,
        "<a href='/abs/" + "1" * 500_000,
        "<dt>" + "<a href='/abs/2608.27001'>this http" * 20_000,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_pages_take_no_longer(text: str) -> None:
    start = perf_counter()
    read_listing(f"<html><body>{text}".encode())
    assert perf_counter() - start < 5
