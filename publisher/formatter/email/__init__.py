"""Editions: an issue as HTML and plain text for the subscribers who made the same choice.

`paper_card` selects the texts of a paper, `size_budget` gives papers their room, `layout` puts them
in their places, `subject` makes subject and preheader, `inlining` writes the styles into elements,
and `edition` puts all of it together. Nothing is fetched, and an edition does not depend on those
rendered before it.
"""

from publisher.formatter.email.edition import EditionRenderer, render_edition

__all__ = ["EditionRenderer", "render_edition"]
