"""The documents agree with the program, and their links lead somewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT, chromium
from support.doc_commands import FENCE

from publisher.collector.findings import CODES
from publisher.preflight.findings import CODES as PREFLIGHT
from publisher.services.private_files import CODES as PRIVATE
from publisher.settings.sections import SECTIONS
from publisher.settings.target_urls import is_url_variable

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.models import Severity

DOCS = ROOT / "docs"
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / ".github").rglob("*.md"),
        ROOT / "examples" / "README.md",
        *(page for page in DOCS.rglob("*.md") if "_build" not in page.parts),
    ]
)
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """Return the text of `page` without its blocks of code."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    return re.sub(r"^ {4}.*$", "", text, flags=re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Return the anchors that forges and MyST give to the headings of `page`."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    texts = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in headings]
    return {re.sub(r"[^\w -]", "", text.lower()).strip().replace(" ", "-") for text in texts}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"(?:https?|mailto):", target):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.exists(), target
        assert linked.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(linked), target


def test_every_page_is_in_the_contents_of_its_folder() -> None:
    for index in (page for page in PAGES if page.name == "index.md"):
        contents = re.findall(
            r"^```\{toctree\}\n(.*?)^```$", index.read_text(), re.MULTILINE | re.DOTALL
        )
        entries = {
            page.relative_to(index.parent).with_suffix("").as_posix()
            for line in "".join(contents).split()
            if not line.startswith(":")
            for page in index.parent.glob(f"{line}.md")
        }
        own_pages = {page.stem for page in index.parent.glob("*.md")} - {"index"}
        assert own_pages <= entries, index
        for entry in entries:
            assert f"({entry}.md)" in prose(index), f"{index}: {entry} is in the contents only"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_files_that_are_named_exist(page: Path) -> None:
    folders = [path.name for path in (ROOT / "publisher").iterdir() if path.is_dir()]
    first = "|".join([*folders, "publisher", "tests", "docs", "tools", "requirements", "templates"])
    for path in re.findall(rf"`((?:{first})/[\w/.-]*)`", prose(page)):
        assert (ROOT / path).exists() or (ROOT / "publisher" / path).exists(), path


def test_the_map_names_every_room_and_no_other() -> None:
    package = ROOT / "publisher"
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    the_map = text.partition("## The map")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", the_map, re.MULTILINE)[2:]
    rooms = {name.strip("/") for names, _ in rows for name in re.findall(r"`([\w/]+)`", names)}
    folders = {path.name for path in package.iterdir() if (path / "__init__.py").exists()}
    mentioned = set(re.findall(r"`(\w+)/`", the_map))
    assert folders <= rooms | mentioned
    assert all((package / room).exists() or (package / f"{room}.py").exists() for room in rooms)
    for names, purpose in rows:
        for part in re.findall(r"`(\w+)/`", purpose):
            places = [package, *(package / name for name in re.findall(r"`(\w+)/`", names))]
            assert any((place / part).is_dir() for place in places), f"{names}: {part}/"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_settings_that_are_named_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    sections = "|".join(map(re.escape, sorted(SECTIONS, key=len, reverse=True)))
    named = re.findall(rf"`({sections})\.(\w+)\b(?!\()", text)
    named += [
        (section.lower().replace("__", "."), key.lower().removesuffix("_file"))
        for section, key in re.findall(r"\bPUBLISHER_([A-Z_]+)__([A-Z0-9_]*[A-Z])", text)
        if not is_url_variable(f"PUBLISHER_{section}__{key}")
    ]
    for section, key in named:
        fields = SECTIONS[section].__struct_fields__
        assert key in fields or f"{key}_file" in fields, f"{section}.{key}"


def test_the_command_line_reference_is_up_to_date(tmp_path: Path) -> None:
    page = tmp_path / "command-line.md"
    subprocess.run([sys.executable, ROOT / "tools" / "command_line.py", page], check=True)
    committed = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")
    assert page.read_text(encoding="utf-8") == committed, "run ./run.sh reference"


@pytest.mark.parametrize(
    ("name", "codes"), [("findings", CODES), ("preflight", PREFLIGHT | PRIVATE)]
)
def test_every_finding_is_explained(name: str, codes: dict[str, tuple[Severity, str]]) -> None:
    text = (DOCS / "reference" / f"{name}.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([A-Z]\d+) \| (\w+) \| (.*?) \| (.+) \|$", text, re.MULTILINE)
    assert {code: (kind, message) for code, kind, message, _ in rows} == {
        code: (severity.value, message) for code, (severity, message) in codes.items()
    }
    assert all(meaning.strip() for *_, meaning in rows)


def test_states_and_statuses_are_explained() -> None:
    models = import_module("publisher.models")
    for name, states in (
        ("deliveries-in-doubt", models.DeliveryState),
        ("subscribers", models.SubscriberStatus),
    ):
        text = (DOCS / "how-to" / f"{name}.md").read_text(encoding="utf-8")
        for state in states:
            assert f"\n| {state.value.replace('_', ' ')} |" in text, state


def test_the_glossary_is_in_order_and_defines_each_term_once() -> None:
    text = (DOCS / "reference" / "glossary.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \| ([^|]+?) \|$", text, re.MULTILINE)[2:]
    terms = [term for term, _, _ in rows]
    assert terms == sorted(set(terms))
    assert all(re.search(r"[\u4e00-\u9fff]", chinese) for _, chinese, _ in rows)
    assert {
        *("digest", "issue", "edition", "delivery", "ledger", "in doubt", "preflight", "outbox"),
        *("paper", "topic", "entry", "transport"),
    } <= set(terms)


@pytest.mark.parametrize("record", DECISIONS, ids=name_of)
def test_decisions_have_one_form(record: Path) -> None:
    text = record.read_text(encoding="utf-8")
    number = int(record.name[:4])
    assert number == DECISIONS.index(record) + 1
    assert text.startswith(f"# {number}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    title = text.splitlines()[0].removeprefix("# ")
    index = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    assert f"[{title}]({record.name})" in index


@pytest.mark.browser
@pytest.mark.slow
def test_the_pictures_can_be_taken_again(tmp_path: Path) -> None:
    chromium()
    subprocess.run([sys.executable, ROOT / "tools" / "pictures.py", tmp_path], check=True)
    for picture in (DOCS / "images").glob("*.png"):
        size = slice(16, 24)  # width and height of a PNG
        assert (tmp_path / picture.name).read_bytes()[size] == picture.read_bytes()[size]
