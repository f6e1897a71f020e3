"""`publisher init` for digests from arXiv, by options and by questions on a terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from publisher.settings import load

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., subprocess.CompletedProcess[str]]

MODEL = ("--model-url", "http://localhost:11434/v1", "--model-name", "qwen3:8b")


def test_the_settings_hold_what_the_options_say(publisher: Run, tmp_path: Path) -> None:
    result = publisher(
        *("init", "--arxiv", "cs.cv", "--arxiv", "cs.GR, Physics.ao-ph"),
        *("--keyword", "gaussian splatting, 3DGS", "--keyword", '"nerf"\\', *MODEL),
        *("--contact", "ada@example.org", "--prices", "0.25", "2"),
    )
    settings = load(tmp_path / "publisher.toml", {})
    (topic,) = settings.gather.topics
    assert topic.name == "Gaussian splatting"
    assert topic.categories == ("cs.CV", "cs.GR", "physics.ao-ph")
    assert topic.keywords == ("gaussian splatting", "3DGS", '"nerf"\\')
    assert (settings.gather.model.url, settings.gather.model.name) == MODEL[1::2]
    assert settings.gather.folder in settings.source.folders
    assert settings.site.language == "en"
    assert settings.gather.contact == "ada@example.org"
    assert (settings.gather.model.price_in, settings.gather.model.price_out) == (0.25, 2.0)
    assert re.search(r"Summaries of up to 20 papers a day: .*, \d.* a year of", result.stdout)
    assert "\n  publisher gather " in result.stdout
    assert "\n  publisher build " in result.stdout
    assert str(tmp_path / "digests") in result.stdout
    assert "PUBLISHER_GATHER__MODEL__API_KEY" in result.stdout


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ((), "cs.CV, cs.LG"),
        (("--keyword", "nerf"), "Nerf"),
        (("--keyword", "nerf", "--topic", "Radiance  fields"), "Radiance fields"),
        (("--topic", "视觉"), "视觉"),
    ],
)
def test_a_topic_has_a_name(
    publisher: Run, tmp_path: Path, options: tuple[str, ...], name: str
) -> None:
    result = publisher("init", "new/folder", "--arxiv", "cs.CV cs.LG", *options)
    (topic,) = load(tmp_path / "new" / "folder" / "publisher.toml", {}).gather.topics
    assert topic.name == name
    assert f"for {name} from cs.CV, cs.LG." in result.stdout
    assert "none, as no model is set" in result.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--arxiv", "computer vision"), "'--arxiv': 'vision!' is not"),
        (("--arxiv", "cs.CV", "cs.LG"), "cs.LG is a category, not a folder; write --arxiv cs.LG."),
        (("--keyword", "nerf"), "--keyword needs --arxiv, the categories of arXiv to read."),
        (MODEL, "--model-url needs --arxiv"),
        (("--arxiv", "cs.CV", *MODEL[:2]), "--model-url and --model-name need each other."),
        (("--arxiv", "cs.CV", *MODEL[2:]), "--model-url and --model-name need each other."),
        (("--arxiv", "cs.CV", "--prices", "1", "2"), "--prices needs --model-url."),
        (("--arxiv", "cs.CV", *MODEL, "--prices", "1", "-2"), "'1,-2' is not the price of a"),
        (("--arxiv", "cs.CV", "--model-url", "localhost"), "'localhost' is not a web address such"),
        (("--arxiv", "cs.CV", "--contact", "me"), "'me' is not an email or web address."),
        (("--arxiv", "cs.CV", "--topic", "a\x01"), "'a\\x01' is not a non-empty line of text."),
        (("--arxiv", "cs.CV", "--topic", "a\udcff"), "'a\\udcff' is not a non-empty line of text."),
        (("--arxiv", "cs.CV", "--topic", " "), "'' is not a non-empty line of text."),
    ],
)
def test_options_that_cannot_be_settings_change_nothing(
    publisher: Run, tmp_path: Path, options: tuple[str, ...], message: str
) -> None:
    options = tuple(option.replace("vision", "vision!") for option in options)
    assert message in publisher("init", *options, code=2).stderr
    assert not list(tmp_path.iterdir())


def test_of_settings_that_exist_nothing_changes_but_the_lines_to_add_are_shown(
    publisher: Run, tmp_path: Path
) -> None:
    publisher("init")
    file = tmp_path / "publisher.toml"
    text = file.read_text().replace('["source/_posts"]', '["source/_posts", "digests"]')
    file.write_text(text)
    again = publisher("init", "--arxiv", "cs.CV", "--keyword", "nerf", code=1)
    assert "publisher.toml: already exists; it was not changed; add" in again.stderr
    assert file.read_text() == text
    file.write_text(text + again.stdout)
    assert load(file, {}).gather.topics[0].keywords == ("nerf",)


def on_a_terminal(folder: Path, answers: str) -> str:
    """Return what `publisher init` writes to somebody who types `answers`."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "publisher", "init"]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PUBLISHER_")}
    os.write(ours, answers.encode())
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=environment
    ) as program:
        os.close(theirs)
        output = b""
        try:
            while chunk := os.read(ours, 4096):
                output += chunk
        except OSError:  # Linux ends a terminal in this way
            pass
    os.close(ours)
    assert program.returncode == 0, output
    return output.decode()


def test_questions_on_a_terminal(tmp_path: Path) -> None:
    answers = [
        *("cs.CV what?", "cs.cv cs.GR", "nerf, splatting", "me", "me@example.org"),
        *("http://localhost:11434/v1", "", "qwen3:8b", "1 nan", "1 2.5", ""),
    ]
    output = on_a_terminal(tmp_path, "\n".join(answers))
    assert "Error: 'what?' is not a category of arXiv such as cs.CV." in output
    gather = load(tmp_path / "publisher.toml", {}).gather
    assert "Error: 'me' is not an email or web address." in output
    assert gather.contact == "me@example.org"
    assert gather.topics[0].categories == ("cs.CV", "cs.GR")
    assert gather.topics[0].keywords == ("nerf", "splatting")
    assert (gather.model.url, gather.model.name) == ("http://localhost:11434/v1", "qwen3:8b")
    assert "Error: '1 nan' is not the price of a million tokens in, and that of" in output
    assert (gather.model.price_in, gather.model.price_out) == (1.0, 2.5)


def test_whoever_has_digests_skips_the_questions(tmp_path: Path) -> None:
    assert "set site.url and source.folders" in on_a_terminal(tmp_path, "\n")
    assert load(tmp_path / "publisher.toml", {}).source.folders == ("source/_posts",)
