from __future__ import annotations

import time

import pytest

from publisher.gather.summaries.faithfulness import Unsupported, unsupported
from publisher.models.gathering import SummaryText


def check(summary: str, source: str, language: str = "en") -> Unsupported:
    return unsupported([SummaryText(language, summary)], source)


@pytest.mark.parametrize(
    ("summary", "source"),
    [
        ("It has 95.2% accuracy.", "an accuracy of 95.2\\%"),
        ("It has 95.2 percent accuracy.", "an accuracy of $95.2\\%$"),
        ("It has an accuracy of 95.2%.", "an accuracy of 0.952"),
        ("It reaches 0.95.", "It reaches 95%."),
        ("It has 95% accuracy.", "95.23% accuracy"),  # rounded
        ("It has 95.3% accuracy.", "95.26% accuracy"),
        ("It has 95.2% accuracy.", "95.26% accuracy"),  # cut off
        ("It uses 12000 images.", "12,000 images"),
        ("It uses 12,000 images.", "12{,}000 images"),
        ("It uses 12K images.", "12,000 images"),
        ("It has 7 billion parameters.", "a 7B model"),
        ("它有70亿个参数。", "a 7B model"),
        ("它用了1.2万张图片。", "12,000 images"),
        ("It is 3× faster.", "It is three times faster"),
        ("It is 3x faster.", "It is $3\\times$ faster"),
        ("It runs in 10⁻³ s.", "It runs in $10^{-3}$ s."),
        ("It has 2 stages.", "A short text."),  # a small count
        ("It is 20–30 ms.", "between 20 and 30 ms"),
        ("ResNet-50 is used.", "We use ResNet-50."),
        ("It was shown in 2024.", "in November 2024"),
        ("It costs 1/2.", "It costs \\frac{1}{2}."),
    ],
)
def test_numbers_of_the_source(summary: str, source: str) -> None:
    language = "en" if summary.isascii() or summary[0] == "I" else "zh"
    assert check(summary, source, language).numbers == ()


@pytest.mark.parametrize(
    ("summary", "source", "number"),
    [
        ("It has 95.3% accuracy.", "95.2% accuracy", "95.3%"),
        ("It has 95.26% accuracy.", "95.2% accuracy", "95.26%"),
        ("It uses 13,000 images.", "12,000 images", "13,000"),
        ("It has 7B parameters.", "It has 7 layers.", "7B"),
        ("It is 3x faster.", "It is faster.", "3x"),
        ("It is 8 times faster.", "It is faster.", "8 times"),
        ("它快了41倍。", "It is faster.", "41倍"),
        ("It was shown in 2025.", "in November 2024", "2025"),
        ("It has 952 layers.", "95.2%", "952"),
        ("It has an FID of 1.90.", "an FID of 1.88", "1.90"),
        ("It has an FID of 2.00.", "an FID of two", "2.00"),
    ],
)
def test_invented_numbers(summary: str, source: str, number: str) -> None:
    flagged = check(summary, source, "en" if summary.isascii() else "zh")
    assert flagged.numbers == (number,)
    assert flagged.is_too_much
    assert number in str(flagged)


@pytest.mark.parametrize(
    ("summary", "source"),
    [
        ("CLIP and NeRF are used.", "We use NeRF and CLIP."),
        ("LLMs are studied.", "An LLM is studied."),
        ("It uses LLMs.", "It uses large language models."),
        ("It uses Large Language Models.", "It uses LLM agents."),
        ("It uses Gaussian Splatting.", "gaussian splatting"),
        ("A CLIP-based method.", "We use CLIP."),
        ("It beats GPT4.", "It beats GPT-4."),
        ("It beats GPT-4.", "It beats GPT4."),
        ("The model is small. Results are good.", "A text."),
        ("It is simple (We show it). “Simple” is good: Yes.", "A text."),
        ("A GPU is enough for AI.", "A text."),
        ("它使用Transformer。", "It uses transformers."),
        ("It is by Erdős.", "a problem of Erdős"),
        ("It uses $\\alpha$ and \\textbf{BERT}.", "We use BERT."),
        ("It uses F1.", "the $F_1$ score"),
    ],
)
def test_names_of_the_source(summary: str, source: str) -> None:
    language = "zh" if summary[0] == "它" else "en"
    assert check(summary, source, language) == Unsupported()


@pytest.mark.parametrize(
    ("summary", "source", "names"),
    [
        ("It beats BERT on ImageNet.", "A text.", ("BERT", "ImageNet")),
        ("它在ImageNet和COCO上更好。", "A text.", ("ImageNet", "COCO")),
        ("It uses ResNet-101 and H200.", "ResNet-50, H100", ("ResNet-101", "H200")),
        ("It beats the Swin Transformer of Microsoft.", "A", ("Swin Transformer", "Microsoft")),
    ],
)
def test_invented_names(summary: str, source: str, names: tuple[str, ...]) -> None:
    flagged = check(summary, source, "zh" if summary[0] == "它" else "en")
    assert flagged.names == names
    assert flagged.is_too_much


def test_a_single_name_may_be_the_models_own_word() -> None:
    flagged = check("It is about ImageNet, and ImageNet again.", "A text.")
    assert flagged.names == ("ImageNet",)
    assert not flagged.is_too_much


def test_takeaways_and_both_languages_count() -> None:
    texts = [
        SummaryText("en", "It is good.", ("It has 41 layers.",)),
        SummaryText("zh", "很好。", ("有42层。",)),
    ]
    assert unsupported(texts, "A text.").numbers == ("41", "42")


@pytest.mark.parametrize(
    "text",
    ["1", "1,", "1.1", "A-", "A", "A ", "$", "\\", "999,", "{}", "\\a", "1-", "GPT-"],
)
def test_a_hostile_text_takes_no_time(text: str) -> None:
    start = time.perf_counter()
    check((text * 6000)[:6000], (text * 60_000)[:60_000])
    assert time.perf_counter() - start < 2
