"""`publisher run` as a process: real files, a real mail server, a real mailbox, real signals."""

from __future__ import annotations

import shutil
import signal
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from typing import TYPE_CHECKING

import pytest
from support.ports import free_port
from support.program import CLOCKED, PATIENCE, running, until
from support.smtp_sink import Sink, mail_server, smtp_at

from publisher.models import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Home  # type: ignore[attr-defined]

ISSUE = "2024-W49"
IN_DOUBT, SENT = DeliveryState.IN_DOUBT, DeliveryState.SENT


def test_everything_happens_by_itself(home: Home) -> None:
    people = home.join(3)
    mailbox = home.folder / "mail" / "new"
    for name in ("new", "cur", "tmp"):
        (home.folder / "mail" / name).mkdir(parents=True)
    home.settings('[inbox]\nmaildir = "mail"\nwatch_seconds = 1\n')
    sink = Sink()
    with mail_server(sink) as smtp, running(home.folder, "run", **smtp) as run:
        run.said("start: ")
        until(lambda: len(sink.got) == 3)
        assert sink.recipients() == people
        # The list of issues knows it: that is another build.
        until(lambda: ISSUE in home.page("issues/index.html"))
        title = home.land(77)
        until(lambda: title in home.feed())
        (mailbox / "1.host").write_text(
            "From: new@example.net\nTo: weekly@papers.example.org\nSubject: subscribe\n"
            "Message-ID: <1@example.net>\n\n\n"
        )
        until(lambda: "new@example.net" in sink.recipients())
        (answer,) = [data for to, data in sink.got if to == "new@example.net"]
        assert "1@example.net" in str(message_from_bytes(answer)["In-Reply-To"])
        assert run.signal(signal.SIGTERM) == 0
        assert "letters: 1 sent" in "\n".join(run.everything())
    assert home.store.deliveries.counts(ISSUE)[SENT] == 3
    states = {state.name: state for state in home.store.tasks.all()}
    assert set(states) >= {"build", "issues", "inbox", "letters"}
    assert not any(state.failed for state in states.values())
    assert Counter(to for to, _ in sink.got).most_common(1)[0][1] == 1


def confirm_by_hand(home: Home, email: str) -> None:
    home.store.subscribers.add(email, "", (), now=datetime.now(UTC))
    home.store.subscribers.confirm(email, now=datetime.now(UTC))


def import_from_a_file(home: Home, email: str) -> None:
    (home.folder / "people.csv").write_text(f"email,confirmed_at\n{email},2024-12-01\n")
    with running(home.folder, "subscribers", "import", "people.csv") as command:
        assert command.process.wait(PATIENCE) == 0


def resume_by_hand(home: Home, email: str) -> None:
    person = home.store.subscribers.find(email)
    assert person is not None
    home.store.subscribers.resume(person.id, now=datetime.now(UTC))


@pytest.mark.parametrize("come", [confirm_by_hand, import_from_a_file, resume_by_hand])
def test_a_due_issue_goes_out_as_soon_as_people_come(
    home: Home, come: Callable[[Home, str], None]
) -> None:
    """Whichever process they come by."""
    email = "late@example.org"
    # Somebody who does not get it: paused, or on another topic.
    confirm_by_hand(home, "other@example.org")
    other = home.store.subscribers.find("other@example.org")
    assert other is not None
    home.store.subscribers.set_topics(other.id, ["no-such-topic"])
    if come is resume_by_hand:
        confirm_by_hand(home, email)
        person = home.store.subscribers.find(email)
        assert person is not None
        home.store.subscribers.pause(person.id, until=None, now=datetime.now(UTC))
    sink = Sink()
    with mail_server(sink) as smtp, running(home.folder, "run", **smtp) as run:
        run.said("nobody is subscribed to its topics yet")
        assert sink.got == []
        come(home, email)
        began = time.monotonic()
        until(lambda: sink.recipients() == [email])
        assert time.monotonic() - began < 20, "a machine may be slow, but no minute is waited"
        until(lambda: home.store.deliveries.counts(ISSUE)[SENT] == 1)


def test_a_due_issue_goes_out_when_a_pause_ends(home: Home) -> None:
    confirm_by_hand(home, "back@example.org")
    person = home.store.subscribers.find("back@example.org")
    assert person is not None
    now = datetime.now(UTC)
    home.store.subscribers.pause(person.id, until=now + timedelta(seconds=25), now=now)
    sink = Sink()
    with mail_server(sink) as smtp, running(home.folder, "run", **smtp) as run:
        run.said("nobody is subscribed to its topics yet")
        until(lambda: sink.recipients() == ["back@example.org"])
        assert datetime.now(UTC) - now < timedelta(seconds=55)


def test_what_fails_is_said_once_and_stops_nothing_else(home: Home) -> None:
    people = home.join(2)
    port = free_port()
    with running(home.folder, "run", **smtp_at(port)) as run:
        assert "refused" in run.said("issues: error: ").lower()
        # Half a settings file leaves the last settings in force.
        (home.folder / "publisher.toml").write_text("[source\n")
        run.said("not valid TOML")
        title = home.land(77)
        until(lambda: title in home.feed())
        home.store.outgoing_queue.put("help", "who@example.net", "{}", now=datetime.now(UTC))
        assert "refused" in run.said("letters: error: ").lower()
        sink = Sink()
        with mail_server(sink, port):
            until(lambda: sink.recipients() == [*people, "who@example.net"])
            run.said("2 sent")
        lines = run.everything()
    assert len([line for line in lines if "issues: error: " in line]) == 1, lines
    assert len([line for line in lines if "not valid TOML" in line]) == 1, lines


