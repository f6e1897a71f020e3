"""arXiv on 127.0.0.1, for tests: listings, catch-up, RSS, export API, and all their moods.

    with FakeArxiv(lambda: now) as arxiv:
        arxiv.announce(date(2026, 12, 1), "cs.CV", FakePaper("2611.00001", "A title"))
        arxiv.faults.append(Fault("429", "/list/", times=2, retry_after="7"))

An announcement is out from 20:00 of New York on the day before, or from `at`. A holiday is a day
without an announcement. Pages follow the templates of github.com/arXiv/arxiv-browse.
"""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterable
    from datetime import date

_ZONE = ZoneInfo("America/New_York")
_NAMES = {"cs.CV": "Computer Vision and Pattern Recognition", "cs.LG": "Machine Learning"}
_NEW, _CROSS, _REPLACED = "New", "Cross", "Replacement"
_SHOW_VALUES = {25, 50, 100, 250, 500, 1000, 2000}


@dataclass(frozen=True)
class FakePaper:
    """A version of a paper; the first of `categories` is the primary one."""

    number: str
    title: str = ""
    abstract: str = ""
    authors: tuple[str, ...] = ("Ada Lovelace", "Grace Hopper")
    categories: tuple[str, ...] = ("cs.CV",)
    version: int = 1
    comment: str = ""
    journal: str = ""
    doi: str = ""
    html: bool = True  # has a page of its full text

    @property
    def name(self) -> str:
        return self.title or f"The paper {self.number}"

    @property
    def text(self) -> str:
        return self.abstract or f"We study what {self.number} is about, and find 42 results."


@dataclass
class Fault:
    """What goes wrong with the next `times` requests whose path has `where` in it; -1: with all.

    `kind` is a status such as "429", or "drop" (the connection closes without an answer), "half"
    (it closes within the answer), "cut" (the page ends early), "short" (the listing shows `keep`
    entries of all), "garbage" (bytes in the middle), "noise" (nothing but bytes), "empty" (a
    listing with its date and no updates), "undated", "moved" (a redirect to itself), "other site"
    (a redirect `to` another).
    """

    kind: str
    where: str = ""
    times: int = 1
    retry_after: str = ""
    keep: int = 16
    to: str = "http://localhost:9/elsewhere"


@dataclass(frozen=True)
class SeenRequest:
    """A request that came in."""

    path: str
    headers: dict[str, str]
    at: datetime


@dataclass
class _Announcement:
    at: datetime
    papers: list[FakePaper] = field(default_factory=list)


