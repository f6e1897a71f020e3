"""The web app: readers' forms, the operator's pages, the API, and the files of the site.

It serves requests as `cli` serves commands, and no other room imports it.
"""
