"""The import rule, and the rules about names and sizes that the design makes."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "publisher"
MODULES = sorted(PACKAGE.rglob("*.py"))
ROOMS = ("collector", "formatter", "preflight", "sender", "store", "cli", "web")
COMMON = {
    "models",
    "errors",
    "settings",
    "addresses",
    "newsletter",
    "plugins",
    "printable",
    "process_pool",
    "sqlite_wal",
    "wcag",
}


def imports(path: Path) -> set[str]:
    """Return the dotted names that the module imports, also late and for types only."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("room", ["collector", "formatter", "preflight", "sender", "store"])
def test_rooms_import_nothing_of_each_other(room: str) -> None:
    for path in (PACKAGE / room).rglob("*.py"):
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "publisher" and len(parts) > 1 and parts[1] != "__version__":
                assert parts[1] in COMMON | {room}, f"{path.relative_to(PACKAGE)} imports {name}"


def test_the_common_modules_import_no_room() -> None:
    for path in [
        PACKAGE / "errors.py",
        *(PACKAGE / "models").rglob("*"),
        *(PACKAGE / "settings").rglob("*"),
    ]:
        for imported in imports(path) if path.suffix == ".py" else ():
            assert not imported.startswith(tuple(f"publisher.{room}" for room in ROOMS))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module(path: Path) -> None:
    path.read_text(encoding="utf-8")
    assert not {"smtplib"} & {name.split(".")[0] for name in imports(path)}
    assert path.stem not in {"utils", "util", "helpers", "helper", "manager", "managers", "misc"}


# Names of classes that two modules may share, with the reason.
SHARED_NAMES = {
    "Delivery": "a schema of the API, whose name its document shows",
    "Issue": "a schema of the API, whose name its document shows",
    "Subscriber": "a schema of the API, whose name its document shows",
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
        "httpx",
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
