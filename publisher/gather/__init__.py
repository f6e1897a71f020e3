"""Writes digests: sources, candidates, ranking, summaries, Markdown files.

The collector reads these files as it reads anybody's. Rooms below: `sources/` (arXiv and others),
`ranking/`, `summaries/`; `services.gather` runs them in turn over the store.
"""
