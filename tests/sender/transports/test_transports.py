from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from publisher.errors import ConfigurationFailure, UnknownOutcome
from publisher.sender.delivery import process_owner
from publisher.sender.delivery.signals import graceful_stop
from publisher.sender.transports import outbox as module
from publisher.sender.transports.console import ConsoleTransport
from publisher.sender.transports.outbox import OutboxTransport, file_name

MESSAGE = b"To: a@example.org\r\nSubject: =?utf-8?b?6K665paH?=\r\n\r\nx\r\n"
ID = "<2024-W49.0123abcd@papers.example.org>"


def test_the_outbox_has_one_whole_file_for_each_message(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "outbox"
    with OutboxTransport(folder) as outbox:
        assert not folder.exists()
        outbox.open()
        assert outbox.evidence(ID) is False
        answer = outbox.send("n@x.org", "../../etc/passwd", MESSAGE, ID)
        outbox.send("n@x.org", "a@x.org", MESSAGE, ID)
        assert outbox.evidence(ID) is True
    assert answer == "written to 2024-W49.0123abcd@papers.example.org.eml"
    assert [path.read_bytes() for path in folder.glob("*.eml")] == [MESSAGE]


@pytest.mark.parametrize(
    "message_id",
    ["", "<>", "<../../x@y>", "<.hidden@y>", "<a/b\\c:d@y>", "<x@" + "y" * 300 + ">", "<汉@y>"],
)
def test_a_file_name_is_safe_and_of_one_message_only(message_id: str) -> None:
    name = file_name(message_id)
    assert Path(name).name == name
    assert not name.startswith(".")
    assert len(name) < 255
    assert name.isascii()
    assert name != file_name(message_id + "x")


def test_what_a_killed_process_left_is_swept_and_no_other_file(tmp_path: Path) -> None:
    old, new, other = tmp_path / ".a.eml.1.part", tmp_path / ".b.eml.2.part", tmp_path / "c.eml"
    for path in (old, new, other):
        path.touch()
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    OutboxTransport(tmp_path).open()
    assert sorted(tmp_path.iterdir()) == [new, other]


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationFailure, match="can't be written"):
        OutboxTransport(tmp_path / "file" / "outbox").open()


def test_a_disk_that_will_not_say_that_the_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_folder: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(module, "_sync_folder", fail)
    with OutboxTransport(tmp_path) as outbox, pytest.raises(UnknownOutcome):
        outbox.send("n@x.org", "a@x.org", MESSAGE, ID)
    assert outbox.evidence(ID) is True


FULL = """
import resource, signal, sys
from pathlib import Path
from publisher.errors import ConfigurationFailure
from publisher.sender.transports.outbox import OutboxTransport
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
with OutboxTransport(Path(sys.argv[1])) as outbox:
    outbox.send("n@x.org", "a@x.org", b"x" * 900, "<small@x>")
    try:
        outbox.send("n@x.org", "a@x.org", b"x" * 2000, "<large@x>")
    except ConfigurationFailure as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="has no such limit")
def test_a_full_disk_leaves_no_half_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path)], check=True, capture_output=True, text=True
    )
    assert "File too large" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["small@x.eml"]


def test_the_console_shows_a_line() -> None:
    stream = io.StringIO()
    with ConsoleTransport(stream) as console:
        assert console.send("n@x.org", "a@x.org", MESSAGE, ID) == "printed"
        assert console.evidence(ID) is None
    assert stream.getvalue() == f"n@x.org -> a@x.org: 论文 ({len(MESSAGE)} bytes, {ID})\n"


def test_a_console_that_is_gone() -> None:
    stream = io.StringIO()
    stream.close()
    with pytest.raises(ConfigurationFailure):
        ConsoleTransport(stream).send("n@x.org", "a@x.org", MESSAGE, ID)


def test_this_process_is_alive() -> None:
    assert not process_owner.owner_is_dead(process_owner.this_owner())


def test_a_process_that_has_ended_is_dead() -> None:
    program = "from publisher.sender.delivery.process_owner import this_owner; print(this_owner())"
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert process_owner.owner_is_dead(done.stdout.strip())


@pytest.mark.parametrize(
    ("place", "value", "dead"),
    [
        (0, "another-host", False),
        (1, "another-boot/pid:[1]", True),
        (2, "999999999", True),
        (2, "nonsense", False),
        (3, "1000.0", True),
        (3, "nonsense", False),
    ],
)
def test_what_is_known_of_another_owner(place: int, value: str, *, dead: bool) -> None:
    parts = process_owner.this_owner().split("|")
    parts[place] = value
    assert process_owner.owner_is_dead("|".join(parts)) == dead


def test_nothing_is_known_of_another_container() -> None:
    host, boot, pid, start = process_owner.this_owner().split("|")
    elsewhere = f"{boot.split('/')[0]}/pid:[1]"
    assert not process_owner.owner_is_dead(f"{host}|{elsewhere}|{int(pid) + 10**6}|{start}")
    assert not process_owner.owner_is_dead("")


@pytest.mark.skipif(os.name == "nt", reason="has no zombies")
def test_a_zombie_is_dead() -> None:
    process = subprocess.Popen([sys.executable, "-c", "pass"])
    try:
        parts = process_owner.this_owner().split("|")
        seen = psutil.Process(process.pid)
        parts[2:] = [str(process.pid), f"{seen.create_time():.2f}"]
        while seen.status() != psutil.STATUS_ZOMBIE:
            pass
        assert process_owner.owner_is_dead("|".join(parts))
    finally:
        process.wait()


def test_signals_ask_first_and_insist_then() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with graceful_stop() as asked:
        assert not asked()
        signal.raise_signal(signal.SIGTERM)
        assert asked()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_thread_can_not_be_asked() -> None:
    answers: list[bool] = []

    def work() -> None:
        with graceful_stop() as asked:
            answers.append(asked())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert answers == [False]
