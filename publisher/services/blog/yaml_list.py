"""Addition of items to a list in somebody's YAML file; comments and layout stay as they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import yaml

from publisher.errors import OutputError
from publisher.formatter.site.atomic_write import write_whole
from publisher.services.blog.config_files import read_text

if TYPE_CHECKING:
    from publisher.services.blog.description import ListAddition

_BOM = "\ufeff".encode()


def new_content(addition: ListAddition) -> bytes | None:
    """Return the content of the file with the items of `addition`.

    None where it can't be had by a small edit: the file is no plain YAML mapping, or the list is
    made of aliases. What was there before is read again, and has to be the same.
    """
    path = addition.file
    if path.suffix not in (".yml", ".yaml"):
        return None
    try:
        before = path.read_bytes()
        text = read_text(path)
        old = yaml.safe_load(text) or {}
        edited = _edited(text, addition.key, addition.items)
        new = yaml.safe_load(edited) if edited is not None else None
    except (OSError, ValueError, yaml.YAMLError, RecursionError):
        return None
    if edited is None or not isinstance(old, dict):
        return None
    value = old.get(addition.key) or []
    whole = [*(value if isinstance(value, list) else [value]), *addition.items]
    if new != {**old, addition.key: whole}:
        return None
    return (_BOM if before.startswith(_BOM) else b"") + edited.encode()


def add_items(addition: ListAddition) -> bool:
    """Write the items of `addition` into its file; return whether a small edit could do that.

    Raises `OutputError`.
    """
    content = new_content(addition)
    if content is None:
        return False
    target = addition.file.resolve()  # a link stays a link
    try:
        mode = target.stat().st_mode
        write_whole(target, content)
        target.chmod(mode)
    except OSError as error:
        raise OutputError(f"{target}: can't be written: {error.strerror}") from error
    return True


def _edited(text: str, key: str, items: tuple[str, ...]) -> str | None:
    ending = "\r\n" if "\r\n" in text else "\n"
    quoted = [json.dumps(item) for item in items]
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is None:
        pairs = []
    elif isinstance(root, yaml.MappingNode) and not root.flow_style:
        pairs = root.value
    else:
        return None
    node = next((value for name, value in pairs if name.value == key), None)
    if node is None:
        start = text if text.endswith("\n") or not text else f"{text}{ending}"
        return start + ending.join([f"{key}:", *(f"  - {item}" for item in quoted), ""])
    if isinstance(node, yaml.SequenceNode):
        return _longer(text, node, quoted, ending)
    start, end = node.start_mark.index, node.end_mark.index
    if not isinstance(node, yaml.ScalarNode) or node.style in ("|", ">"):
        return None
    if start == end:  # "skip_render:" and nothing more
        return f"{text[:start]} [{', '.join(quoted)}]{text[end:]}"
    if node.tag != "tag:yaml.org,2002:null" and node.value:
        quoted.insert(0, json.dumps(node.value))
    return f"{text[:start]}[{', '.join(quoted)}]{text[end:]}"


def _longer(text: str, node: yaml.SequenceNode, quoted: list[str], ending: str) -> str | None:
    if node.flow_style:
        end = node.end_mark.index - 1
        inner = text[node.start_mark.index + 1 : end].rstrip()
        comma = ", " if node.value and not inner.endswith(",") else ""
        return (
            f"{text[:end].rstrip() if comma else text[:end]}{comma}{', '.join(quoted)}{text[end:]}"
        )
    last = node.value[-1]
    if not isinstance(last, yaml.ScalarNode) or last.style in ("|", ">"):
        return None
    end = text.find("\n", last.end_mark.index)
    head, tail = (text, "") if end < 0 else (text[: end + 1], text[end + 1 :])
    start = head if head.endswith("\n") else f"{head}{ending}"
    indent = " " * node.start_mark.column
    return start + "".join(f"{indent}- {item}{ending}" for item in quoted) + tail
