"""Papers that somebody liked: arXiv ids and files of reference managers, from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.errors import GatherError
from publisher.gather.ranking.bibliography import BibliographyProblem, read_bibliography
from publisher.paper_id import arxiv_id_of_field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from publisher.gather.ranking.bibliography import BibliographyEntry
    from publisher.models.gathering import Candidate
    from publisher.settings.sections.gather import GatherTopic

# Three requests of arXiv. Further titles rank well enough without their abstracts.
_MOST_ABSTRACTS = 300


@dataclass(frozen=True, slots=True)
class LikedText:
    """The text of a liked paper; `id` is as candidates have it, "" if unknown."""

    id: str
    title: str
    abstract: str = ""


@dataclass(frozen=True, slots=True)
class LikedPapers:
    """The liked papers of a topic, and a line for people on each entry that was skipped."""

    texts: tuple[LikedText, ...] = ()
    problems: tuple[str, ...] = ()


def read_liked(
    topic: GatherTopic,
    path: Callable[[str], Path],
    lookup: Callable[[list[str]], list[Candidate]],
) -> LikedPapers:
    """Return the papers that `topic` names as liked, each once.

    `path` turns a file's name in the settings into its path. `lookup` returns the papers of ids
    such as "arxiv:2411.19525", in any order and without those it does not know; it is called once
    at most, for ids alone and for entries of files that have no abstract.
    Raises `GatherError` for a file that can't be read, and what `lookup` raises.
    """
    texts: dict[str, LikedText] = {}
    places: dict[str, str] = {}
    problems: list[str] = []
    for entry in topic.liked:
        if arxiv := arxiv_id_of_field(entry):
            texts.setdefault(arxiv.key, LikedText(arxiv.key, ""))
            places.setdefault(arxiv.key, entry.strip())
            continue
        file = path(entry)
        for item in _entries(file, topic):
            if isinstance(item, BibliographyProblem):
                problems.append(f"{file}, {item.place}: skipped, because {item.reason}")
                continue
            key = item.id or f"title:{item.title.casefold()}"
            if not (known := texts.get(key)) or not known.abstract:
                texts[key] = LikedText(item.id, item.title, item.abstract)
            places.setdefault(key, f"{file}, {item.place}")
    wanted = _to_look_up(texts)
    for paper in lookup(wanted) if wanted else []:
        texts[paper.id] = LikedText(paper.id, paper.title, paper.abstract)
    unknown = [key for key in wanted if not texts[key].title]
    problems += [f"{places[key]}: skipped, because {key} is not known there" for key in unknown]
    return LikedPapers(tuple(text for text in texts.values() if text.title), tuple(problems))


def _to_look_up(texts: Mapping[str, LikedText]) -> list[str]:
    """Return the ids of papers without title, and of some that lack nothing but an abstract."""
    without = [key for key, text in texts.items() if key.startswith("arxiv:") and not text.abstract]
    titled = [key for key in without if texts[key].title]
    return [key for key in without if not texts[key].title] + titled[:_MOST_ABSTRACTS]


def _entries(file: Path, topic: GatherTopic) -> list[BibliographyEntry | BibliographyProblem]:
    setting = f'setting gather.topics, "{topic.name}": liked'
    try:
        return read_bibliography(file.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        reason = f"{error.strerror or error}; name an arXiv id or a file"
        raise GatherError(f"{file}: {reason} ({setting})") from error
    except GatherError as error:
        raise GatherError(f"{file}: {error} ({setting})") from error
