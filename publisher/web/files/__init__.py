"""The files of the output folder over HTTP (RFC 9110), as a plain web server serves them.

`paths` maps URLs to files, `headers` makes their headers, `conditions` decides what is sent;
`library` caches the files, `answers` and `protocol` answer. It stands before the app, as nine of
ten requests are for a feed that did not change.
"""