class FakeArxiv:
    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.faults: list[Fault] = []
        self.requests: list[SeenRequest] = []
        self.connections = 0
        self.has_catchup = True
        self.has_search = True
        self.needs_accept = True  # 406 without an Accept header, as since September 2026
        self.ignores_skip = False  # serves its first page whatever is asked
        self.has_stale_rss = False  # serves yesterday's items under today's build date
        self.api_lag = timedelta(0)  # after the announcement
        self._days: dict[str, dict[date, _Announcement]] = {}
        self._submitted: dict[str, datetime] = {}
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.arxiv = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.close_connections()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api"

    def announce(
        self, day: date, category: str, *papers: FakePaper, at: datetime | None = None
    ) -> None:
        """Announce papers in a category: new, cross-listed, or replaced from version 2 on."""
        release = datetime.combine(day - timedelta(days=1), time(20), _ZONE).astimezone(UTC)
        announcement = _Announcement(at or release, list(papers))
        with self._lock:
            self._days.setdefault(category, {})[day] = announcement
            for paper in papers:
                early = timedelta(days=2 if day.weekday() == 0 else 0, hours=7)
                self._submitted.setdefault(paper.number, release - early)

    def paths(self, part: str = "") -> list[str]:
        """Return the paths that were asked for and have `part` in them."""
        return [request.path for request in self.requests if part in request.path]

    # What the handler asks for.

    def fault(self, path: str) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                if fault.times and fault.where in path:
                    fault.times -= 1
                    return fault
        return None

    def out(self, category: str) -> dict[date, _Announcement]:
        with self._lock:
            days = sorted(self._days.get(category, {}).items())
        return {day: announcement for day, announcement in days if announcement.at <= self.clock()}

    def submitted(self, number: str) -> datetime:
        return self._submitted[number]

    def known_to_api(self) -> list[FakePaper]:
        """Return the newest version of each paper, in the order of their numbers."""
        newest: dict[str, FakePaper] = {}
        with self._lock:
            for days in self._days.values():
                for announcement in days.values():
                    if announcement.at + self.api_lag <= self.clock():
                        for paper in announcement.papers:
                            known = newest.get(paper.number)
                            if known is None or known.version < paper.version:
                                newest[paper.number] = paper
        return [newest[number] for number in sorted(newest)]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    arxiv: FakeArxiv

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)  # type: ignore[arg-type]
        self._open: set[socket.socket] = set()

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        self.arxiv.connections += 1
        self._open.add(connection)
        return connection, address

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that hang up."""

    def close_connections(self) -> None:
        for connection in self._open:
            connection.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        arxiv = self.server.arxiv
        parts = urlsplit(self.path)
        arxiv.requests.append(SeenRequest(self.path, dict(self.headers), arxiv.clock()))
        if arxiv.needs_accept and not self.headers.get("Accept"):
            self.answer(406, b"Not Acceptable")
            return
        fault = arxiv.fault(self.path)
        if fault is not None and self.refuse(fault):
            return
        page = Page(arxiv, unquote(parts.path), parse_qs(parts.query), fault)
        status, content, kind = page.content()
        body = content.encode()
        if fault is not None:
            body = damaged(body, fault)
        if fault is not None and fault.kind == "half":
            self.answer(status, body, kind, length=len(body) * 2)
            self.close_connection = True
        else:
            self.answer(status, body, kind)

    def refuse(self, fault: Fault) -> bool:
        """Answer with nothing but the fault, if it is of that sort."""
        if fault.kind == "drop":
            self.close_connection = True
        elif fault.kind == "moved":
            self.answer(301, b"", location=self.path)
        elif fault.kind == "other site":
            self.answer(302, b"", location=fault.to)
        elif fault.kind.isdigit():
            self.answer(int(fault.kind), b"no", retry_after=fault.retry_after)
        else:
            return False
        return True

    def answer(
        self,
        status: int,
        body: bytes,
        kind: str = "text/plain",
        *,
        length: int = -1,
        retry_after: str = "",
        location: str = "",
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length < 0 else length))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)


def damaged(body: bytes, fault: Fault) -> bytes:
    middle = len(body) // 2
    if fault.kind in {"cut", "half"}:
        return body[:middle]
    noise = bytes(range(256)) * 4
    if fault.kind == "garbage":
        return body[:middle] + noise + body[middle:]
    return noise if fault.kind == "noise" else body


@dataclass
class Page:
    """The answer to a request."""

    arxiv: FakeArxiv
    path: str
    query: dict[str, list[str]]
    fault: Fault | None

    def content(self) -> tuple[int, str, str]:
        """Return status, text and media type."""
        if match := re.fullmatch(r"/list/([\w.-]+)/new", self.path):
            return self.newest(match[1])
        if match := re.fullmatch(r"/catchup/([\w.-]+)/(\d{4}-\d\d-\d\d)", self.path):
            return self.catchup(match[1], match[2])
        if match := re.fullmatch(r"/rss/([\w.-]+)", self.path):
            return 200, self.rss(match[1]), "application/rss+xml"
        if self.path == "/api/query":
            return self.api()
        if match := re.fullmatch(r"/html/([\w.-]+(?:/\d+)?)v(\d+)", self.path):
            return self.full_text(match[1], int(match[2]))
        return 404, "Not found", "text/plain"

    def asked(self, name: str, default: str) -> str:
        return self.query.get(name, [default])[0]

    def newest(self, category: str) -> tuple[int, str, str]:
        announcements = self.arxiv.out(category)
        if not announcements:
            return 404, "Not found", "text/plain"
        show = int(self.asked("show", "2000"))
        if show not in _SHOW_VALUES:
            return 400, "Invalid show value", "text/plain"
        day, announcement = list(announcements.items())[-1]
        skip = 0 if self.arxiv.ignores_skip else int(self.asked("skip", "0"))
        heading = f"<h3>Showing new listings for {day:%A}, {day.day} {day:%B %Y}</h3>"
        if self.fault and self.fault.kind == "undated":
            heading = ""
        return 200, self.listing(category, announcement.papers, heading, skip, show), "text/html"

    def catchup(self, category: str, day: str) -> tuple[int, str, str]:
        if not self.arxiv.has_catchup:
            return 404, "Not found", "text/plain"
        announcements = {str(day): a for day, a in self.arxiv.out(category).items()}
        papers = announcements[day].papers if day in announcements else []
        stated = datetime.fromisoformat(day).strftime("%a, %d %b %Y")
        heading = f"<h1>Catchup results for {_NAMES.get(category, category)} on {stated}</h1>"
        skip = (int(self.asked("page", "1")) - 1) * 2000
        text = self.listing(category, papers, heading, skip, 2000, f" for {stated}")
        return 200, text, "text/html"

    def listing(
        self,
        category: str,
        papers: list[FakePaper],
        heading: str,
        skip: int,
        show: int,
        suffix: str = "",
    ) -> str:
        if self.fault and self.fault.kind == "short":
            show = self.fault.keep
        if self.fault and self.fault.kind == "empty":
            papers = []
        order = [_NEW, _CROSS, _REPLACED]
        ordered = sorted(papers, key=lambda paper: order.index(part_of(paper, category)))
        numbered = list(enumerate(ordered, 1))[skip : skip + show]
        lists = []
        for part in order:
            total = sum(part_of(paper, category) == part for paper in papers)
            shown = [pair for pair in numbered if part_of(pair[1], category) == part]
            if shown:
                first = "first " if len(shown) < total else ""
                lists.append(
                    f"<dl id='articles'>\n<h3>{part} submissions (showing {first}{len(shown)} of "
                    f"{total} entries)</h3>\n{''.join(entry(*pair, part) for pair in shown)}</dl>\n"
                )
        nothing = f"<p>No updates{suffix or ' today'}.</p>"
        counts = f"<div class='paging'>Total of {len(papers)} entries{suffix}</div>"
        counts = counts if papers or suffix else ""
        name = _NAMES.get(category, category)
        return (
            "<!DOCTYPE html>\n<html lang='en'><head><title>arXiv</title></head><body>\n"
            f"<div id='content-inner'><div id='dlpage'>\n<h1>{name}</h1>\n"
            f"{heading}\n{counts}\n{''.join(lists) or nothing}\n{counts}</div></div>\n"
            "</body></html>\n"
        )

    def rss(self, category: str) -> str:
        announcements = list(self.arxiv.out(category).items())
        build_day = announcements[-1][0] if announcements else self.arxiv.clock().date()
        if self.arxiv.has_stale_rss:
            announcements.pop()
        items = []
        for day, announcement in announcements[-1:]:
            papers = announcement.papers
            if self.fault and self.fault.kind == "short":
                papers = papers[: self.fault.keep]
            items += [rss_item(paper, category, day) for paper in papers]
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>'
            f"<title>{category} updates on arXiv.org</title>"
            f"<lastBuildDate>{rss_date(build_day)}</lastBuildDate>{''.join(items)}</channel></rss>"
        )

    def api(self) -> tuple[int, str, str]:
        known = self.arxiv.known_to_api()
        start, most = int(self.asked("start", "0")), int(self.asked("max_results", "10"))
        if numbers := self.asked("id_list", ""):
            wanted = [re.sub(r"v\d+$", "", number) for number in numbers.split(",")]
            papers = [paper for number in wanted for paper in known if paper.number == number]
        elif not self.arxiv.has_search:
            return 400, "no search", "text/plain"
        else:
            papers = self.search(known, self.asked("search_query", ""))
        page = papers[start : start + most]
        entries = "".join(atom_entry(paper, self.arxiv.submitted(paper.number)) for paper in page)
        text = (
            '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
            '<opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
            f"{len(papers)}</opensearch:totalResults>\n{entries}</feed>\n"
        )
        return 200, text, "application/atom+xml"

    def search(self, known: Iterable[FakePaper], query: str) -> list[FakePaper]:
        match = re.fullmatch(r"cat:(\S+) AND submittedDate:\[(\d{12}) TO (\d{12})\]", query)
        if match is None:
            return []
        return [
            paper
            for paper in known
            if match[1] in paper.categories
            and match[2] <= f"{self.arxiv.submitted(paper.number):%Y%m%d%H%M}" < match[3]
        ]

    def full_text(self, number: str, version: int) -> tuple[int, str, str]:
        for paper in self.arxiv.known_to_api():
            if paper.number == number and paper.version == version and paper.html:
                text = (
                    f"<html><body><article class='ltx_document'><h1>{escape(paper.name)}</h1>"
                    f"<div class='ltx_abstract'><p>{escape(paper.text)}</p></div>"
                    "<section class='ltx_section'><h2>1 Introduction</h2><p class='ltx_p'>The full "
                    "text has 17 sections.</p></section></article></body></html>"
                )
                return 200, text, "text/html"
        return 404, "No HTML for this paper", "text/plain"


def part_of(paper: FakePaper, category: str) -> str:
    if paper.version > 1:
        return _REPLACED
    return _NEW if paper.categories[0] == category else _CROSS


def entry(index: int, paper: FakePaper, part: str) -> str:
    number, versioned = paper.number, f"{paper.number}v{paper.version}"
    note = {
        _NEW: "",
        _CROSS: f"(cross-list from {paper.categories[0]})",
        _REPLACED: "(replaced)",
    }[part]
    files = f'<a href="/pdf/{number}" title="Download PDF" id="pdf-{number}">pdf</a>'
    if paper.html:
        files += f', <a href="https://arxiv.org/html/{versioned}" title="View HTML">html</a>'
    subjects = [f"{_NAMES.get(name, 'Some Subject')} ({name})" for name in paper.categories]
    authors = ", ".join(f'<a href="/search/?query=x">{escape(name)}</a>' for name in paper.authors)
    optional = [
        f"<div class='{css} mathjax'><span class='descriptor'>{label}:</span>\n  {escape(text)}"
        "\n</div>"
        for css, label, text in (
            ("list-comments", "Comments", paper.comment),
            ("list-journal-ref", "Journal-ref", paper.journal),
        )
        if text
    ]
    return f"""<dt>
  <a name='item{index}'>[{index}]</a>
  <a href ="/abs/{number}" title="Abstract" id="{number}">
    arXiv:{number}
  </a>
  {note}
  [{files}]
