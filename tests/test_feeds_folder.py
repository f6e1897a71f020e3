"""feeds/ is the output of examples/, byte for byte, whatever the machine's zone and locale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conftest import ROOT

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_feeds_are_up_to_date(
    publisher: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    config = ROOT / "examples" / "publisher.toml"
    output = tmp_path / "feeds"
    publisher("build", "--config", config, "--output", output, TZ="America/New_York", LC_ALL="C")
    assert contents(output) == contents(ROOT / "feeds"), "run ./run.sh feeds"
