"""Shared by all tests: where the real material is, and how to run the program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import httpcore2
import pytest
from hypothesis import settings
from support.databases import postgres, pytest_generate_tests, url  # noqa: F401 - fixtures and a hook
from support.fork_server import ForkServer, fork_server, starts_the_same

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterator

# A slow machine is no defect. What a property test finds by chance belongs to whoever is at work on
# it, not to a change that has nothing to do with it: CI tries the same examples every time.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "here")

# How long a mail server of a test may take to start, for the tests themselves load the machine.
os.environ.setdefault("AIOSMTPD_CONTROLLER_TIMEOUT", "60")

# Else each of thousands of processes compiles the whole program anew, and pytest all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# Tests read English texts, whatever the language of who runs them.
os.environ["LANGUAGE"] = "en"

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples" / "digests"


@pytest.hookimpl(trylast=True)  # pytest-randomly shuffles before
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each process of xdist begin with files of long tests, so that none waits for one at last.

    Each gets an equal part of the list to begin with, and takes from the ends of others later.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers == 1:
        return
    long = dict.fromkeys(item.path for item in items if item.get_closest_marker("slow"))
    turns = {path: number % workers for number, path in enumerate(long)}
    others = [item for item in items if item.path not in turns]
    ordered: list[pytest.Item] = []
    for number in range(workers):
        first = [item for item in items if turns.get(item.path) == number]
        count = max(0, (len(items) - len(ordered)) // (workers - number) - len(first))
        ordered += first + others[:count]
        del others[:count]
    items[:] = ordered + others


@pytest.fixture(scope="session")
def corpus() -> Path:
    """157 digests of a real blog; the project's own examples stand in for them in most tests."""
    folder = ROOT.parent / "shared" / "corpus"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    return folder


@pytest.fixture(scope="session")
def seeds() -> Path:
    folder = ROOT.parent / "shared" / "seeds"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not here")
    return folder


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests out of the user's cache folder, and the user's out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True, scope="session")
def certificates_read_once() -> Iterator[None]:
    """Share the machine's certificates among HTTP clients: each takes 50 ms to read them."""
    contexts: dict[tuple[object, ...], ssl.SSLContext] = {}
    read = httpcore2.default_ssl_context

    def shared(**options: bool) -> ssl.SSLContext:
        key = (*options.items(), *map(os.environ.get, ("SSL_CERT_FILE", "SSL_CERT_DIR")))
        if key not in contexts:
            contexts[key] = read(**options)
        return contexts[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpcore2, "default_ssl_context", shared)
        yield


@pytest.fixture
def examples() -> Path:
    return EXAMPLES


def chromium() -> str:
    """Return the browser's path, or skip the test that asks where there is none."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    return found or missing("chromium")


def page_tool(name: str) -> Path:
    """Return the path of a tool in tests/tools, or skip the test where Node's are not installed."""
    path = ROOT / "tests" / "tools" / "node_modules" / name
    if shutil.which("node") is None or not path.exists():
        missing("node, or tests/tools by `npm ci`,")
    return path


def missing(what: str) -> NoReturn:
    if os.environ.get("PUBLISHER_TEST_REQUIRE_BROWSER"):
        pytest.fail(f"{what} is required here and not installed")
    pytest.skip(f"{what} is not installed")


Run = "Callable[..., subprocess.CompletedProcess[str]]"


@pytest.fixture(scope="session")
def forks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    """The program in a process that forks for each call, and so spares it the start."""
    with fork_server(tmp_path_factory.mktemp("forks")) as server:
        yield server


@pytest.fixture
def publisher(tmp_path: Path, forks: ForkServer) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs the program in an empty folder, as a user would."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PUBLISHER_")}

    def run(
        *arguments: str | Path, code: int = 0, cwd: Path = tmp_path, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        words = list(map(str, arguments))
        if starts_the_same(variables):
            result = forks.call(words, cwd, environment | variables, seconds=300)
        else:
            result = subprocess.run(
                [sys.executable, "-m", "publisher", *words],
                capture_output=True,
                text=True,
                encoding="utf-8",
                cwd=cwd,
                env=environment | variables,
                timeout=300,
                check=False,
            )
        assert result.returncode == code, f"{result.returncode}\n{result.stdout}\n{result.stderr}"
        assert "Traceback" not in result.stderr, result.stderr
        return result

    return run
