"""Debian in a folder: its packages unpacked by mmdebstrap, entered by chroot on an overlay."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from conftest import ROOT
from filelock import FileLock

PACKAGES = "python3,python3-pip,bash,coreutils,diffutils,grep,sed,git,libc-bin,ca-certificates"
READER = 1000  # a user without rights, whom the system does not even know by name
HOME = "/home/reader"
# What reaches the package index on this machine does so in there.
SHARED_FILES = ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt")
SHARED_VARIABLES = ("PIP_CERT", "PIP_INDEX_URL", "SSL_CERT_FILE", "UV_DEFAULT_INDEX")


@dataclass(frozen=True, slots=True)
class Debian:
    """A system for one test: `packages` are shared and read only, `layer` is its own."""

    packages: Path
    layer: Path

    def write(self, name: str, text: str | bytes) -> None:
        path = self.layer / "changes" / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def copy_checkout(self, folder: str) -> None:
        """Put what git has of this checkout, as it is on the disk now, into `folder`."""
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
        if listed.returncode:
            pytest.skip("this is no checkout of git")
        for name in filter(None, listed.stdout.split("\0")):
            target = self.layer / "changes" / folder.lstrip("/") / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / name).is_file():
                shutil.copy(ROOT / name, target)

    def run(
        self, command: str, folder: str, *, network: bool = False, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `command` in a shell as a user without rights, with or without a network."""
        home = self.layer / "changes" / HOME.lstrip("/")
        subprocess.run(["chown", "-R", f"{READER}:{READER}", home], check=True)
        root = shlex.quote(str(self.layer / "root"))
        layers = f"lowerdir={self.packages},upperdir={self.layer}/changes,workdir={self.layer}/work"
        enter = (
            f"mount -t overlay overlay -o {shlex.quote(layers)} {root}"
            f" && mount --rbind /dev {root}/dev && mount -t proc proc {root}/proc"
            f" && exec chroot --userspec={READER}:{READER} {root} /usr/bin/env -i"
            ' "$@"'
        )
        environment = {"HOME": HOME, "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"} | variables
        environment |= {name: os.environ[name] for name in SHARED_VARIABLES if name in os.environ}
        return subprocess.run(
            ["unshare", "--mount", "--pid", "--fork", *([] if network else ["--net"]),
             "sh", "-c", enter, "sh",
             *(f"{name}={value}" for name, value in environment.items()),
             "bash", "-c", 'cd "$1" && eval "$2"', "bash", folder, command],
            capture_output=True,
            text=True,
        )  # fmt: skip


def debian(suite: str, layer: Path) -> Debian:
    """Return the system `suite` with a layer in a folder; skip the test where that can't be."""
    if os.geteuid() != 0:
        pytest.skip("only root may change its root")
    if missing := [name for name in ("mmdebstrap", "unshare") if shutil.which(name) is None]:
        pytest.skip(f"{missing[0]} is not installed")
    for name in ("changes", "work", "root"):
        (layer / name).mkdir()
    (layer / "changes" / HOME.lstrip("/")).mkdir(parents=True)
    system = Debian(_packages(suite), layer)
    for name in SHARED_FILES:
        if Path(name).is_file():
            system.write(name, Path(name).read_bytes())
    trial = system.run("true", "/", network=True)
    if trial.returncode:
        pytest.skip(f"no overlay can be mounted here: {trial.stderr.strip()}")
    return system


@cache
def _packages(suite: str) -> Path:
    """Unpack `suite` into the user's cache folder, where it is not there yet (40 s)."""
    parent = Path.home() / ".cache" / "digest-publisher" / "debian"
    parent.mkdir(parents=True, exist_ok=True)
    with FileLock(parent / f"{suite}.lock"):  # other processes run tests too
        return _unpack(suite, parent / f"{suite}-{zlib.crc32(PACKAGES.encode()):x}")


def _unpack(suite: str, folder: Path) -> Path:
    if folder.is_dir():
        return folder
    unfinished = folder.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    done = subprocess.run(
        ["mmdebstrap", "--quiet", "--mode=root", "--variant=extract", f"--include={PACKAGES}",
         suite, str(unfinished), *_mirror(suite)],
        capture_output=True,
        text=True,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"Debian's packages can't be had: {done.stderr.strip().splitlines()[-1]}")
    unfinished.chmod(0o755)
    # Essential packages come only as dependencies, so dash is not there.
    (unfinished / "bin" / "sh").symlink_to("bash")
    unfinished.rename(folder)
    return folder


def _mirror(suite: str) -> list[str]:
    """Return the source of packages as this machine's apt has it, none: mmdebstrap's own."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages",
         "Component: main", "Label: Debian"],
        capture_output=True,
        text=True,
    )  # fmt: skip
    sites = listed.stdout.split()
    return [f"deb {sites[0]} {suite} main"] if sites else []
