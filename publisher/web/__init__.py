"""The web app: what readers do for themselves, what the operator looks at, and the site's files.

Joins the rooms as `pipeline` does, for requests instead of commands. No room knows of it.
"""
