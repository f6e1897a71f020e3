"""Answers of a model, read and checked: JSON as models write it, the language, the content."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from publisher.errors import GatherError
from publisher.language_detection import language
from publisher.models.gathering import SummaryText
from publisher.printable import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_CHARACTERS = 6000  # of a summary
_MOST_TAKEAWAYS = 12
# A backslash that JSON knows, or else one of TeX. Of the letters that JSON knows too, b and f are
# always TeX (\beta, \frac); t and r are where a letter follows (\theta, \rho); n is in the commands
# that begin with it.
_BACKSLASH = re.compile(
    r"""\\( \\ | " | / | u[0-9A-Fa-f]{4} | [tr](?![A-Za-z])
    | n(?!(?:u|e|i|eq|abla|eg|ot|otin|leq|geq|mid|parallel|subseteq|earrow)(?![A-Za-z])) )?""",
    re.VERBOSE,
)
_CONTROL = dict.fromkeys(range(32), " ")
# The words that make up a third of any English text, and hardly any of German, French or Spanish.
_ENGLISH = frozenset(
    "the of and to a that is for with by on are we this from be it as which than can its our has"
    " have not at these using into their".split()
)
_WORD = re.compile(r"[^\W\d_]+")
_ENOUGH_WORDS = 12  # to tell the language by
_ENGLISH_SHARE = 10  # at least one word in ten
_START = 200  # characters of a text that tell whether it is a summary
# Texts in place of a summary: refusals, excuses, and values that stand for none.
_NO_SUMMARY = re.compile(
    r"""\W*(?: (?:i['’]m|i\s+am|we['’]re)\s+(?:very\s+)?(?:sorry|unable|not\s+able)
    | (?:sorry|apologies)\b | i\s+(?:can['’]?t|cannot|can\s+not|apologi[sz]e|won['’]t)\b
    | as\s+an?\s+(?:ai|artificial|large\s+language|language)\b
    | (?:the\s+)?(?:summary|abstract|translation)\s+(?:generation\s+)?(?:is\s+|was\s+)?
      (?:failed|not\s+available|unavailable|not\s+provided|could\s+not)
    | (?:n/?a|none|null|todo|tbd|string|summary|placeholder|\.\.\.|…)\W*$
    | (?:很|非常)?抱歉|对不起|我无法|无法(?:生成|总结|提供)(?:该|此|本)?(?:论文|摘要|总结)
    | 作为(?:一个|一名)?(?:AI|人工智能|(?:大型?)?语言模型)
    | 暂无|(?:摘要|总结)(?:生成)?失败 )""",
    re.VERBOSE | re.IGNORECASE,
)


class AnswerFault(GatherError):
    """An answer can't be used; the text names its fault, for the model and for people."""


class FormatFault(AnswerFault):
    """An answer has no readable text: a matter of model and settings more than of the paper."""


class _Draft(msgspec.Struct):
    summary: str
    takeaways: list[str] = []


def read_answer(content: str, languages: Sequence[str]) -> tuple[SummaryText, ...]:
    """Return the texts of an answer, in the order of `languages`. Raises `AnswerFault`."""
    drafts = _decode(_json_part(content), languages)
    missing = [code for code in languages if code not in drafts]
    if missing:
        raise FormatFault(f'it has no text under "{missing[0]}"')
    return tuple(_checked(code, drafts[code]) for code in languages)


def _json_part(content: str) -> str:
    """Return what is likely JSON: without thoughts, code fences, and words around it."""
    _, closed, behind = content.rpartition("</think>")
    text = (behind if closed else content).strip()
    if text.startswith("<think>"):
        raise FormatFault("it ends within its thoughts")
    _, fence, fenced = text.partition("```")
    if fence and not text.startswith("{"):
        inside = fenced.partition("```")[0]
        text = inside if "{" in inside else text
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        raise FormatFault("it is no JSON object")
    return text[start : end + 1]


def _decode(text: str, languages: Sequence[str]) -> dict[str, _Draft]:
    text = _BACKSLASH.sub(_mended, text).translate(_CONTROL)
    try:
        try:
            return msgspec.json.decode(text, type=dict[str, _Draft])
        except msgspec.ValidationError:
            if len(languages) != 1:
                raise
            # Where there is one language, some models leave its level out.
            return {languages[0]: msgspec.json.decode(text, type=_Draft)}
    except msgspec.ValidationError as error:
        raise FormatFault(f"it has another shape ({error})") from error
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise FormatFault("it is broken JSON") from error


def _mended(match: re.Match[str]) -> str:
    return match[0] if match[1] else "\\\\"


def _checked(code: str, draft: _Draft) -> SummaryText:
    summary = one_line(draft.summary)
    takeaways = tuple(filter(None, map(one_line, draft.takeaways)))
    if not summary or any(_NO_SUMMARY.match(text[:_START]) for text in (summary, *takeaways)):
        raise AnswerFault(f'the text under "{code}" is no summary')
    if (
        len(takeaways) > _MOST_TAKEAWAYS
        or len(summary) + sum(map(len, takeaways)) > _MOST_CHARACTERS
    ):
        raise AnswerFault(f'the text under "{code}" is too long')
    wrong = next((text for text in (summary, " ".join(takeaways)) if not _is_in(code, text)), None)
    if wrong is not None:
        raise AnswerFault(f'the text under "{code}" is in another language')
    return SummaryText(code, summary, takeaways)


def _is_in(code: str, text: str) -> bool:
    """Return whether `text` is in the language, as far as its length lets one tell."""
    if not text:
        return True
    if language(text) != code:
        return False
    words = _WORD.findall(text.lower())
    if code != "en" or len(words) < _ENOUGH_WORDS:
        return True
    return sum(word in _ENGLISH for word in words) * _ENGLISH_SHARE >= len(words)
