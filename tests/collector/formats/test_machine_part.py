"""Summary and takeaways in all shapes that language models write."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from publisher.collector.formats.machine_labels import LabelKind, find_label
from publisher.collector.formats.machine_part import MachinePart, read_machine_part

LINK = "**[Reader](https://example.org/reader)**"


def read(text: str) -> MachinePart:
    return read_machine_part(f"{text}\n\n{LINK}\n\n1. Title: notes\n".split("\n"))


SUMMARY_LABELS = [
    "**Summary**",
    "**Summary**   ",
    "**Summary:**",
    "**Summary：** ",
    "**Summary**：",
    "__Summary__",
    "<b>Summary</b>",
    "<strong>摘要</strong>：",
    "<h3>摘要</h3>",
    "<p><strong>摘要</strong></p>",
    "### Summary",
    "## 摘要：",
    "### **摘要**",
    "**摘要**",
    "**論文摘要**",
    "**總結**",
    "**要約**",
    "**Summary** (摘要)",
    "**Summary（摘要）**:",
    "**摘要 Summary**",
    "**Summary / 摘要**",
    "**TL;DR**",
    "**Brief Summary**",
    "**Summary in Chinese**",
    "**一句话总结**",
    "📝 **Summary**",
    "**📝 摘要**",
    "1. **Summary**",
    "**1. 摘要**",
    "一、摘要",
    "【摘要】",
    "摘要：",
    "摘要",
    "Summary:",
    "- **Summary**:",
    "* 摘要：",
    "> **Summary**",
    "**论文速览**",
    "*Summary*",
]
TAKEAWAY_LABELS = [
    "**Key Takeaways**",
    "**Key Takeaways:**",
    "**Key Takeaways**：  ",
    "**Key Takeaways (要点)**:",
    "**Key Takeaways（7点）**",
    "### Key Takeaways",
    "__Key Takeaways__",
    "<b>Key Points</b>:",
    "**Key Insights**",
    "**Main Findings**",
    "**Highlights**",
    "**要点**",
    "**关键要点**",
    "**主要要点**：",
    "**關鍵要點**",
    "**主要觀點**",
    "**核心见解**",
    "**论文要点**",
    "**七个关键点**",
    "**关键要点如下**：",
    "**要点总结**",
    "🔑 **Key Takeaways**",
    "2. **Key Takeaways**",
    "二、关键要点",
    "【要点】",
    "要点：",
    "关键要点",
    "Key Takeaways:",
    "**本文的闪光点**",
]


@pytest.mark.parametrize("label", SUMMARY_LABELS)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_summary_label(label: str, gap: str) -> None:
    machine = read(f"{label}{gap}正文。\n\n**Key Takeaways**\n- 甲。\n- 乙。")
    assert machine.summary == "正文。"
    assert machine.takeaways == ("甲。", "乙。")


@pytest.mark.parametrize("label", TAKEAWAY_LABELS)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_takeaway_label(label: str, gap: str) -> None:
    machine = read(f"**Summary**\n正文。\n\n{label}{gap}- 甲。\n- 乙。")
    assert machine.summary == "正文。"
    assert machine.takeaways == ("甲。", "乙。")


ONE_LINE = [
    "**Summary**: 正文。",
    "**Summary:** 正文。",
    "**Summary**（摘要）：正文。",
    "**摘要：正文。**",
    "摘要：正文。",
    "Summary: 正文。",
    "### 摘要：正文。",
    "1. **摘要**：正文。",
    "**Summary**\n以下是对该文本的摘要：\n正文。",
    "**Summary**\n正文。\n希望以上摘要符合您的要求！",
    "**Summary**\n**摘要**\n正文。",
    "正文。",
]


@pytest.mark.parametrize("text", ONE_LINE)
def test_text_beside_its_label(text: str) -> None:
    machine = read(f"{text}\n\n**要点**\n- 甲。")
    assert machine.summary == "正文。"
    assert machine.takeaways == ("甲。",)


NO_LABELS = [
    "Summary statistics are shown in the table.",
    "摘要生成是一项任务：它很难。",
    "**Gaussian** splatting is fast.",
    "结论是明确的。",
    "Key points are matched.",
    "亮点：它很快。",
    "Summary.",
]


@pytest.mark.parametrize("line", NO_LABELS)
def test_a_sentence_is_not_a_label(line: str) -> None:
    label = find_label(line)
    assert label is None or label.kind is LabelKind.UNKNOWN
    assert read(f"**Summary**\n{line}\n\n**要点**\n- 甲。").summary == line.replace("**", "")


LISTS = [
    ("- 甲\n- 乙", ["甲", "乙"]),
    ("* 甲\n* 乙", ["甲", "乙"]),
    ("+ 甲\n+ 乙", ["甲", "乙"]),
    ("• 甲\n•乙", ["甲", "乙"]),
    ("– 甲\n— 乙", ["甲", "乙"]),
    ("1. 甲\n2. 乙", ["甲", "乙"]),
    ("1、甲\n2、乙", ["甲", "乙"]),
    ("1．甲\n2．乙", ["甲", "乙"]),
    ("1) 甲\n2）乙", ["甲", "乙"]),
    ("(1) 甲\n（2）乙", ["甲", "乙"]),
    ("①甲\n② 乙", ["甲", "乙"]),
    ("一、甲\n二、乙", ["甲", "乙"]),
    ("（一）甲\n（二）乙", ["甲", "乙"]),
    ("✅ 甲\n🔹 乙", ["甲", "乙"]),
    ("1️⃣ 甲\n2️⃣ 乙", ["甲", "乙"]),
    ("- 1. 甲\n- 2. 乙", ["甲", "乙"]),
    ("- 甲\n\n- 乙\n\n\n- 丙", ["甲", "乙", "丙"]),
    (" 1. 甲\n  2. 乙", ["甲", "乙"]),
    ("- **速度**：甲\n- **质量**: 乙", ["速度：甲", "质量: 乙"]),
    ("1. **速度**\n   甲。\n2. **质量**\n   乙。", ["速度 甲。", "质量 乙。"]),
    ("**1. 速度**：甲\n**2. 质量**：乙", ["速度：甲", "质量：乙"]),
    ("**速度**\n甲。\n\n**质量**\n乙。", ["速度 甲。", "质量 乙。"]),
    ("1. **速度**\n\n甲。\n\n2. **质量**\n\n乙。", ["速度 甲。", "质量 乙。"]),
    ("- 速度：\n  - 甲；\n  - 乙。\n- 丙", ["速度： 甲； 乙。", "丙"]),
    ("- 甲\n    - 乙\n- 丙", ["甲", "乙", "丙"]),
    ("- 甲\n  接着。\n- 乙", ["甲 接着。", "乙"]),
    ("- 提升\n2.5倍。\n- 乙", ["提升 2.5倍。", "乙"]),
    ("<ul><li>甲</li>\n<li>乙</li></ul>", ["甲", "乙"]),
    ("<ol>\n<li><p>甲</p>\n</li>\n<li>乙</li>\n</ol>", ["甲", "乙"]),
    ("甲。\n乙。", ["甲。", "乙。"]),
    ("以下是关键见解：\n\n- 甲\n- 乙", ["甲", "乙"]),
    ("主要包括：\n- 甲\n- 乙", ["甲", "乙"]),
    ("- 甲\n- 乙\n希望这些要点对您有帮助。", ["甲", "乙"]),
    ("- 甲\n- 乙\n\n以上是对该文本的总结。", ["甲", "乙"]),
    ("- 甲\n- 乙\n\n如需更多细节，可阅读下方笔记。", ["甲", "乙"]),
    ("- 甲\n- 乙\n\nI hope this helps.", ["甲", "乙"]),
    ("- 甲\n- 希望以上总结符合您的要求。", ["甲"]),
    ("- 甲\n- 希望这项研究能够推动该领域。", ["甲", "希望这项研究能够推动该领域。"]),
    ("- 甲\n- 乙\n\n总之，它很快。", ["甲", "乙", "总之，它很快。"]),
    ("- **亮点**：甲\n- **摘要**：乙", ["亮点：甲", "摘要：乙"]),
]


@pytest.mark.parametrize(("source", "items"), LISTS)
def test_list(source: str, items: list[str]) -> None:
    machine = read(f"**Summary**\n正文。\n\n**Key Takeaways**\n{source}")
    assert machine.takeaways == tuple(items)
    assert machine.summary == "正文。"


def test_left_out_lines_are_reported() -> None:
    machine = read("**Summary**\n正文。\n**我的看法**\n以下是要点：\n- 甲\n\n希望对您有帮助。")
    assert not machine.unknown_labels
    assert machine.takeaways == ()
    machine = read("**Summary**\n正文。\n**我的看法**\n- 甲\n\n希望对您有帮助。")
    assert machine.unknown_labels == ((2, "我的看法"),)
    assert machine.courtesy == (5,)


def test_labels_in_the_notes_do_not_count() -> None:
    lines = f"{LINK}\n6. **Summary**:\n- (1) 甲\n<details>".split("\n")
    assert read_machine_part(lines).summary == ""
    lines = (
        "**Summary**\n正文。\n**要点**\n- 甲\n\n1. Title: 标题\n6. Summary: 乙\n<details>".split(
            "\n"
        )
    )
    machine = read_machine_part(lines)
    assert machine.takeaways == ("甲",)
    assert machine.notes_start == 5


@given(st.lists(st.text(st.characters(codec=None), max_size=40) | st.sampled_from(
    [*SUMMARY_LABELS, *TAKEAWAY_LABELS, LINK, "<details>", "- a", "", "<ul><li>"]
), max_size=12))  # fmt: skip
def test_any_text_can_stand_in_xml(lines: list[str]) -> None:
    element = etree.Element("a")
    machine = read_machine_part(lines)
    for element.text in (machine.summary, *machine.takeaways):
        etree.fromstring(etree.tostring(element))


@pytest.mark.parametrize("piece", ["(", "**", "<li", "[", "1.", "- ", "好的，", "。", "_"])
def test_a_megabyte_takes_no_time(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    start = time.process_time()
    read_machine_part(["**Summary**", "a", "**要点**", text, LINK])
    assert time.process_time() - start < 60, "what is not linear takes many minutes"
