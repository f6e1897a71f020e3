"""Feeds: which there are, what they hold, and the formats they are written in."""
