"""A paper as reference managers and search engines read it: BibTeX, RIS, CSL-JSON, meta tags.

`make_citation` works out once what all of them say; each module writes one form of it.
"""
