"""The parts of people's names, as BibTeX, RIS and CSL want them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# Words that belong to the family name after them: "Laurens van der Maaten", "Fernando De la Torre".
PARTICLES = frozenset(
    "van von der den de del della di da das do dos du la le ten ter te zu zum zur af av el al bin "
    "ibn ben".split()
)
SUFFIXES = frozenset(("jr", "jr.", "sr", "sr.", "ii", "iii", "iv"))
# Words of groups that sign papers: "Gemini Team", "The ATLAS Collaboration".
GROUPS = re.compile(
    r"\b(?:team|collaboration|consortium|group|lab|labs|laboratory|institute|university|inc|project"
    r"|community|initiative|committee|network|contributors|authors)\b\.?",
    re.IGNORECASE,
)
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True, slots=True)
class Name:
    """A name by its parts; only `family` where it can't be parted: a group, or "张三"."""

    family: str
    given: str = ""
    suffix: str = ""

    @property
    def inverted(self) -> str:
        """The name as it is sorted: "van der Maaten, Laurens"."""
        return ", ".join(part for part in (self.family, self.given, self.suffix) if part)


@lru_cache(maxsize=4096)
def parted(name: str) -> Name:
    """Return the parts of `name`, which is in its spoken order.

    A name in East Asian script stays whole, and so does that of a group: cut at the wrong place, it
    would be sorted and abbreviated as another one.
    """
    words = name.split()
    if len(words) < 2 or _UNSPACED.search(name) or GROUPS.search(name) or _is_list(words):  # noqa: PLR2004 - family and given
        return Name(" ".join(words))
    suffix = ""
    if words[-1].lower() in SUFFIXES and len(words) > 2:  # noqa: PLR2004 - "Ada Jr." is no suffix
        suffix = words.pop()
        words[-1] = words[-1].rstrip(",")
    if any("," in word for word in words):
        family, _, given = " ".join(words).partition(",")
        return Name(family.strip(), given.strip().rstrip(","), suffix)
    start = len(words) - 1
    for index in range(1, len(words) - 1):
        if words[index] in PARTICLES:
            start = index
            break
    while start > 1 and words[start - 1].lower() in PARTICLES:
        start -= 1
    return Name(" ".join(words[start:]), " ".join(words[:start]), suffix)


def _is_list(words: list[str]) -> bool:
    return any(word.lower() in ("and", "&", "the") for word in words)
