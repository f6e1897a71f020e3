"""Which files the output folder holds, as parts that depend on as little as can be.

    heads -> timeline -> plan -> parts: papers' pages, archives, feeds, overviews -> build

Nothing here reads a text before a part is made, and most builds make few of them.
"""
