from __future__ import annotations

import json
import time

import pytest

from publisher.gather.summaries.answer import AnswerFault, FormatFault, read_answer
from publisher.models.gathering import SummaryText

ENGLISH = "The paper studies how a model of the world is learned from videos that have no labels."
CHINESE = "本文研究如何从没有标注的视频中学习世界模型，并在三个数据集上验证了 CLIP 的效果。"
PLAIN = json.dumps({"en": {"summary": ENGLISH, "takeaways": ["It is fast."]}})
EXPECTED = (SummaryText("en", ENGLISH, ("It is fast.",)),)


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        f"  \n{PLAIN}\n",
        f"```json\n{PLAIN}\n```",
        f"```\n{PLAIN}\n```\n\nIs there {{anything}} else?",
        f"Here is the {{JSON}}:\n```json\n{PLAIN}\n```",
        f"Sure! {PLAIN} I hope this helps.",
        f'<think>{{\n"en": no?}}</think>\n{PLAIN}',
        f"Let me think. {{}}\n</think>\n\n{PLAIN}",
        json.dumps({"en": {"summary": f" {ENGLISH}\n ", "takeaways": ["It is\n fast.", " "]}}),
        json.dumps({"summary": ENGLISH, "takeaways": ["It is fast."]}),
        json.dumps({"en": {"summary": ENGLISH, "takeaways": ["It is fast."], "tldr": "x"}}),
        PLAIN.replace("world is", "world\nis"),
    ],
)
def test_json_as_models_write_it(content: str) -> None:
    assert read_answer(content, ("en",)) == EXPECTED


def test_two_languages_come_in_the_order_of_the_settings() -> None:
    content = json.dumps({"zh": {"summary": CHINESE}, "en": {"summary": ENGLISH}})
    assert read_answer(content, ("en", "zh")) == (
        SummaryText("en", ENGLISH),
        SummaryText("zh", CHINESE),
    )


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"\alpha and \sum", r"\alpha and \sum"),
        (r"\\alpha and \\sum", r"\alpha and \sum"),
        (r"\beta, \frac12, \theta, \times, \rho", r"\beta, \frac12, \theta, \times, \rho"),
        (r"\nu, \nabla x, \neq 3", r"\nu, \nabla x, \neq 3"),
        (r"by 10\%, a\_b and \{x\}", r"by 10\%, a\_b and \{x\}"),
        (r"\u03b1 and \unit", r"α and \unit"),
        (r"a line\nAnother \"one\" and\/or \t two", 'a line Another "one" and/or two'),
        (r"a line\nnew and\not", r"a line new and\not"),
        (r"$\\\\$ and \\\\n", r"$\\$ and \\n"),
    ],
)
def test_backslashes_of_tex(written: str, read: str) -> None:
    content = '{"en": {"summary": "It is ' + written + '", "takeaways": []}}'
    assert read_answer(content, ("en",))[0].summary == f"It is {read}"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "no JSON object"),
        ("I think it is good.", "no JSON object"),
        ("} {", "no JSON object"),
        ('{"en": {"summary": "It is', "no JSON object"),
        ('{"en": {"summary": "It is"', "no JSON object"),
        ('{"en": {"summary": "It is" "takeaways": []}}', "broken JSON"),
        ('{"summary": "It is", "takeaways": ["a" "b"]}', "broken JSON"),
        ('{"en": {"summary": 1}, "x": ' + "[" * 100_000 + "}", "broken JSON"),
        ("<think> It is", "within its thoughts"),
        ('{"en": "It is"}', "another shape"),
        ('{"en": {"summary": ["It is"]}}', "another shape"),
        ('{"abstract": "It is"}', "another shape"),
        ('{"zh": {"summary": "It is"}}', 'no text under "en"'),
        ("{}", 'no text under "en"'),
        ('{"en":' * 20_000 + "1" + "}" * 20_000, "JSON|shape"),
        ('{"en": {"summary": "\ud800"}}', "JSON"),
    ],
)
def test_an_answer_without_a_readable_text(content: str, fault: str) -> None:
    with pytest.raises(FormatFault, match=fault):
        read_answer(content, ("en",))


@pytest.mark.parametrize(
    ("language", "summary", "fault"),
    [
        ("en", "", "no summary"),
        ("en", "...", "no summary"),
        ("en", "N/A", "no summary"),
        ("en", "Summary generation failed.", "no summary"),
        ("en", "I'm sorry, but I can't help with that.", "no summary"),
        ("en", "I cannot summarise this paper.", "no summary"),
        ("en", "As an AI language model, I have no access to the paper.", "no summary"),
        ("zh", "抱歉，我无法总结这篇论文。", "no summary"),
        ("zh", "作为一个人工智能语言模型，我没有读过这篇论文。", "no summary"),
        ("zh", "摘要生成失败", "no summary"),
        ("en", ENGLISH * 100, "too long"),
        ("en", CHINESE, "another language"),
        ("zh", ENGLISH, "another language"),
        ("zh", "この研究では、よく知られた問題を調べ、新しい方法を提案した。", "another language"),
        (
            "en",
            "Die Arbeit untersucht ein bekanntes Problem und schlägt eine neue Methode vor.",
            "another language",
        ),
        (
            "en",
            "Cet article étudie un problème connu et propose une méthode qui est meilleure.",
            "another language",
        ),
    ],
)
def test_a_text_that_is_no_summary(language: str, summary: str, fault: str) -> None:
    with pytest.raises(AnswerFault, match=fault) as error:
        read_answer(json.dumps({language: {"summary": summary}}), (language,))
    assert not isinstance(error.value, FormatFault)


@pytest.mark.parametrize(
    ("language", "summary"),
    [
        ("en", "None of the earlier methods works without labels."),
        ("en", "Sorting networks are learned."),
        ("en", "Summary statistics of videos suffice."),
        ("en", "A model of 世界 is learned."),
        ("zh", "无法提供可靠结果是现有方法的局限。"),
        ("zh", "提出 Vision Transformer (ViT) 的变体，在 ImageNet 上达到最好的结果。"),
    ],
)
def test_a_text_that_looks_like_none(language: str, summary: str) -> None:
    answer = json.dumps({language: {"summary": summary}})
    assert read_answer(answer, (language,))[0].summary == summary


def test_a_refusal_among_the_takeaways_is_noticed() -> None:
    answer = {"en": {"summary": ENGLISH, "takeaways": ["I'm unable to name limits."]}}
    with pytest.raises(AnswerFault, match="no summary"):
        read_answer(json.dumps(answer), ("en",))


@pytest.mark.parametrize(
    "content",
    [
        "{" * 500_000,
        "\\" * 1_000_000,
        "<think>" * 100_000,
        "```" * 200_000 + "{}",
        '{"en": {"summary": "' + "." * 1_000_000 + 'x"}}',
        '{"en": {"summary": "' + "\\n" * 500_000 + '"}}',
    ],
)
def test_a_hostile_answer_takes_no_time(content: str) -> None:
    start = time.process_time()
    with pytest.raises(AnswerFault):
        read_answer(content, ("en",))
    assert time.process_time() - start < 5
