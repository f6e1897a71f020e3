"""Builds after changes: `publisher build --watch`.

`change_filter` decides which changes of files matter, `schedule` when to build, `places` knows what
to watch, `loop` watches and builds.
"""
