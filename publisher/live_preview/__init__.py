"""`publisher preview --serve`: the site and the next mail in a browser, made anew at each change.

`session` watches and builds into a private folder, `board` holds the result for the threads of
`server`, `problems` and `mail` and `pages` make of it what a browser shows. Nothing is published,
sent or stored.
"""

# The addresses of the preview itself; all others are the site's.
PREFIX = "/__preview/"
