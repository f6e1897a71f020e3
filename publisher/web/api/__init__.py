"""The JSON API for programs: `operation` declares what there is, and all else follows from that.

`endpoint` routes, lets in and validates by the declarations, `openapi` makes the document of them.
`model` has what goes in and out; `subscribers`, `issues` and `publishing` do the work.
"""
