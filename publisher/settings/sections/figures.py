"""Section of copies of the figures that papers name."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from publisher.settings.sections.base import Section


class Figures(Section, frozen=True):
    """Copies of figures in the site, so that hosts that vanish or refuse visitors do no harm."""

    copy: bool = False
    """Copy the figures that digests name into the site, as WebP in two sizes. A figure without a
    copy is shown from its host. Needs the extra "figures"."""
    per_paper: Annotated[int, Meta(ge=1, le=100)] = 3
    """Number of figures of a paper that are copied, the first ones: each takes about 60 kB of the
    site."""
    build_seconds: Annotated[float, Meta(ge=0, le=3600)] = 20.0
    """Seconds that a build fetches figures at most, before it writes pages; the next builds go on.
    0: `publisher figures` alone fetches them."""
    pause_seconds: Annotated[float, Meta(ge=0, le=3600)] = 0.5
    """Pause in seconds between two figures of a host."""
    allow_private_hosts: bool = False
    """Fetch figures from hosts in a private network too: for digests of your own that name such
    hosts, as anybody's digest might name a device of yours."""
