"""A repository as a source, with real repositories and the real git program."""

from __future__ import annotations

import contextlib
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.program import until

from publisher.collector.sources import git_address, git_program, git_source
from publisher.errors import SourceError
from publisher.services import build
from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.models import Collection
    from publisher.settings import Settings

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

POST = "---\ntitle: {title}\ndate: 2024-11-30\ntags: [t]\n---\nText.\n"


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Kim", "-c", "user.email=kim@example.org"]
    done = subprocess.run(
        ["git", *identity, "-C", str(folder), *arguments], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


class Remote:
    """A bare repository, and a working copy that pushes to it."""

    def __init__(self, folder: Path) -> None:
        self.bare, self.work = folder / "remote.git", folder / "work"
        git(folder, "init", "-q", "--bare", "-b", "main", str(self.bare))
        git(folder, "init", "-q", "-b", "main", str(self.work))
        self.push(**{"a.md": "One"})

    def push(self, *options: str, branch: str = "main", **titles: str | None) -> None:
        for name, title in titles.items():
            path = self.work / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if title is None:
                path.unlink()
            else:
                path.write_text(POST.format(title=title), encoding="utf-8")
        git(self.work, "add", "--all", "--force")
        git(self.work, "commit", "-q", "--allow-empty", "-m", "x")
        git(self.work, "push", "-q", *options, str(self.bare), f"HEAD:{branch}")


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return Remote(tmp_path)


@pytest.fixture
def settings(tmp_path: Path, remote: Remote) -> Callable[..., Settings]:
    """Return a function that gives the settings of a blog in a repository of its own."""
    blog = tmp_path / "blog"
    blog.mkdir()
    git(blog, "init", "-q")
    config = blog / "publisher.toml"
    config.write_text("")

    def make(**source: object) -> Settings:
        return load(
            config,
            {},
            {"source": {"git": str(remote.bare), "cache": ".publisher/source", **source}},
        )

    return make


def titles(collection: Collection) -> set[str]:
    return {paper.title for paper in collection.papers}


def codes(collection: Collection) -> list[str]:
    return [finding.code for finding in collection.findings]


def test_each_build_pulls(settings: Callable[..., Settings], remote: Remote) -> None:
    assert titles(build.collect(settings())) == {"One"}
    remote.push(**{"a.md": "Two", "b/c.md": "Three"})
    collection = build.collect(settings())
    assert titles(collection) == {"Two", "Three"}
    assert not collection.findings
    assert collection.papers[0].digests[0] in ("a.md", "b/c.md")
    remote.push(**{"a.md": None})
    assert titles(build.collect(settings())) == {"Three"}


def test_a_force_push_is_followed(settings: Callable[..., Settings], remote: Remote) -> None:
    build.collect(settings())
    git(remote.work, "checkout", "-q", "--orphan", "anew")
    remote.push("--force", **{"a.md": "Rewritten"})
    collection = build.collect(settings())
    assert titles(collection) == {"Rewritten"}
    assert not collection.findings


def test_branch_and_subfolder(settings: Callable[..., Settings], remote: Remote) -> None:
    remote.push(branch="topic/x", **{"posts/d.md": "Deep"})
    assert titles(build.collect(settings(branch="topic/x"))) == {"One", "Deep"}
    collection = build.collect(settings(branch="topic/x", subfolder="posts"))
    assert titles(collection) == {"Deep"}
    assert collection.papers[0].digests == ("d.md",)
    assert titles(build.collect(settings())) == {"One"}


def test_beside_folders(settings: Callable[..., Settings], tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "o.md").write_text(POST.format(title="Own"))
    both = settings(folders=[str(tmp_path / "own")])
    assert titles(build.collect(both)) == {"One", "Own"}
    assert settings().source.folders == ()
    assert load(None, {}).source.folders == ("digests",)


@pytest.mark.parametrize("trouble", ["gone", "branch", "garbage"])
def test_what_can_not_be_pulled_leaves_the_last_state(
    settings: Callable[..., Settings], remote: Remote, trouble: str
) -> None:
    remote.push(branch="other", **{"b.md": "Two"})
    chosen = settings(branch="other")
    build.collect(chosen)
    home = git_source._home(chosen)
    (home / "a.md").write_text("changed by hand")
    (home / "new.md").write_text(POST.format(title="Not in any commit"))
    if trouble == "gone":
        shutil.rmtree(remote.bare)
    elif trouble == "branch":
        git(remote.bare, "branch", "-D", "other")
    else:
        shutil.rmtree(remote.bare / "objects")
    collection = build.collect(chosen)
    assert titles(collection) == {"One", "Two"}
    assert codes(collection) == ["D301"]
    assert str(remote.bare) in collection.findings[0].message
    assert "\n" not in str(collection.findings[0])


def test_nothing_pulled_yet_is_an_error(settings: Callable[..., Settings], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"source\.branch: .*couldn't find remote ref"):
        build.collect(settings(branch="missing"))
    with pytest.raises(SourceError, match=r"^source\.git: .*nowhere"):
        build.collect(settings(git=str(tmp_path / "nowhere")))
    build.collect(settings())
    # The state of one repository never stands in for another.
    with pytest.raises(SourceError, match=r"^source\.git: "):
        build.collect(settings(git="nowhere"))
    for subfolder in ("missing", "../..", "/etc", ".git", "a/../.."):
        with pytest.raises(SourceError, match=r"^source\.subfolder: "):
            build.collect(settings(subfolder=subfolder))


def _garbage_file(home: Path) -> None:
    shutil.rmtree(home)
    home.write_text("garbage")


def _garbage_objects(home: Path) -> None:
    for path in (home / ".git" / "objects").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(b"garbage")


def _no_git(home: Path) -> None:
    shutil.rmtree(home / ".git")


def _empty_git(home: Path) -> None:
    shutil.rmtree(home / ".git")
    (home / ".git").mkdir()


def _stale_locks(home: Path) -> None:
    for name in ("index.lock", "shallow.lock", "HEAD.lock", "refs/publisher/wanted.lock"):
        (home / ".git" / name).touch()


def _foreign_git(home: Path) -> None:
    shutil.rmtree(home / ".git")
    (home / ".git").write_text(f"gitdir: {home.parents[2] / '.git'}\n")


def _linked_git(home: Path) -> None:
    shutil.rmtree(home / ".git")
    (home / ".git").symlink_to(home.parents[2] / ".git")


@pytest.mark.parametrize(
    "damage",
    [
        _garbage_file,
        _garbage_objects,
        _no_git,
        _empty_git,
        _stale_locks,
        _foreign_git,
        _linked_git,
        shutil.rmtree,
    ],
)
def test_a_damaged_checkout_is_made_anew(
    settings: Callable[..., Settings], remote: Remote, damage: Callable[[Path], None]
) -> None:
    build.collect(settings())
    home = git_source._home(settings())
    # What must never be touched: work in the user's own repository, above the cache.
    blog = home.parents[2]
    (blog / "draft.md").write_text("never committed")
    damage(home)
    remote.push(**{"b.md": "Two"})
    collection = build.collect(settings())
    assert titles(collection) == {"One", "Two"}
    assert not collection.findings
    assert (blog / "draft.md").read_text() == "never committed"
    beside = {path.name for path in home.parent.iterdir() if not path.name.startswith("parsed.")}
    assert beside == {home.name, home.name + ".lock"}


KILLED = """
import os, signal, sys
from pathlib import Path
from publisher.collector.sources import git_program, git_source
from publisher.settings import load

step, config = int(sys.argv[1]), Path(sys.argv[2])
count = 0

def die_at(function):
    def wrapped(*arguments, **keywords):
        global count
        count += 1
        if count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments, **keywords)
    return wrapped

git_program.run = die_at(git_program.run)
git_source.remove = die_at(git_source.remove)
Path.rename = die_at(Path.rename)
git_source.update(load(config, {}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
@pytest.mark.parametrize("replaced", [False, True])
def test_killed_anywhere_the_next_run_repairs(
    settings: Callable[..., Settings], remote: Remote, tmp_path: Path, replaced: bool
) -> None:
    config = tmp_path / "blog" / "publisher.toml"
    config.write_text(f"[source]\ngit = {str(remote.bare)!r}\n")
    home = git_source._home(settings())
    for step in range(1, 20):
        if replaced and home.exists():
            _garbage_objects(home)  # so that a whole checkout is replaced, with its renames
        elif not replaced:
            shutil.rmtree(home.parent, ignore_errors=True)
        done = subprocess.run([sys.executable, "-c", KILLED, str(step), str(config)])
        assert done.returncode in (0, -signal.SIGKILL)
        assert titles(build.collect(settings())) == {"One"}
        assert not git_source.update(settings())
        if done.returncode == 0:
            break
    else:
        pytest.fail("it never got to the end")
    assert step > 5


def test_killed_between_the_renames_and_then_offline(
    settings: Callable[..., Settings], remote: Remote
) -> None:
    build.collect(settings())
    home = git_source._home(settings())
    home.rename(home.with_name(home.name + ".old"))
    shutil.rmtree(remote.bare)
    collection = build.collect(settings())
    assert titles(collection) == {"One"}
    assert codes(collection) == ["D301"]


@pytest.mark.usefixtures("settings")
def test_two_processes_at_once(remote: Remote, tmp_path: Path) -> None:
    for number in range(40):
        remote.work.joinpath(f"{number}.md").write_text(POST.format(title=f"N{number}"))
    remote.push()
    config = tmp_path / "blog" / "publisher.toml"
    config.write_text(f"[source]\ngit = {str(remote.bare)!r}\n")
    command = [sys.executable, "-m", "publisher", "papers", "--config", str(config)]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for process in running:
        out, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        assert len(out.splitlines()) == 41


def test_a_lock_that_is_held_is_named(
    settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    import filelock

    monkeypatch.setattr(
        filelock.FileLock, "acquire", lambda *_, **__: (_ for _ in ()).throw(filelock.Timeout("x"))
    )
    with pytest.raises(SourceError, match=r"^source\.cache: .*another process"):
        git_source.update(settings())


def test_a_link_that_leads_out_is_not_followed(
    settings: Callable[..., Settings], remote: Remote, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text(POST.format(title="Secret"))
    (remote.work / "out.md").symlink_to(secret)
    (remote.work / "config.md").symlink_to(".git/config")
    (remote.work / "circle.md").symlink_to("circle.md")
    (remote.work / "inside.md").symlink_to("a.md")
    (remote.work / "folder").symlink_to(tmp_path)
    remote.push()
    collection = build.collect(settings())
    assert titles(collection) == {"One"}
    assert {path for paper in collection.papers for path in paper.digests} == {"a.md", "inside.md"}
    found = {(finding.path, finding.code) for finding in collection.findings}
    assert found >= {("out.md", "D302"), ("config.md", "D302")}
    with pytest.raises(SourceError, match=r"source\.subfolder"):
        build.collect(settings(subfolder="folder"))


def test_files_of_the_repository_that_its_gitignore_names_are_published(
    settings: Callable[..., Settings], remote: Remote
) -> None:
    (remote.work / ".gitignore").write_text("*.md\n")
    (remote.work / ".publisherignore").write_text("b.md\n")
    remote.push(**{"b.md": "Two", "c.md": "Three"})
    assert titles(build.collect(settings())) == {"One", "Three"}


def test_nothing_of_the_repository_is_run(
    settings: Callable[..., Settings],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    template = tmp_path / "template" / "hooks"
    template.mkdir(parents=True)
    marker = tmp_path / "ran"
    for name in ("post-checkout", "post-merge", "reference-transaction", "post-index-change"):
        hook = template / name
        hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
        hook.chmod(0o755)
    user = tmp_path / "gitconfig"
    user.write_text(f"[init]\ntemplateDir = {template.parent}\n[core]\nhooksPath = {template}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(user))
    # As inside a hook of the user's blog, whose variables point to the blog.
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "blog" / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "blog" / ".git" / "index"))
    assert titles(build.collect(settings())) == {"One"}
    assert not marker.exists()


def test_submodules_are_not_fetched(
    settings: Callable[..., Settings], remote: Remote, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    git(tmp_path, "init", "-q", "-b", "main", str(other))
    (other / "m.md").write_text(POST.format(title="Module"))
    git(other, "add", ".")
    git(other, "commit", "-q", "-m", "x")
    git(remote.work, "-c", "protocol.file.allow=always", "submodule", "add", str(other), "sub")
    remote.push()
    assert titles(build.collect(settings())) == {"One"}


REFUSED = [
    ({"git": "--upload-pack=touch /tmp/x"}, "source.git: must be an address"),
    ({"git": "-x:y"}, "source.git: must be an address"),
    ({"git": "ext::sh -c id"}, "source.git: must begin with"),
    ({"git": "fd::17"}, "source.git: must begin with"),
    ({"git": "http://example.org/x.git"}, "source.git: http:// is not allowed"),
    ({"git": "git://example.org/x.git"}, "source.git: git:// is not allowed"),
    ({"git": "https:///x.git"}, "source.git: the address names no host"),
    ({"git": "ssh://-oProxyCommand=id/x"}, "source.git: the address names no host"),
    ({"git": "kim@-oProxyCommand=id:x"}, "source.git: the address names no host"),
    ({"git": "https://[::1/x"}, "source.git: not a valid address"),
    ({"git": "a\nb"}, "source.git: must be an address"),
    ({"branch": "--upload-pack=id"}, "source.branch: "),
    ({"branch": "a..b"}, "source.branch: "),
    ({"branch": "a:refs/heads/b"}, "source.branch: "),
    ({"branch": "a b"}, "source.branch: "),
]


@pytest.mark.parametrize(("source", "message"), REFUSED)
def test_what_git_could_take_for_an_option_is_refused(
    settings: Callable[..., Settings], source: dict[str, str], message: str
) -> None:
    with pytest.raises(SourceError) as raised:
        git_source.update(settings(**source))
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


HOSTS = [
    ("127.0.0.1", False),
    ("10.1.2.3", False),
    ("169.254.169.254", False),
    ("100.64.0.1", False),
    ("0.0.0.0", False),  # noqa: S104 - it is refused
    ("224.0.0.1", False),
    ("::1", False),
    ("fe80::1", False),
    ("fd00::1", False),
    ("fec0::1", False),
    ("::ffff:127.0.0.1", False),
    ("2002:7f00:1::", False),
    ("64:ff9b::7f00:1", False),
    ("8.8.8.8", True),
    ("2606:4700::1111", True),
    ("64:ff9b::808:808", True),
]


@pytest.mark.parametrize(("ip", "public"), HOSTS)
def test_public(ip: str, public: bool) -> None:
    assert git_address.is_public(ip) == public


@pytest.fixture
def dead_port() -> Iterator[int]:
    """Return the port of a server on this machine that takes a connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_private_hosts_have_to_be_allowed(
    settings: Callable[..., Settings], dead_port: int
) -> None:
    for url in (f"https://127.0.0.1:{dead_port}/x.git", "ssh://localhost/x", "kim@localhost:x"):
        with pytest.raises(SourceError, match=r"which is not a public address; set source\.allow"):
            git_source.update(settings(git=url))


def test_the_host_is_looked_up_once(
    settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        asked.append(host)
        return [(2, 1, 6, "", ("192.0.43.10", port)), (10, 1, 6, "", ("2606:4700::1", port, 0, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    address = git_address.parse("https://example.org/x.git", Path())
    environment = git_program.environment(address, settings().source)
    values = {
        environment[f"GIT_CONFIG_KEY_{n}"]: environment[f"GIT_CONFIG_VALUE_{n}"]
        for n in range(int(environment["GIT_CONFIG_COUNT"]))
    }
    assert values["http.curloptResolve"] == "example.org:443:192.0.43.10,[2606:4700::1]"
    assert values["http.followRedirects"] == "false"
    assert asked == ["example.org"]
    allowed = git_program.environment(address, settings(allow_private_hosts=True).source)
    assert "http.curloptResolve" not in allowed.values()
    assert asked == ["example.org"]


def test_an_unknown_host_is_a_lost_connection(
    settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(SourceError, match=r"^source\.git: .*example\.org can't be looked up"):
        git_source.update(settings(git="https://example.org/x.git"))


def test_a_time_out_stops_git_and_its_children(
    settings: Callable[..., Settings], dead_port: int
) -> None:
    url = f"https://kim:hunter2@127.0.0.1:{dead_port}/x.git"
    start = time.monotonic()
    with pytest.raises(SourceError) as raised:
        git_source.update(settings(git=url, allow_private_hosts=True, timeout_seconds=1.0))
    assert time.monotonic() - start < 60, "without a limit it takes for ever"
    assert "no answer in time (setting source.timeout_seconds)" in str(raised.value)
    assert "hunter2" not in str(raised.value)
    if Path("/proc/self/cmdline").exists():
        until(lambda: not _is_running(str(dead_port)))


def _is_running(word: str) -> bool:
    return any(word in line for line in _command_lines())


def _command_lines() -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield path.read_bytes().decode("utf-8", "replace")


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_the_password_is_in_no_list_of_processes(
    settings: Callable[..., Settings], dead_port: int
) -> None:
    url = f"https://kim:hunter2@127.0.0.1:{dead_port}/x.git"
    chosen = settings(git=url, allow_private_hosts=True, timeout_seconds=3.0)
    thread = threading.Thread(target=_update_and_fail, args=(chosen,))
    thread.start()
    seen: list[str] = []
    while thread.is_alive() and not seen:
        seen = [line for line in _command_lines() if f"127.0.0.1:{dead_port}" in line]
    thread.join()
    assert seen
    assert not any("hunter2" in line for line in seen)


def _update_and_fail(settings: Settings) -> None:
    with contextlib.suppress(SourceError):
        git_source.update(settings)


def test_the_password_is_said_to_the_host_alone(settings: Callable[..., Settings]) -> None:
    address = git_address.parse("https://kim:a%40b@example.org:8443/x.git", Path())
    assert address.url == "https://example.org:8443/x.git"
    environment = git_program.environment(address, settings(allow_private_hosts=True).source)
    number = next(k for k, v in environment.items() if v.endswith(".extraHeader")).split("_")[-1]
    assert environment[f"GIT_CONFIG_KEY_{number}"] == "http.https://example.org:8443/.extraHeader"
    assert environment[f"GIT_CONFIG_VALUE_{number}"] == "Authorization: Basic a2ltOmFAYg=="
    token = git_address.parse("https://token@example.org/x.git", Path())
    assert token.url == "https://token@example.org/x.git"
    assert token.shown == "https://***@example.org/x.git"


def test_credentials_never_show(settings: Callable[..., Settings]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def refuse() -> None:
            with contextlib.suppress(OSError):  # closed when the test is over
                while True:
                    server.accept()[0].close()

        threading.Thread(target=refuse, daemon=True).start()
        url = f"https://kim:hunter%402@127.0.0.1:{port}/x.git"
        with pytest.raises(SourceError) as raised:
            git_source.update(settings(git=url, allow_private_hosts=True, timeout_seconds=20.0))
    message = str(raised.value)
    assert f"https://127.0.0.1:{port}/x.git" in message
    assert "hunter" not in message
    assert "kim" not in message


def test_the_address_is_in_no_file(settings: Callable[..., Settings], remote: Remote) -> None:
    build.collect(settings())
    home = git_source._home(settings())
    assert str(remote.bare) not in (home / ".git" / "config").read_text()


def test_without_git(settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SourceError, match="the git program is not installed"):
        git_source.update(settings())


def test_the_commands_pull_and_report(
    publisher: Callable[..., subprocess.CompletedProcess[str]], remote: Remote, tmp_path: Path
) -> None:
    blog = tmp_path / "site"
    blog.mkdir()
    (blog / "publisher.toml").write_text(
        f"[source]\ngit = {str(remote.bare)!r}\n[filters]\nmark_keywords = ['one']\n"
    )
    assert '"marks": ["one"]' in publisher("papers", "--json", cwd=blog).stdout
    remote.push(**{"b.md": "Two", "b.md~": "Old"})
    result = publisher("build", cwd=blog)
    assert "2 papers from 2 digests" in result.stderr
    assert "1 file left out" in result.stderr
    shutil.rmtree(remote.bare)
    result = publisher("check", cwd=blog, code=1)
    assert "source.git:0: D301" in result.stdout
    assert "2 papers" in result.stderr
    publisher("publish", cwd=blog, code=1)
    # A folder named on the command line is all there is.
    assert "D301" not in publisher("check", "--source", remote.work, cwd=blog).stdout
