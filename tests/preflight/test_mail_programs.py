"""Real messages in other people's programs: a spam filter, a mail reader, Python's own parser."""

from __future__ import annotations

import email
import email.policy
import mailbox
import os
import re
import select
import shutil
import subprocess
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from publisher.formatter.email import render_edition
from publisher.models import EditionKey, Frequency, Severity
from publisher.services import build, drafts
from publisher.services.preflight import check_messages, draft_messages
from publisher.services.store import open_store
from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.preflight.rendered_message import RenderedMessage

PLACES = {
    "site": {"url": "https://papers.digest-lab.dev/"},
    "web": {"url": "https://letters.digest-lab.dev/"},
    "mail": {"from_address": "weekly@papers.digest-lab.dev"},
}
WEEKS = 10
OF_THE_DIGESTS = {"P203", "P304"}  # http: where an author or a digest has no https:


def letters(folder: Path, where: Path, most: int) -> list[RenderedMessage]:
    """Return the messages of `most` issues of the digests in `folder`, spread over time."""
    from publisher.newsletter.periods import period_of

    flags = {**PLACES, "source": {"folders": [str(folder)]}}
    settings = load(None, {"PUBLISHER_STORE__URL": f"sqlite:///{where}/letters.db"}, flags)
    collection = build.collect(settings)
    ids = sorted(
        {
            period_of(paper.first_published, settings, Frequency.WEEKLY).id
            for paper in collection.papers
        }
    )
    made = []
    with open_store(settings) as store:
        for issue_id in ids[:: max(1, len(ids) // most)][:most]:
            issue = drafts.issue_by_id(issue_id, collection, settings, store)
            edition = render_edition(issue, EditionKey(), settings)
            made += draft_messages([edition], issue, settings, store)
    return made


@pytest.fixture(scope="module")
def of_the_corpus(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> list[RenderedMessage]:
    return letters(corpus, tmp_path_factory.mktemp("corpus"), WEEKS)


@pytest.fixture
def of_the_examples(examples: Path, tmp_path: Path) -> list[RenderedMessage]:
    return letters(examples, tmp_path, 1)


def check(found: Sequence[RenderedMessage]) -> None:
    strict = email.policy.default.clone(raise_on_defect=True)
    for letter in found:
        message = email.message_from_bytes(letter.raw, policy=strict)
        assert [part.get_content_type() for part in message.iter_parts()] == [
            "text/plain",
            "text/html",
        ]
        assert all(part.get_content() for part in message.iter_parts())
    said = [
        f"{one.path} {one}"
        for one in check_messages(found)
        if one.severity is not Severity.NOTE and one.code not in OF_THE_DIGESTS
    ]
    assert said == []


def test_the_examples_have_no_defect_and_no_warning(of_the_examples: list[RenderedMessage]) -> None:
    check(of_the_examples)


def test_ten_weeks_have_no_defect_and_no_warning(of_the_corpus: list[RenderedMessage]) -> None:
    assert len(of_the_corpus) == WEEKS
    check(of_the_corpus)


SPAMASSASSIN = shutil.which("spamassassin")


@pytest.fixture(scope="module")
def spam_reports(
    of_the_corpus: list[RenderedMessage], tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """Have all messages judged at once: to read its rules takes the filter seconds."""
    folder = tmp_path_factory.mktemp("spam")
    with closing(mailbox.mbox(folder / "mbox")) as messages:
        for letter in of_the_corpus:
            messages.add(letter.raw)
    done = subprocess.run(
        [str(SPAMASSASSIN), "--local", "--test-mode", f"--prefspath={folder / 'prefs'}",
         "--mbox", folder / "mbox"],
        capture_output=True,
        timeout=600,
        check=True,
    )  # fmt: skip
    _, *reports = done.stdout.decode("utf-8", "replace").split("Content analysis details:")
    assert len(reports) == len(of_the_corpus), done.stderr
    return [report.partition("\nFrom ")[0] for report in reports]


@pytest.mark.slow
@pytest.mark.skipif(SPAMASSASSIN is None, reason="spamassassin is not installed")
@pytest.mark.parametrize("number", range(WEEKS))
def test_no_spam(spam_reports: list[str], number: int) -> None:
    report = spam_reports[number]
    rules = dict(re.findall(r"^ *(-?[\d.]+) +([A-Z][A-Z0-9_]+) ", report, re.MULTILINE))
    score = re.search(r"\((-?[\d.]+) points", report)
    assert score is not None, report
    assert float(score[1]) <= 0, report
    assert "MAILING_LIST_MULTI" in rules.values(), "it is seen as what it is"


def seen_in(program: str, keys: str, folder: Path, wanted: str) -> str:
    """Return what `program` has shown of the Maildir `folder` when `wanted` came up."""
    import pty

    settings = folder.parent / "muttrc"
    settings.write_text(
        f"set mbox_type=Maildir\nset folder={folder.parent}\nset sort=threads\nset charset=utf-8\n"
        'set index_format="in thread: %E, %s"\nset attach_format="part %n %m/%M %e"\n'
        "alternative_order text/plain\nignore *\nunignore subject\nset mailcap_path=/dev/null\n",
        encoding="utf-8",
    )
    main, side = pty.openpty()
    size = {"LINES": "40", "COLUMNS": "160", "TERM": "xterm", "LC_ALL": "C.UTF-8"}
    process = subprocess.Popen(
        [program, "-n", "-F", str(settings), "-R", "-f", str(folder), "-e", f'push "{keys}"'],
        stdin=side,
        stdout=side,
        stderr=side,
        env={**os.environ, **size, "HOME": str(folder.parent)},
        start_new_session=True,
    )
    os.close(side)
    shown, deadline = b"", time.monotonic() + 120
    try:
        while not re.search(wanted.encode(), shown) and time.monotonic() < deadline:
            if select.select([main], [], [], 1)[0]:
                shown += os.read(main, 1 << 16)
    finally:
        process.kill()
        process.wait()
        os.close(main)
    return re.sub(r"\x1b[\[(][0-9;?]*[A-Za-z]", " ", shown.decode("utf-8", "replace"))


@pytest.mark.parametrize("program", ["mutt", "neomutt"])
def test_a_mail_reader_opens_both_parts(
    of_the_examples: list[RenderedMessage], tmp_path: Path, program: str
) -> None:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"{program} is not installed")
    folder = tmp_path / "Maildir"
    for name in ("cur", "new", "tmp"):
        (folder / name).mkdir(parents=True)
    (letter,) = of_the_examples
    for number in (1, 2):  # what arrives on disk has the line ends of the system
        copy = letter.raw.replace(b"Message-ID: <", b"Message-ID: <%d." % number)
        (folder / "new" / f"1700000000.{number}.x").write_bytes(copy.replace(b"\r\n", b"\n"))
    index = seen_in(path, "<refresh>", folder, "in thread: 1.*in thread: 1")
    assert "in thread: 2" not in index
    listed = seen_in(path, "<view-attachments>", folder, "part 3 text/html quoted-printable")
    assert "part 2 text/plain quoted-printable" in listed
    first = letter.text.splitlines()[0]
    assert first in seen_in(path, "<display-message>", folder, first)
    opened = seen_in(path, "<view-attachments><last-entry><view-attach>", folder, "<!DOCTYPE html>")
    assert "<!DOCTYPE html>" in opened
