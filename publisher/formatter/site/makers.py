"""Which files there are: one maker for each kind of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.formatter.site.archives import archive_parts, month_parts
from publisher.formatter.site.feeds import feed_parts
from publisher.formatter.site.issues import issue_parts
from publisher.formatter.site.overviews import overview_parts
from publisher.formatter.site.papers import paper_parts

if TYPE_CHECKING:
    from publisher.formatter.parts import Part
    from publisher.formatter.site.plan import SitePlan

# Stages, so that what links to a file is written after it. The archives of a month are one batch,
# for they show the same entries; pages of papers are many, as all papers may be of one month.
MAKERS = (
    (paper_parts, month_parts, archive_parts),
    (issue_parts, feed_parts),
    (overview_parts,),
)


def all_parts(plan: SitePlan) -> list[Part]:
    """Return all parts of the site."""
    return [
        part for stage, makers in enumerate(MAKERS) for make in makers for part in make(plan, stage)
    ]
