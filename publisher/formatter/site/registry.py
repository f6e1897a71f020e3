"""Which files there are: one maker for each kind of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.formatter.site.archives import archive_targets, month_targets
from publisher.formatter.site.feeds import feed_targets
from publisher.formatter.site.issues import issue_targets
from publisher.formatter.site.overviews import overview_targets
from publisher.formatter.site.papers import paper_targets

if TYPE_CHECKING:
    from publisher.formatter.site.build_target import BuildTarget
    from publisher.formatter.site.paper_index import PaperIndex

# Stages, so that what links to a file is written after it. The archives of a month are one batch,
# for they show the same entries; pages of papers are many, as all papers may be of one month.
TARGETS = (
    (paper_targets, month_targets, archive_targets),
    (issue_targets, feed_targets),
    (overview_targets,),
)


def all_targets(plan: PaperIndex) -> list[BuildTarget]:
    """Return all parts of the site."""
    return [
        part
        for stage, makers in enumerate(TARGETS)
        for make in makers
        for part in make(plan, stage)
    ]
