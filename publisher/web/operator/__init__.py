"""The operator's pages under /operator/: what landed, what is due, what was sent, who is there.

`gate` lets operators in and nobody else; every handler behind it is a plain function that runs in a
thread, as it reads the store. What takes long is kept by `lookout`.
"""
