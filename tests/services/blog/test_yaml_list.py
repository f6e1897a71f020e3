"""Items added to a list of somebody's YAML: all else stays byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from publisher.services.blog.description import ListAddition
from publisher.services.blog.yaml_list import add_items, new_content

if TYPE_CHECKING:
    from pathlib import Path

# before, after; "@" stands for the item
CASES = {
    "no such key": ("title: a # b\n", 'title: a # b\nskip_render:\n  - "@"\n'),
    "no end of line": ("title: a", 'title: a\nskip_render:\n  - "@"\n'),
    "an empty file": ("", 'skip_render:\n  - "@"\n'),
    "comments alone": ("# none\n", '# none\nskip_render:\n  - "@"\n'),
    "a block at the end": (
        "deploy:\n  type: git\n",
        'deploy:\n  type: git\nskip_render:\n  - "@"\n',
    ),
    "nothing": ("skip_render:\na: b\n", 'skip_render: ["@"]\na: b\n'),
    "nothing but a comment": ("skip_render: # no\na: b\n", 'skip_render: ["@"] # no\na: b\n'),
    "null": ("skip_render: ~ # no\n", 'skip_render: ["@"] # no\n'),
    "an empty text": ("skip_render: ''\n", 'skip_render: ["@"]\n'),
    "a text": ("skip_render: a/** # x\n", 'skip_render: ["a/**", "@"] # x\n'),
    "a quoted text": ("skip_render: 'it''s'\n", 'skip_render: ["it\'s", "@"]\n'),
    "an empty list": ("skip_render: [ ]\n", 'skip_render: [ "@"]\n'),
    "a list": ("skip_render: [a, 'b'] # x\n", "skip_render: [a, 'b', \"@\"] # x\n"),
    "a list with a last comma": ("skip_render: [a, ]\n", 'skip_render: [a, "@"]\n'),
    "a list over lines": ("skip_render: [\n  a\n]\n", 'skip_render: [\n  a, "@"]\n'),
    "a block": (
        "skip_render:\n    - a # x\n    - b # y\n\n# z\nc: d\n",
        'skip_render:\n    - a # x\n    - b # y\n    - "@"\n\n# z\nc: d\n',
    ),
    "a block at the margin": (
        "skip_render:\n- a\nc: d\n",
        'skip_render:\n- a\n- "@"\nc: d\n',
    ),
    "a block at the end of the file": ("skip_render:\n  - a", 'skip_render:\n  - a\n  - "@"\n'),
    "lines of Windows": (
        "a: b\r\nskip_render:\r\n  - a\r\nc: d\r\n",
        'a: b\r\nskip_render:\r\n  - a\r\n  - "@"\r\nc: d\r\n',
    ),
    "a byte order mark": ("\ufeffa: b\n", '\ufeffa: b\nskip_render:\n  - "@"\n'),
    "Chinese": ("标题: 论文 # 注\n", '标题: 论文 # 注\nskip_render:\n  - "@"\n'),
}
LEFT_ALONE = {
    "no mapping": "- a\n",
    "a mapping in braces": "{a: b}\n",
    "broken": "a: [\n",
    "two documents": "a: b\n---\nc: d\n",
    "an end": "a: b\n...\n",
    "a mapping as value": "skip_render: {a: b}\n",
    "a text of several lines": "skip_render: |\n  a\n",
    "items of several lines": "skip_render:\n  - |\n    a\n",
    "a tag": "a: !own b\n",
    "the key twice": "skip_render: a\nskip_render: b\n",
}
ITEM = "papers/**"


def addition(folder: Path, text: str, name: str = "_config.yml") -> ListAddition:
    path = folder / name
    path.write_bytes(text.encode())
    return ListAddition(path, "skip_render", (ITEM,), "")


@pytest.mark.parametrize("case", CASES)
def test_an_item_is_added(tmp_path: Path, case: str) -> None:
    before, after = CASES[case]
    change = addition(tmp_path, before)
    assert add_items(change)
    assert change.file.read_bytes().decode() == after.replace("@", ITEM)
    assert list(tmp_path.iterdir()) == [change.file]


@pytest.mark.parametrize("case", LEFT_ALONE)
def test_what_a_small_edit_cannot_change_is_left_alone(tmp_path: Path, case: str) -> None:
    change = addition(tmp_path, LEFT_ALONE[case])
    assert not add_items(change)
    assert change.file.read_bytes().decode() == LEFT_ALONE[case]


def test_json_is_left_alone(tmp_path: Path) -> None:
    assert not add_items(addition(tmp_path, "{}", "_config.json"))


def test_a_link_stays_one_and_the_mode_too(tmp_path: Path) -> None:
    change = addition(tmp_path, "a: b\n", "shared.yml")
    change.file.chmod(0o640)
    link = tmp_path / "_config.yml"
    link.symlink_to(change.file)
    assert add_items(ListAddition(link, "skip_render", (ITEM,), ""))
    assert link.is_symlink()
    assert ITEM in change.file.read_text()
    assert change.file.stat().st_mode & 0o777 == 0o640


VALUES = st.one_of(st.none(), st.text(max_size=8), st.lists(st.text(max_size=8), max_size=3))


@given(value=VALUES, others=st.dictionaries(st.text(min_size=1, max_size=5), VALUES, max_size=3),
       flow=st.booleans())  # fmt: skip
def test_any_list_has_one_more_item_or_is_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, value: object, others: dict[str, object], flow: bool
) -> None:
    text = yaml.safe_dump(
        others | {"skip_render": value}, default_flow_style=None if flow else False,
        allow_unicode=True, sort_keys=False,
    )  # fmt: skip
    content = new_content(addition(tmp_path_factory.getbasetemp(), text))
    if content is not None:
        read = yaml.safe_load(text)
        listed = read["skip_render"] or []
        before = listed if isinstance(listed, list) else [listed]
        assert yaml.safe_load(content) == read | {"skip_render": [*before, ITEM]}
