"""Automatic publishing: `publisher run`, and the child process that `publisher serve` starts.

`building` watches and builds, `issues` composes and sends, `mail` sends single mails and reads the
mailbox, `cleaning` deletes what has expired; `schedule` decides when each runs, `loop` runs each in
a thread of its own.
"""
