"""Entry ids of the build before: readers take entries for new ones if their ids change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.formatter.feeds import formats

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.settings import Settings

_BEGIN_BYTES = 65_536  # has the first id, even where a feed's own is not in its head
_TAG = re.compile(rb'tag:([^,<"\s]{1,253}),(\d[\d-]{3,9}):')


def published_tag(folder: Path) -> tuple[str, str] | None:
    """Return host and date of the ids in the feed of all papers in `folder`, None without one."""
    for feed_format in formats.FORMATS:
        try:
            with (folder / feed_format.file_name).open("rb") as feed:
                match = _TAG.search(feed.read(_BEGIN_BYTES))
        except OSError:
            continue
        if match:
            return match[1].decode(errors="replace"), match[2].decode()
    return None


def tag_warnings(published: tuple[str, str] | None, settings: Settings) -> tuple[str, ...]:
    """Return a warning where ids have another begin than those that were `published`."""
    site = settings.site
    # Nobody follows the feeds of a site that has no address yet.
    if published is None or published[0] == "localhost":
        return ()
    old_host, old_date = published
    changed = []
    if old_host != (site.tag_domain or site.domain):
        changed.append(f'site.tag_domain = "{old_host}"')
    if old_date != site.tag_date:
        changed.append(f'site.tag_date = "{old_date}"')
    if not changed:
        return ()
    settings_to_keep = " and ".join(changed)
    warning = (
        "the ids of all feed entries changed, so readers will show every entry again as new; to "
        f"keep the ids of the last build, set {settings_to_keep} and build again before you publish"
    )
    return (warning,)
