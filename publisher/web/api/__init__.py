"""The JSON API for programs, made from declared operations.

`operation` is the type of a declaration; `endpoint` routes, authorizes and validates by them,
`openapi` makes the document. `model` has the types of requests and answers; `subscribers`, `issues`
and `publishing` declare the operations and do the work.
"""
