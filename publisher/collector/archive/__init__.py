"""Archives: files that are parsed once, cached, and loaded when they are accessed."""
