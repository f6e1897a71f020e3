"""Citations of papers for reference managers and search engines: BibTeX, RIS, CSL-JSON, meta tags.

`make_citation` works out the facts once for all of them; each other module writes one form.
"""
