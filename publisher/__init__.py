"""A publisher for research-paper digests: Markdown posts in, feeds and a newsletter out."""

__version__ = "0.1.0"
