"""Papers with the addresses of copies in place of those in digests, each made when it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, overload

from publisher.formatter.citations.citation import web_address
from publisher.formatter.feeds.timeline import summaries_of
from publisher.formatter.paths import FIGURES_FOLDER
from publisher.formatter.site.build_target import mixed, stable_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.models import Collection, Paper


class CopiedPapers(Sequence["Paper"]):
    """The papers of a site; `addresses` has that of each copy by that of the figure."""

    def __init__(
        self, papers: Sequence[Paper], addresses: Mapping[str, str], per_paper: int
    ) -> None:
        """Wrap `papers`, of which the first `per_paper` figures are copied; none is read yet."""
        self._papers = papers
        self._addresses = addresses
        self._per_paper = per_paper

    def __len__(self) -> int:
        """Return the number of papers."""
        return len(self._papers)

    @overload
    def __getitem__(self, place: int) -> Paper: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Paper]: ...
    def __getitem__(self, place: int | slice) -> Paper | Sequence[Paper]:
        """Return the paper at `place`."""
        if isinstance(place, slice):
            return CopiedPapers(self._papers[place], self._addresses, self._per_paper)
        paper = self._papers[place]
        first = tuple(dict.fromkeys(filter(web_address, paper.figures)))[: self._per_paper]
        figures = tuple(
            self._addresses.get(url, url) if url in first else url for url in paper.figures
        )
        return paper if figures == paper.figures else replace(paper, figures=figures)


def with_copies(
    collection: Collection,
    names: Mapping[str, str],
    urls: Mapping[int, Sequence[str]],
    root: str,
    per_paper: int,
) -> Collection:
    """Return `collection` with copies of figures.

    `names` are those of the copies by address, `urls` the addresses of a paper's figures that may
    have copies, by its fingerprint, `per_paper` of each at most; `root` is the site's address.
    Only papers with copies change.
    """
    summaries = list(collection.summaries or summaries_of(collection.papers))
    copies: dict[str, tuple[str, ...]] = {}
    for number, summary in enumerate(summaries):
        of_paper = [names.get(url, "") for url in urls.get(summary.fingerprint, ())]
        if not any(of_paper):
            continue
        copies[summary.id] = tuple(filter(None, of_paper))
        fingerprint = mixed((summary.fingerprint, stable_hash(*of_paper)))
        summaries[number] = summary._replace(fingerprint=fingerprint)
    if not copies:
        return collection
    addresses = {url: f"{root}{FIGURES_FOLDER}{name}" for url, name in names.items()}
    facts = mixed(summary.fingerprint for summary in summaries)
    return replace(
        collection,
        papers=CopiedPapers(collection.papers, addresses, per_paper),
        summaries=summaries,
        fingerprint=collection.fingerprint and mixed((collection.fingerprint, facts)),
        figure_copies=copies,
    )
