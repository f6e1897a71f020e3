"""The kinds of targets, and the stage in which each is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.formatter.site.archives import archive_targets, month_targets
from publisher.formatter.site.authors import author_list_targets, author_targets
from publisher.formatter.site.feeds import feed_targets
from publisher.formatter.site.figures import figure_targets
from publisher.formatter.site.issues import issue_targets
from publisher.formatter.site.overviews import overview_targets
from publisher.formatter.site.papers import paper_targets
from publisher.formatter.site.search import search_targets, segment_targets
from publisher.formatter.site.topic_archives import topic_archive_targets
from publisher.formatter.site.venues import venue_list_targets, venue_targets

if TYPE_CHECKING:
    from publisher.formatter.site.build_target import BuildTarget
    from publisher.formatter.site.paper_index import PaperIndex

# A page that links to a file is made in a later stage, so that no reader meets a dead link.
TARGETS = (
    (figure_targets,),
    (
        paper_targets,
        month_targets,
        archive_targets,
        author_targets,
        venue_targets,
        topic_archive_targets,
        segment_targets,
    ),
    (issue_targets, feed_targets, author_list_targets, venue_list_targets),
    (overview_targets, search_targets),
)


def all_targets(index: PaperIndex) -> list[BuildTarget]:
    """Return all targets of the site of `index`."""
    return [
        target
        for stage, kinds in enumerate(TARGETS)
        for targets_of_kind in kinds
        for target in targets_of_kind(index, stage)
    ]