def test_settings_that_change_hold_from_then_on(home: Home) -> None:
    people = home.join(2)
    mail = '[mail]\ntransport = "smtp"\nhost = "127.0.0.1"\nsecurity = "none"\nport = {}\n'
    home.settings(mail.format(free_port()))
    # Whether there is anything to build or not.
    (home.folder / "digests").rename(home.folder / "away")
    sink = Sink()
    with mail_server(sink) as smtp, running(home.folder, "run") as run:
        run.said("no such folder")
        (home.folder / "away").rename(home.folder / "digests")
        run.said("issues: error: ")
        (home.folder / "digests").rename(home.folder / "away")
        run.said("no such folder")
        home.settings(mail.format(smtp["PUBLISHER_MAIL__PORT"]))
        until(lambda: sink.recipients() == people)


def test_a_disk_without_room_is_said_and_tried_again(home: Home) -> None:
    (home.folder / "paper-site").write_text("a file where the folder should be")
    with running(home.folder, "run") as run:
        run.said("error: ")
        (home.folder / "paper-site").unlink()
        title = home.land(77)
        until(lambda: title in home.feed())


def test_who_subscribes_before_there_is_a_digest_gets_a_mail(home: Home) -> None:
    for folder in (home.folder / "digests").iterdir():
        shutil.rmtree(folder)
    home.store.outgoing_queue.put("help", "who@example.net", "{}", now=datetime.now(UTC))
    sink = Sink()
    with mail_server(sink) as smtp, running(home.folder, "run", **smtp) as run:
        run.said("error: ")
        until(lambda: sink.recipients() == ["who@example.net"])


def test_the_mail_in_flight_is_finished(home: Home) -> None:
    people = home.join(12)
    sink = Sink(seconds=0.5)
    with mail_server(sink) as smtp:
        smtp["PUBLISHER_MAIL__CONNECTIONS"] = "2"
        with running(home.folder, "run", **smtp) as run:
            until(lambda: len(sink.got) >= 2)
            assert run.signal(signal.SIGTERM) == 0
        counts = home.store.deliveries.counts(ISSUE)
        assert counts[IN_DOUBT] == counts[DeliveryState.SENDING] == 0
        assert counts[SENT] == len(sink.got) < 12
        sink.seconds = 0.0
        with running(home.folder, "run", **smtp) as run:
            run.said(f"{ISSUE}: ")
            until(lambda: len(sink.got) == 12)
    assert sink.recipients() == people


@pytest.mark.parametrize(
    ("refusal", "said", "hours"),
    [
        ("550 5.4.5 Daily user sending limit exceeded", "paused until ", 25.0),
        ("451 4.7.1 Greylisted, come back", "2 put off", 0.2),
    ],
    ids=["limit", "greylisted"],
)
def test_what_has_to_wait_goes_on_in_its_time(
    home: Home, refusal: str, said: str, hours: float
) -> None:
    """The clock jumps: back, where nothing happens, and on, as when a machine slept."""
    people = home.join(2)
    ahead = home.folder / "ahead"
    ahead.write_text("0")
    sink = Sink(refusal=refusal)
    with mail_server(sink) as smtp:
        variables = smtp | {"PUBLISHER_TEST_AHEAD": str(ahead)}
        with running(home.folder, "run", program=CLOCKED, **variables) as run:
            run.said(said)
            sink.refusal = ""
            set_clock(ahead, -1)
            # What hangs on no date goes on.
            title = home.land(77)
            until(lambda: title in home.feed())
            long_ago = datetime.now(UTC) - timedelta(hours=2)
            home.store.outgoing_queue.put("help", "who@example.net", "{}", now=long_ago)
            until(lambda: sink.recipients() == ["who@example.net"])
            set_clock(ahead, hours)
            until(lambda: set(people) <= set(sink.recipients()))
            assert run.signal(signal.SIGTERM) == 0
    assert home.store.deliveries.counts(ISSUE)[SENT] == 2


def set_clock(ahead: Path, hours: float) -> None:
    fresh = ahead.with_suffix(".new")
    fresh.write_text(str(hours * 3600))
    fresh.replace(ahead)


def test_wrong_settings_at_the_start_are_an_error(home: Home) -> None:
    (home.folder / "publisher.toml").write_text("[source\n")
    with running(home.folder, "run") as run:
        run.said("not valid TOML")
        assert run.process.wait() == 1


def test_it_ends_with_its_parent(home: Home) -> None:
    import subprocess
    import sys

    child = subprocess.Popen(
        [sys.executable, "-m", "publisher", "run", "--with-parent"],
        cwd=home.folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert child.stdin is not None
    until(lambda: home.feed() != "")
    assert child.poll() is None
    child.stdin.close()
    assert child.wait() == 0
