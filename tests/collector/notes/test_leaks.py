"""Each row of the table of leaks: its example is removed, its look-alike stays."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.collector.notes.leak import Leak, LeakScope
from publisher.collector.notes.leaks import leaks, without_leaks

LEAKS = leaks()


def test_names_are_unique() -> None:
    assert len({leak.name for leak in LEAKS}) == len(LEAKS)


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_row(leak: Leak) -> None:
    pattern = re.compile(leak.pattern, re.DOTALL)
    assert not pattern.groups, "a group would hide which row it was"
    find = pattern.match if leak.scope is LeakScope.SENTENCE else pattern.search
    assert find(leak.example)
    assert not find(leak.look_alike)


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
def test_table(leak: Leak) -> None:
    rest, kinds = without_leaks(leak.example)
    assert rest != leak.example
    assert without_leaks(rest) == (rest, ()), "all leaks are removed at once"
    assert leak.kind in kinds
    assert without_leaks(leak.look_alike) == (leak.look_alike, ())


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: leak.name)
@given(st.data())
@settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=20)
def test_every_match_has_its_sign(leak: Leak, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(re.compile(leak.pattern, re.DOTALL)))
    match = re.compile(leak.pattern, re.DOTALL).search(text)
    if leak.sign:
        assert re.search(leak.sign, text, re.DOTALL), text
    elif match:
        assert len(match.group(0)) <= 16, "only a line of a few words may do without a sign"


STAYS = [
    "我们希望这项工作能够引起更多关注。",
    "希望该方法能够推动研究。",
    "请注意，网格只用作几何代理。",
    "有关详细信息，请参阅补充材料。",
    "以上三个模块联合训练。",
    "如果有多个视角，则取平均。",
    "由于深度未知，无法直接重建场景。",
    "Github 上的星标数超过一千。",
    "使用 T5-XXL 编码器。",
    "其中 x1, x2, ..., xn 是样本。",
    "然而，文章未提供代码，难以复现。",
    "We hope this work inspires others.",
]


@pytest.mark.parametrize("text", STAYS)
def test_real_sentences_stay(text: str) -> None:
    assert without_leaks(text) == (text, ())


MIXED = [
    ("好的，以下是对《A：B》的总结：该文很快。", "该文很快。", 1),
    ("该文很快。希望以上回答符合您的要求！", "该文很快。", 1),
    ("该文很快（请根据实际填写）。注：以上仅为概括。", "该文很快。", 2),
    ("See https://www.example.com/paper_link now", "See  now", 1),
    ("Fast. I hope this helps.", "Fast.", 1),
]


@pytest.mark.parametrize(("text", "expected", "count"), MIXED)
def test_only_the_leak_is_removed(text: str, expected: str, count: int) -> None:
    rest, kinds = without_leaks(text)
    assert rest.strip() == expected
    assert len(kinds) == count


@given(st.text(st.sampled_from("好的，。请您x（）[]填写: \nabc以上是GithubNone"), max_size=200))
def test_nothing_is_added(text: str) -> None:
    rest, kinds = without_leaks(text)
    remaining = iter(text)
    assert all(char in remaining for char in rest)
    assert bool(kinds) == (rest != text)
