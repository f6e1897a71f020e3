"""The import rule, and the rules about names that the design makes."""

from __future__ import annotations

import ast
import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "publisher"
TESTS = Path(__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
# From the bottom to the top: a room imports its own layer's base and the layers below.
LAYERS = (
    ("errors", "language_detection", "printable", "private_folder", "translation", "wcag"),
    ("models",),
    (
        "addresses",
        "author_names",
        "build_lock",
        "digest_lines",
        "git_process",
        "paper_id",
        "plugins",
        "process_pool",
        "settings",
        "sqlite_wal",
        "term_matching",
    ),
    ("newsletter",),
    ("collector", "formatter", "gather", "preflight", "sender", "store"),
    ("inbound",),
    ("services",),
    ("watcher",),
    ("automation",),
    ("web",),
    ("live_preview",),
    ("cli",),
    ("__main__",),
)
LAYER = {room: number for number, layer in enumerate(LAYERS) for room in layer}


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {dotted(path): path for path in MODULES if "migrations" not in path.parts}


def imports(path: Path) -> set[str]:
    """Return the dotted names that the module imports, also late and for types only."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def module_of(name: str) -> str | None:
    """Return the module of the package that a dotted name is, or is in."""
    if name in NAMES:
        return name
    parent = name.rpartition(".")[0]
    return parent if parent in NAMES else None


GRAPH = {
    name: {module for imported in imports(path) if (module := module_of(imported))} - {name}
    for name, path in NAMES.items()
}


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def test_there_are_no_import_circles() -> None:
    try:
        TopologicalSorter(GRAPH).prepare()
    except CycleError as error:
        pytest.fail(f"import circle: {' <- '.join(error.args[1])}")


def test_no_import_leads_upwards_or_sideways() -> None:
    wrong = [
        f"{module} imports {imported}"
        for module, names in GRAPH.items()
        for imported in names
        # The package itself holds the version alone.
        if imported != "publisher"
        and room_of(module) != room_of(imported)
        and LAYER[room_of(imported)] >= LAYER[room_of(module)]
    ]
    assert wrong == []


def test_every_room_has_a_layer() -> None:
    assert {room_of(name) for name in NAMES} - {""} == set(LAYER)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module(path: Path) -> None:
    assert not {"smtplib"} & {name.split(".")[0] for name in imports(path)}
    assert path.stem not in {"utils", "util", "helpers", "helper", "manager", "managers", "misc"}


def test_every_noqa_says_why() -> None:
    comment = re.compile(r"# noqa\b(?!: [A-Z]+\d+(?:, [A-Z]+\d+)* - \S)")
    folders = (PACKAGE, TESTS, *(PACKAGE.parent / name for name in ("benchmarks", "fuzz", "tools")))
    wrong = [
        f"{path}:{number}"
        for folder in folders
        for path in folder.rglob("*.py")
        if "node_modules" not in path.parts and path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if comment.search(line)
    ]
    assert wrong == []


# Names that a newcomer could not guess, and what they were called in. A module of that name stays
# away from its room, a class or function from everywhere.
FORMER_MODULES = {
    "": "correspondence issuing locking mailroom one_at_a_time pipeline processes vetting"
    " write_ahead",
    "collector": "clean crew defects heads identity kept lattice lessons mixture papers plainly"
    " readings signs teachers undo unwanted",
    "formatter": "cards columns family fitting folder frame headline labels make makers"
    " new_folders parts plain rows scripts write",
    "sender": "breaker claims dialogue foreign inbox judge one_time owner pace quoted replies"
    " single stopping wire",
    "inbound": "room secret traces verdict weighing",
    "preflight": "answers coding head parts wording",
    "store": "agreements cleaning figures history knocks letters moves personal requests",
    "automation": "desk",
    "watcher": "relevance",
    "web": "arrival asking attempts child front gate guards kept lookout push reading",
}
FORMER_TEST_MODULES = "clocked hands hostility office operating running sink storm".split()
FORMER_NAMES = frozenset(
    "Addressee Alone Chooser Letter Letterhead Listed Lookout Mailroom Offer PaperHead Parcel Part"
    " SingleMail Speaker Visit Wanted Wishes _Apart beside had let_in on_the_wire one_at_a_time"
    " share_out weigh write_ahead".split()
)


@pytest.mark.parametrize("room", FORMER_MODULES)
def test_no_module_has_a_former_name(room: str) -> None:
    former = set(FORMER_MODULES[room].split())
    paths = (PACKAGE / room).rglob("*") if room else PACKAGE.iterdir()
    # An old checkout may have folders of moved modules with nothing but compiled files.
    modules = (path for path in paths if path.suffix == ".py" or any(path.glob("*.py")))
    assert [path for path in modules if path.stem in former] == []


def test_no_support_module_has_a_former_name() -> None:
    paths = [*TESTS.glob("*.py"), *(TESTS / "support").glob("*.py")]
    assert [path for path in paths if path.stem in FORMER_TEST_MODULES] == []


def test_no_class_or_function_has_a_former_name() -> None:
    definitions = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    wrong = [
        f"{path.relative_to(PACKAGE)}: {node.name}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, definitions) and node.name in FORMER_NAMES
    ]
    assert wrong == []


def test_a_module_docstring_is_a_noun_phrase_or_an_imperative() -> None:
    question = re.compile(r"(what|who|whose|how|where|which|when|why)\b", re.IGNORECASE)
    wrong = [
        str(path.relative_to(PACKAGE))
        for path in MODULES
        if question.match(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
    ]
    assert wrong == []


# Names of classes that two modules may share, with the reason.
SHARED_NAMES = {
    "Delivery": "a schema of the API, whose name its document shows",
    "Issue": "a schema of the API, whose name its document shows",
    "Subscriber": "a schema of the API, whose name its document shows",
    "Suppression": "a schema of the API, whose name its document shows",
    "Store": "the section [store] of the settings",
}


def test_each_record_is_defined_once() -> None:
    places: dict[str, list[str]] = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(str(path.relative_to(PACKAGE)))
    shared = {name: paths for name, paths in places.items() if len(paths) > 1}
    assert sorted(shared) == sorted(SHARED_NAMES), shared


def test_help_needs_nothing_heavy() -> None:
    import subprocess

    heavy = [
        "feedgen",
        "premailer",
        "sqlalchemy",
        "alembic",
        "jinja2",
        "lxml",
        "yagmail",
        "nh3",
        "httpx2",
        "watchfiles",
        "tinycss2",
        "cssselect",
        "dns",
        "pydantic",
        "typer",
        "starlette",
        "uvicorn",
    ]
    program = (
        "import sys; from publisher.cli import app; app(['--help'], standalone_mode=False); "
        f"sys.exit(' '.join(set({heavy!r}) & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
