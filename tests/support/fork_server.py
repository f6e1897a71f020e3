"""The program without its start-up, for tests with many calls: a server that forks for each.

    with fork_server(folder) as server:
        server.call(["build"], folder, environment)
        server.program  # a script to put in front of PATH as `publisher`

Imports are most of what a call costs; a forked process has them. It has the caller's folder,
environment, standard files and exit code.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_CLIENT = """\
#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({path!r})
    call = json.dumps([os.getcwd(), dict(os.environ), sys.argv[1:]]).encode()
    socket.send_fds(server, [b"%08d" % len(call)], [0, 1, 2])
    server.sendall(call)
    pid, answer = server.recv(8, socket.MSG_WAITALL), server.recv(32)
sys.exit(int((answer or b"70").split()[0]))
"""
# Variables that an interpreter looks at when it starts, which no fork does.
_OF_THE_START = ("PYTHON", "LD_", "LC_", "LANG", "FAKETIME")


def starts_the_same(variables: Mapping[str, str]) -> bool:
    """Return whether a fork with these variables is what a new process with them would be."""
    return not [name for name in variables if name.startswith(_OF_THE_START)]


class Done(subprocess.CompletedProcess[str]):
    """A call that has ended, and the processor time it took in the program, in seconds."""

    def __init__(
        self, arguments: Sequence[str], code: int, output: str, errors: str, seconds: float
    ) -> None:
        super().__init__(arguments, code, output, errors)
        self.seconds = seconds


@dataclass(frozen=True)
class ForkServer:
    """A running server: `program` is an executable that asks it, `path` its socket."""

    program: Path
    path: str

    def call(
        self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str], seconds: float
    ) -> Done:
        """Run the program; raises `TimeoutError` after killing what takes longer."""
        call = json.dumps([str(folder), dict(environment), list(arguments)]).encode()
        with (
            socket.socket(socket.AF_UNIX) as server,
            open(os.devnull, "rb") as nothing,  # noqa: PTH123 - a device
            TemporaryFile() as output,
            TemporaryFile() as errors,
        ):
            server.settimeout(seconds)
            server.connect(self.path)
            files = [nothing.fileno(), output.fileno(), errors.fileno()]
            socket.send_fds(server, [b"%08d" % len(call)], files)
            server.sendall(call)
            pid = int(server.recv(8, socket.MSG_WAITALL))
            try:
                code, spent = (server.recv(32) or b"70 0").split()
            except TimeoutError:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                raise
            texts = []
            for file in (output, errors):
                file.seek(0)
                texts.append(file.read().decode())
        return Done(arguments, int(code), *texts, seconds=float(spent))


@contextmanager
def fork_server(folder: Path) -> Iterator[ForkServer]:
    """Run the server until the block ends."""
    path, program = str(folder / "fork"), folder / "publisher"
    program.write_text(_CLIENT.format(python=sys.executable, path=path))
    program.chmod(0o755)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PUBLISHER_")}
    process = subprocess.Popen(
        [sys.executable, __file__, path], stdout=subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n"
        yield ForkServer(program, path)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _serve(path: str) -> None:
    """Answer each call in a process of its own; returns in a process that runs the program."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
    gc.freeze()  # no fork has to look at the modules again
    print("ready", flush=True)  # noqa: T201 - what the parent waits for
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        client, _ = server.accept()
        if os.fork():
            client.close()
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        server.close()
        size, files, *_ = socket.recv_fds(client, 8, 3)
        call = b""
        while len(call) < int(size):
            call += client.recv(1 << 16)
        running = os.fork()
        if not running:
            client.close()
            for number, file in enumerate(files):
                os.dup2(file, number)
                os.close(file)
            where, environment, arguments = json.loads(call)
            os.chdir(where)
            os.environ.clear()
            os.environ.update(environment)
            time.tzset()
            sys.argv = ["publisher", *arguments]
            return
        client.sendall(b"%08d" % running)
        _, status, usage = os.wait4(running, 0)
        code = os.waitstatus_to_exitcode(status) % 256
        client.sendall(b"%d %.3f" % (code, usage.ru_utime))
        os._exit(0)


if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[2])
    from importlib import import_module
    from pkgutil import walk_packages

    import publisher
    from publisher import cli

    for module in walk_packages(publisher.__path__, "publisher."):
        if not module.name.endswith("__main__") and ".migrations" not in module.name:
            import_module(module.name)
    _serve(sys.argv[1])
    cli.main()
