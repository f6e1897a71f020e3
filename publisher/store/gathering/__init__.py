"""Batches of announcements, digests and reports, in the store."""
