"""Share of damaged digests that the repair restores: shares of characters, field by field.

Digests are damaged as real ones were: UTF-8 read as another code page, with the bytes that are
undefined there dropped. The first half of the archive teaches, the second half is damaged.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from rapidfuzz.distance import Levenshtein

from benchmarks.material import EXAMPLES
from publisher.collector.archive.parsing import parse_bytes
from publisher.collector.mojibake.detection import looks_damaged
from publisher.collector.mojibake.language_model import LanguageModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.models import ParsedPaper

KINDS: dict[str, Callable[[str], str]] = {
    "windows-1254, undefined bytes dropped": lambda text: (
        text.encode().decode("cp1254", "ignore").replace("\xad", "")
    ),
    "windows-1252, undefined bytes dropped": lambda text: text.encode().decode("cp1252", "ignore"),
    "GBK, undefined pairs dropped": lambda text: text.encode().decode("gbk", "ignore"),
    "windows-1252 twice": lambda text: (
        text.encode().decode("cp1252", "ignore").encode().decode("cp1252", "ignore")
    ),
}
FIELDS = ("title", "authors", "abstract", "summary", "takeaways")
MOST = 12


def run() -> None:
    real = Path(__file__).parents[2] / "shared" / "corpus"
    files = sorted((real if real.is_dir() else EXAMPLES).rglob("*.md"))
    teachers, pupils = files[: len(files) // 2], files[len(files) // 2 :][:MOST]
    model = LanguageModel.from_texts(path.read_text(encoding="utf-8") for path in teachers)
    zone = ZoneInfo("UTC")
    clean = sum(looks_damaged(path.read_text(encoding="utf-8")) for path in files)
    print(f"{len(files)} clean digests: {clean} taken for damaged; {len(teachers)} of them teach")
    for name, damage in KINDS.items():
        wrong = total = 0
        for path in pupils:
            text = path.read_text(encoding="utf-8")
            whole = parse_bytes("x.md", text.encode(), zone)
            back = parse_bytes("x.md", damage(text).encode(), zone, lambda: model)
            originals = {p.line: _fields(p) for d in whole.digests for p in d.papers}
            repaired = {p.line: _fields(p) for d in back.digests for p in d.papers}
            for line, original in originals.items():
                total += len(original)
                wrong += Levenshtein.distance(original, repaired.get(line, ""))
        print(f"{name}: {100 * (1 - wrong / total):.2f}% of {total:,} characters")


def _fields(paper: ParsedPaper) -> str:
    return "\n".join(str(getattr(paper, field)) for field in FIELDS)
