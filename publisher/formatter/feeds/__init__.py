"""Feeds: their catalog, their entries, and the formats they are written in."""