</dt>
<dd>
  <div class='meta'>
    <div class='list-title mathjax'><span class='descriptor'>Title:</span>
      {escape(paper.name)}
    </div>
    <div class='list-authors'>{authors}</div>
    {"".join(optional)}
    <div class='list-subjects'><span class='descriptor'>Subjects:</span>
      <span class="primary-subject">{subjects[0]}</span>{"".join(f"; {s}" for s in subjects[1:])}
    </div>
    <p class='mathjax'>
      {escape(paper.text)}
    </p>
  </div>
</dd>
"""


def rss_date(day: date) -> str:
    moment = datetime.combine(day, time(), _ZONE)
    return moment.strftime("%a, %d %b %Y %H:%M:%S %z")


def rss_item(paper: FakePaper, category: str, day: date) -> str:
    kind = {_NEW: "new", _CROSS: "cross", _REPLACED: "replace"}[part_of(paper, category)]
    versioned = f"{paper.number}v{paper.version}"
    return (
        f"<item><title>{escape(paper.name)}</title>"
        f"<link>https://arxiv.org/abs/{paper.number}</link>"
        f"<description>arXiv:{versioned} Announce Type: {kind}\nAbstract: {escape(paper.text)}"
        f'</description><guid isPermaLink="false">oai:arXiv.org:{versioned}</guid>'
        f"{''.join(f'<category>{name}</category>' for name in paper.categories)}"
        f"<pubDate>{rss_date(day)}</pubDate><arxiv:announce_type>{kind}</arxiv:announce_type>"
        f"<dc:creator>{escape(', '.join(paper.authors))}</dc:creator></item>"
    )


def atom_entry(paper: FakePaper, submitted: datetime) -> str:
    versioned = f"{paper.number}v{paper.version}"
    updated = submitted + timedelta(days=paper.version - 1)
    namespace = 'xmlns:arxiv="http://arxiv.org/schemas/atom"'
    optional = [
        f"<arxiv:{name} {namespace}>{escape(text)}</arxiv:{name}>"
        for name, text in (
            ("comment", paper.comment),
            ("journal_ref", paper.journal),
            ("doi", paper.doi),
        )
        if text
    ]
    return f"""<entry>
<id>http://arxiv.org/abs/{versioned}</id>
<updated>{updated:%Y-%m-%dT%H:%M:%SZ}</updated>
<published>{submitted:%Y-%m-%dT%H:%M:%SZ}</published>
<title>{escape(paper.name)}</title>
<summary>  {escape(paper.text)}
</summary>
{"".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)}
{"".join(optional)}
<link href="http://arxiv.org/abs/{versioned}" rel="alternate" type="text/html"/>
<link title="pdf" href="http://arxiv.org/pdf/{versioned}" rel="related" type="application/pdf"/>
<arxiv:primary_category {namespace} term="{paper.categories[0]}"/>
{"".join(f'<category term="{name}"/>' for name in paper.categories)}
</entry>
"""
