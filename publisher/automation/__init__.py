"""Publishing by itself: `publisher run`, and the child that `publisher serve` has for it.

`building` watches and builds, `issues` composes and sends, `mail` sends single mails and reads the
mailbox, `cleaning` forgets; `schedule` decides when, `loop` runs each in a thread of its own.
"""
