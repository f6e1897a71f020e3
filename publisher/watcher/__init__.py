"""Builds again whenever something changes: `publisher build --watch`.

`relevance` decides which changes of files matter, `schedule` when to build, `places` knows what is
looked at, `loop` listens and acts.
"""
