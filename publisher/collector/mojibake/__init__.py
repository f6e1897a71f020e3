"""Repair of text that went through a wrong decoding.

    file_bytes   bytes of a file -> text                 (of every file)
    detect       does a text look damaged?               (of every file)
    undo         damaged text -> the likeliest original  (of damaged files alone: loaded late)

`undo` reverses the code page (codepages) and searches the readings of what is left (readings,
lattice) for the likeliest one (language_model, word_model, mixture).
"""
