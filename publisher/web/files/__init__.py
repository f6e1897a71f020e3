"""The files of the output folder over HTTP (RFC 9110): what a plain web server does.

`paths` says which file an address means, `headers` what is told of it, `conditions` what of it is
to be sent; `library` knows the files, `answers` answers. It stands before the app: nine of ten
requests are of a feed that did not change.
"""
