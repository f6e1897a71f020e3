"""The structure of a Markdown document: lines of one kind each, in a tree of headings and items."""
