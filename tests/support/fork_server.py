"""The program without its start-up, for tests with many calls: a server that forks for each.

    with fork_server(folder) as program:  # a script to put in front of PATH as `publisher`

Imports are most of what a call costs; a forked process has them. It has the caller's folder,
environment, standard files and exit code.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLIENT = """\
#!{python} -IS
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({path!r})
    call = json.dumps([os.getcwd(), dict(os.environ), sys.argv[1:]]).encode()
    socket.send_fds(server, [b"%08d" % len(call)], [0, 1, 2])
    server.sendall(call)
    code = server.recv(4)
sys.exit(int(code or b"70"))
"""


@contextmanager
def fork_server(folder: Path) -> Iterator[Path]:
    """Run the server until the block ends; yield the path of a program that asks it."""
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
        yield program
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _serve(path: str) -> None:
    """Answer each call in a process of its own; returns in a process that runs the program."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen()
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
            sys.argv[1:] = arguments
            return
        _, status = os.waitpid(running, 0)
        client.sendall(b"%d" % (os.waitstatus_to_exitcode(status) % 256))
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
