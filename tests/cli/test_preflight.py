"""`publisher preflight`, and the same checks before a send."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]


def test_the_next_issue_has_no_errors(publisher: Run, examples: Path) -> None:
    done = publisher("preflight", "--source", examples)
    assert "1 edition checked, 0 errors" in done.stderr
    assert "P605" in done.stdout
    assert "P902" not in done.stdout
    assert "P902" in publisher("preflight", "--notes", "--source", examples).stdout


def test_json_and_editions_of_subscribers(publisher: Run, examples: Path) -> None:
    publisher("subscribers", "add", "ada@example.org", "--topic", "3DGS", "--confirmed")
    publisher("subscribers", "add", "bo@example.org", "--confirmed")
    done = publisher("preflight", "--json", "--source", examples)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert {row["severity"] for row in rows} == {"warning", "note"}
    assert all(set(row) == {"edition", "code", "severity", "message"} for row in rows)
    assert any("and 1 more" in row["edition"] for row in rows)
    assert "2 editions checked" in done.stderr


def test_a_frozen_issue(publisher: Run, examples: Path) -> None:
    publisher("subscribers", "add", "bo@example.org", "--confirmed")
    publisher("publish", "--source", examples)
    done = publisher("preflight", "--issue", "2024-W49", "--source", examples)
    assert "1 edition checked, 0 errors" in done.stderr


def own_template(folder: Path, old: str, new: str) -> dict[str, str]:
    """Write the packaged template with a fault into a folder of the user's."""
    from conftest import ROOT

    packaged = (ROOT / "templates" / "email" / "issue.html.j2").read_text(encoding="utf-8")
    assert old in packaged
    path = folder / "mine" / "email" / "issue.html.j2"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(packaged.replace(old, new, 1), encoding="utf-8")
    return {"PUBLISHER_TEMPLATES__FOLDER": str(folder / "mine")}


def test_an_error_stops_a_send_unless_forced(
    publisher: Run, examples: Path, tmp_path: Path
) -> None:
    publisher("subscribers", "add", "bo@example.org", "--confirmed")
    faulty = own_template(tmp_path, "</body>", '<a href="/about">about</a></body>')
    for command in ("publish", "send"):
        stopped = publisher(command, "--source", examples, code=1, **faulty)
        assert "P201 a link that is not absolute: /about" in stopped.stderr
        assert "--force" in stopped.stderr
        assert not (tmp_path / ".publisher" / "outbox").exists()
    assert "issues: none yet" in publisher("status").stdout
    assert "P201" in publisher("preflight", "--source", examples, code=1, **faulty).stdout
    forced = publisher("publish", "--force", "--source", examples, **faulty)
    assert "1 sent" in forced.stdout
    assert len(list((tmp_path / ".publisher" / "outbox").glob("*.eml"))) == 1


def test_a_domain_is_looked_up_at_the_server_that_is_named(publisher: Run, examples: Path) -> None:
    from support.dns_server import serving

    with serving({("papers.dev", "MX"): ["10 mx.papers.dev."]}) as server:
        options = ("--nameserver", server.address, "--source", examples)
        variables = {"PUBLISHER_MAIL__FROM_ADDRESS": "news@papers.dev"}
        done = publisher("preflight", *options, **variables)
    assert 'add papers.dev. TXT "v=spf1 include:_spf.google.com ~all"' in done.stdout
    assert "N301" in done.stdout
    assert "papers.dev" not in publisher("preflight", "--no-dns", "--source", examples).stdout


def test_links_are_asked_when_told_to(publisher: Run, tmp_path: Path) -> None:
    from preflight.test_link_check import site

    with site() as root:
        digest = tmp_path / "posts" / "2024-12-02" / "NeRF.md"
        digest.parent.mkdir(parents=True)
        digest.write_text(
            f"---\ntitle: NeRF\ndate: 2024-12-02 10:00:00\ntags: NeRF\n---\n\n"
            "## A paper\n\n**Authors:A B**\n\nAn abstract.\n\n"
            f"[PDF](https://arxiv.org/abs/2411.00001) **Code** {root}/404\n",
            encoding="utf-8",
        )
        place = {"PUBLISHER_SITE__URL": f"{root}/404"}
        done = publisher("preflight", "--online", "--source", digest.parents[1], code=1, **place)
    assert "P206" in done.stdout
    assert "404" in done.stdout
