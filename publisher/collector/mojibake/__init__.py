"""Repair of mojibake: text that was decoded with the wrong character encoding.

    file_bytes   bytes of a file -> text                     (for every file)
    detection    does a text look damaged?                   (for every file)
    repair       damaged text -> the most likely original    (for damaged files; imported late)

`repair` maps the characters back to bytes (`codepages`), lists what these can stand for
(`candidates`), and searches for the most likely text (`viterbi`) by models of language
(`language_model`, `word_model`, `interpolated_model`).
"""
