"""Editions: an issue as HTML and plain text for the subscribers who made the same choice.

`cards` decides what is said of a paper, `fitting` which papers get how much room, `inlining` writes
the styles into the elements, `headline` makes subject and preheader, `edition` puts the letter
together. Nothing is fetched, and nothing depends on what was rendered before.
"""

from publisher.formatter.email.edition import EditionRenderer, render_edition

__all__ = ["EditionRenderer", "render_edition"]
