"""Tests of the repair of wrongly decoded text."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.collector.mojibake import repair as repair_module
from publisher.collector.mojibake.detection import looks_damaged
from publisher.collector.mojibake.file_bytes import decode
from publisher.collector.mojibake.language_model import LanguageModel
from publisher.collector.mojibake.repair import Repaired, repair

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CORPUS = ROOT.parent / "shared" / "corpus"
SEEDS = ROOT.parent / "shared" / "seeds"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
needs_seeds = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds are not here")

MINUTE = 60  # seconds; quadratic time takes many minutes on any machine

PROSE = [
    "今天下雨，我们在家里看书，不出门。",
    "他说这本书与那本书都很有意思，可以在图书馆借到。",
    "春天来了，花园中的花都开了，孩子们在草地上玩。",
    "学校的老师正在教学生们写字，大家都很认真。",
]
SOUND = [
    "Zdeněk, Guédon, Müller, Gülşen Şahin, João, CONCEIÇÃO, SÃO PAULO, naïve",
    "“curly quotes”, ‘single’ – dash — and … € 5 × 3 ° µ ± ½ ² ©®™",
    "René† and André†‡ wrote; « été » in Paris; Tomáš” píš“ É“ 5×“",
    "Nguyễn Đình Ã, IRMÃ, Ångström, ÅÄÖ, Łukasz, Đặng, Ştefan",
    "木匠用锛削木头，铁锛很重。",
    "😀 🔴 emoji and 中文 mixed with français",
    "how? why?? �",
]


def cp1254(text: str) -> str:
    return text.encode().decode("cp1254", "ignore").replace("\xad", "")


def cp1252(text: str) -> str:
    return text.encode().decode("cp1252", "ignore")


def cp1252_marked(text: str) -> str:
    return text.encode().decode("cp1252", "replace")


def gbk(text: str) -> str:
    return text.encode().decode("gbk", "ignore")


def gbk_marked(text: str) -> str:
    return text.encode().decode("gbk", "replace")


def twice(text: str) -> str:
    return cp1252(cp1252(text))


def mixed_pages(text: str) -> str:
    return cp1254(cp1252(text))


@lru_cache(maxsize=1)
def small_model() -> LanguageModel:
    return LanguageModel.from_texts(PROSE)


@lru_cache(maxsize=1)
def corpus_model() -> LanguageModel:
    return LanguageModel.from_texts(
        p.read_text(encoding="utf-8") for p in CORPUS.rglob("*.md") if held_in(p)
    )


def held_in(path: Path) -> bool:
    return path.parent.name != "2024-04-06"


def sound_files() -> list[Path]:
    seeds = [path for path in SEEDS.glob("*.txt") if not path.name.startswith("003_")]
    return sorted(CORPUS.rglob("*.md")) + sorted(seeds)


@pytest.mark.parametrize(
    "damage", [cp1254, cp1252, cp1252_marked, gbk, gbk_marked, twice, mixed_pages]
)
def test_damage_is_undone(damage: Callable[[str], str]) -> None:
    text = "\n".join(PROSE)
    assert looks_damaged(damage(text))
    result = repair(damage(text), small_model())
    assert result.text == text
    assert result.changed_lines == (1, 2, 3, 4)
    assert result.unreadable_lines == ()


@pytest.mark.parametrize("line", SOUND)
def test_sound_lines_stay(line: str) -> None:
    assert not looks_damaged(line)
    assert repair(line, small_model()).text == line


@pytest.mark.parametrize("line", SOUND)
def test_sound_lines_stay_among_damaged_ones(line: str) -> None:
    text = "\n".join([cp1254(PROSE[0]), line, *map(cp1254, PROSE[1:])])
    result = repair(text, small_model())
    assert result.text.split("\n")[1] == line
    assert result.changed_lines == (1, 3, 4, 5)


def test_a_line_may_be_damaged_in_part() -> None:
    line = f"Guédon 说：{cp1254(PROSE[0])} “Müller”"
    assert repair(line, small_model()).text == f"Guédon 说：{PROSE[0]} “Müller”"


def test_western_names() -> None:
    assert repair("cafÃ© and GuÃ©don", small_model()).text == "café and Guédon"
    text = "\n".join(map(cp1254, [*PROSE, "María Müller, Jiří Novák", "“quoted”"]))
    assert repair(text, small_model()).text.split("\n")[4:] == [
        "María Müller, Jiří Novák",
        "“quoted”",
    ]


def test_hopeless_line_is_reported() -> None:
    wrong = "".join(char for char in cp1254(PROSE[1] * 3) if char in "äåæçèé，" or char < "\x80")
    result = repair("\n".join([*map(cp1254, PROSE), "ä¸ " + wrong]), small_model())
    assert 5 in result.unreadable_lines


def test_without_archive() -> None:
    result = repair(cp1254("\n".join(PROSE)), None)
    wrong = sum(a != b for a, b in zip(result.text, "\n".join(PROSE), strict=True))
    assert wrong <= 2


def test_without_words_a_small_archive_teaches_too_little(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repair_module, "word_model", lambda: None)
    text = "\n".join([*map(cp1254, PROSE), "sound"])
    for model in (None, small_model()):
        assert repair(text, model) == Repaired(text, (), (), (1, 2, 3, 4))
        assert repair("sound", model) == Repaired("sound", (), ())
    monkeypatch.setattr(repair_module, "_ENOUGH_WITHOUT_WORDS", small_model().size)
    assert repair(text, small_model()).text == "\n".join([*PROSE, "sound"])


def test_model_does_not_depend_on_order_and_survives_storage() -> None:
    forth, back = LanguageModel.from_texts(PROSE), LanguageModel.from_texts(reversed(PROSE))
    assert forth.to_bytes() == back.to_bytes()
    again = LanguageModel.from_bytes(forth.to_bytes())
    assert again.to_bytes() == forth.to_bytes()
    assert again.size == forth.size


@pytest.mark.parametrize("data", [b"", b"RLM3", b"RLM3abc", b"RLM1\x00"])
def test_foreign_model_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="language model"):
        LanguageModel.from_bytes(data)


def test_empty_model_is_usable() -> None:
    assert LanguageModel.from_texts([]).log_probability("中", "\n") < 0


def test_decode() -> None:
    assert decode("\ufeff中文\nb".encode()) == ("中文\nb", ())
    assert decode("中文\n".encode() + "图书馆里的书".encode("gb18030")) == (
        "中文\n图书馆里的书",
        (2,),
    )
    assert decode("Müller café".encode("cp1252")) == ("Müller café", (1,))
    assert decode("一二三四五六".encode() + b"\xe4\xb8") == ("一二三四五六\ufffd", (1,))
    assert decode("中文".encode("utf-16")) == ("中文", ())


@given(st.binary(max_size=200))
def test_decode_never_raises(data: bytes) -> None:
    text, bad = decode(data)
    text.encode()
    assert all(1 <= number <= text.count("\n") + 1 for number in bad)


PIECES = st.sampled_from(
    [*"äåæçèéïÃÂðŸ¸­¼Œ€™ \n?\ufffdaZ1", "锛", "鐨", "銆", "中", "文", "\ud800", "\x85", "\r"]
)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=40).map("".join)))
def test_never_raises_and_keeps_lines(text: str) -> None:
    result = repair(text, small_model())
    assert result.text.count("\n") == text.count("\n")
    if text.isascii():
        assert result.text == text
    assert not any("\ud800" <= char <= "\udfff" for char in result.text)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=40).map("".join)))
def test_repair_is_idempotent(text: str) -> None:
    once = repair(text, small_model()).text
    assert repair(once, small_model()).text == once


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.text(alphabet="".join(sorted(set("".join(PROSE)))) + "abc \n", max_size=80))
def test_common_chinese_stays(text: str) -> None:
    assert repair(text, small_model()).text == text


@needs_corpus
def test_corpus_stays() -> None:
    for path in sound_files():
        text = path.read_text(encoding="utf-8")
        assert not looks_damaged(text), path
        assert repair(text, None).text == text


@needs_corpus
@pytest.mark.parametrize("damage", [cp1254, cp1252, mixed_pages])
def test_unseen_digests_are_restored(damage: Callable[[str], str]) -> None:
    for path in sorted((CORPUS / "2024-04-06").glob("*.md"))[:1]:
        text = path.read_text(encoding="utf-8").replace("\xad", "")
        result = repair(damage(text), corpus_model())
        pairs = list(zip(result.text.split("\n"), text.split("\n"), strict=True))
        wrong = sum(sum(a != b for a, b in zip(*pair, strict=False)) for pair in pairs)
        assert wrong / len(text) < 0.005
        assert repair(result.text, corpus_model()).text == result.text


@needs_corpus
@needs_seeds
def test_the_damaged_seed() -> None:
    (path,) = SEEDS.glob("003_*.txt")
    text = path.read_text(encoding="utf-8")
    result = repair(text, corpus_model())
    assert not looks_damaged(result.text)
    assert result.unreadable_lines == ()
    known = {
        line for other in sound_files() for line in other.read_text(encoding="utf-8").split("\n")
    }
    for start in (">⚠️", ">🔴", ">💗", "  <summary>"):
        repaired_lines = [line for line in result.text.split("\n") if line.startswith(start)]
        assert repaired_lines
        assert set(repaired_lines) <= known


@pytest.mark.parametrize(
    "text", ["ä¸\xad" + "ä" * 300_000, "ä¸\xad?" * 100_000, "锛氶煶" + "锛\ufffd" * 80_000]
)
def test_hostile_text_takes_linear_time(text: str) -> None:
    begin = time.process_time()
    repair(text, small_model())
    assert time.process_time() - begin < MINUTE, "a second or two where it is linear"


# Bytes of these characters in GBK are by accident the UTF-8 of others: "忙" and "茅" those of "æ"
# and "é", which begin a Chinese character decoded twice.
LOOK_DECODED_AS_GBK = [
    "系统会提醒大家，避免因护士忙碌而漏掉记录。",
    "忙忙碌碌",
    "他们一天到晚忙忙碌碌，效率却不高。",
    "猫猫狗狗都在盲道旁的茫茫草地上。",
    "氓庶、莽莽林海、茂密的芒草与茅屋",
    "速排忙事成幽事，已覺貪山浪得聲。",
    "窮簷茅屋下，忍聽扊扅歌。",
    "何意茂林脩竹下，今年還得一迴遊。",
    "忙碌碌",
]
SHOW_DAMAGE_ON_PURPOSE = [
    "用错误的编码打开时，`qÃ®Ã¼Ã¶` 会出现在这里。",
    "这种乱码是这样来的：\n鏄剧ず浠婂ぉ涓嬮洦锛屾垜浠",
    "In latin-1, “é” becomes Ã©.",
    "输出如下：\n```\nä½\xa0å¥½ï¼\x8cä¸\x96ç\x95\x8c\n```\n以上。",
]
SIGNS_AFTER_LETTERS = [
    "a resolution of 2.1 Å±0.2, 10 Å² per site, [Å²], 3 Å³",
    "la lettre «Â», la letra «Ñ», ‘Ð’, “Å”",
    "«l´été´», café®” Nestlé®\xa0France, Nescafé®’s",
]


@pytest.mark.parametrize(
    "text", [*LOOK_DECODED_AS_GBK, *SHOW_DAMAGE_ON_PURPOSE, *SIGNS_AFTER_LETTERS]
)
def test_sound_text_that_has_signs_stays(text: str) -> None:
    for model in (None, small_model()):
        assert repair(text, model) == Repaired(text, (), ())


@pytest.mark.parametrize("line", LOOK_DECODED_AS_GBK)
def test_sound_lines_stay_among_those_decoded_as_gbk(line: str) -> None:
    text = "\n".join([*map(gbk, PROSE), line])
    result = repair(text, small_model())
    assert result.text.split("\n")[-1] == line
    assert result.unreadable_lines == result.left_lines == ()


def test_no_sentence_of_common_words_looks_damaged() -> None:
    wordfreq = pytest.importorskip("wordfreq")
    words = sorted(wordfreq.get_frequency_dict("zh", wordlist="best"))
    for step in (1, 7, 1009):  # other neighbours each time
        order = [words[i * step % len(words)] for i in range(len(words))]
        sentences = ["".join(order[i : i + 12]) + "。" for i in range(0, len(order), 12)]
        assert [line for line in sentences if looks_damaged(line)] == []


@pytest.mark.parametrize(
    "line",
    [
        "これは日本語の文章です。私たちは新しい方法を提案します。",
        "이것은 한국어 문장입니다. 우리는 새로운 방법을 제안합니다.",
        "我們提出一種新的方法，用於臺灣的繁體中文論文。",
        "Это русский текст о методах.",
        "Ελληνικό κείμενο για τη μέθοδο.",
    ],
)
def test_other_languages_are_restored_and_never_removed(line: str) -> None:
    assert repair(line.encode().decode("latin-1"), None).text == line
    assert repair(cp1252(line), None).unreadable_lines == ()


def test_garbage_beside_a_readable_sentence_stays_with_it() -> None:
    garbage = "".join(char for char in cp1254(PROSE[1]) if char in "äåæçèé")
    line = f"We present a method that grows trees in a dry climate ({garbage}) without any water."
    result = repair("\n".join([*map(cp1254, PROSE), line]), small_model())
    assert result.unreadable_lines == ()
    assert result.text.split("\n")[4].startswith("We present a method that grows trees in a dry")
    assert result.text.split("\n")[4].endswith("without any water.")
