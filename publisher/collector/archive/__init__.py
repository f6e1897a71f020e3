"""Archives: many files parsed once, kept in a cache, and read again when asked for."""
