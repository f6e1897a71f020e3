"""`publisher figures`, as a user runs it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from support.figure_host import figure_host

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

SETTINGS = """[source]
folders = ["digests"]
cache = "cache"
[output]
folder = "out"
[figures]
copy = true
pause_seconds = 0.0
allow_private_hosts = true
build_seconds = 0.0
"""
DIGEST = """---
title: a
date: 2024-12-01 08:00:00
tags: NeRF
---

## A Paper

**Authors:Ada Lovelace**

We measure.

[PDF](http://arxiv.org/abs/2411.00001v1)

**Summary**
They are many.

<details>
<img src="{host}/photo.jpg">
<img src="{host}/gone.jpg">
</details>
"""


def test_figures_are_copied_and_failures_listed(
    publisher: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "publisher.toml").write_text(SETTINGS)
    (tmp_path / "digests").mkdir()
    with figure_host() as host:
        (tmp_path / "digests/a.md").write_text(DIGEST.format(host=host.root))
        assert "2 figures are still to be copied" in publisher("build").stderr
        done = publisher("figures")
        assert done.stdout.startswith(f"{host.root}/gone.jpg: its host answers 404; next try 20")
        assert "figures: 1 copied now, 1 in all; 1 can't be copied, 0 wait\nnext: " in done.stderr
        values = json.loads(publisher("figures", "--retry", "--json").stdout)
        assert (values["new"], values["copied"], len(values["failed"])) == (0, 1, 1)
    built = publisher("build")
    assert "1 figure can't be copied" in built.stderr
    assert "../figures/" in (tmp_path / "out/papers/2411.00001.html").read_text()
