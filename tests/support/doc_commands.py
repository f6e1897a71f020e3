"""The command lines of a Markdown page, for tests: of its shell blocks, and within its prose."""

from __future__ import annotations

import re
import shlex
import subprocess
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FENCE = re.compile(r"^([ ]*)(```+)(\w*)\n(.*?)^\1\2$", re.MULTILINE | re.DOTALL)
SHELL = {"sh", "bash", "console", "shell"}
_INDENTED = re.compile(r"(?:^(?: {4}.*)?\n)+", re.MULTILINE)
_STARTS = re.compile(r"(?:publisher|pip|pipx|uvx|git|docker|\./run\.sh) ")
_INLINE = re.compile(r"(?<!`)`(publisher [^`]+)`(?!`)")
_CALL = re.compile(r"(?:^|[\s/=])publisher ([^\n]*)", re.MULTILINE)
_EXPANSION = re.compile(r"\$\{\{.*?\}\}|\$\{[^}]*\}")


@dataclass(frozen=True)
class Command:
    """A command of a block, with its line in the page."""

    text: str
    line: int


@dataclass(frozen=True)
class Block:
    """A block of shell commands; a `script` is a file of its own."""

    commands: tuple[Command, ...]
    script: str = ""


def shell_blocks(page: str) -> Iterator[Block]:
    """Yield the blocks of the page that are for a shell, in order."""
    blocks = [
        (match.start(4), dedent(match[4])) for match in FENCE.finditer(page) if match[3] in SHELL
    ]
    without = FENCE.sub(lambda match: re.sub(r".", "x", match[0]), page)
    blocks += [
        (match.start(), dedent(match[0]))
        for match in _INDENTED.finditer(without)
        if _STARTS.match(dedent(match[0]).lstrip())
    ]
    for start, text in sorted(blocks):
        if text.startswith("#!"):
            yield Block((), text)
        else:
            yield Block(tuple(_commands(text, page.count("\n", 0, start) + 1)))


def _commands(text: str, first: int) -> Iterator[Command]:
    """Yield the commands of a block, those of several lines in one piece."""
    begun: list[str] = []
    for number, line in enumerate(text.splitlines(), first):
        if not begun and (not line.strip() or line.startswith("#")):
            continue
        begun.append(line)
        whole = "\n".join(begun)
        if not line.endswith("\\") and is_shell(whole):
            yield Command(whole, number - len(begun) + 1)
            begun = []
    assert not begun, f"line {first}: no end of {begun[0]!r}"


def is_shell(text: str) -> bool:
    """Return whether a shell understands `text` as it is, without an end that is missing."""
    checked = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True)
    return checked.returncode == 0 and not checked.stderr


def mentioned_calls(page: str) -> Iterator[list[str]]:
    """Yield the words after `publisher` of each call in the prose, and in blocks of any kind."""
    for match in _INLINE.finditer(FENCE.sub("", page)):
        yield _words(match[1].removeprefix("publisher "))
    for block in FENCE.finditer(page):
        if block[3] in SHELL | {"yaml", "ini", "text", "toml", "powershell", "dockerfile"}:
            for match in _CALL.finditer(re.sub(r"^\s*#.*$", "", block[4], flags=re.MULTILINE)):
                # A service of Docker's may be called like the program.
                call = match[1].removeprefix("publisher ")
                if re.match(r"[a-z-]+\b(?![:.,])", call):
                    yield _words(call)


def _words(text: str) -> list[str]:
    line = re.split(r"(?:>>?|\|\|?|;|&&?)(?=\s|$)", _EXPANSION.sub("", " ".join(text.split())))[0]
    try:
        return shlex.split(line, comments=True)
    except ValueError:  # a quotation of the surrounding file ends here
        quote = '"' if line.count('"') % 2 else "'"
        return shlex.split(line.rpartition(quote)[0], comments=True)
