"""Words for people by language, the width of texts, and the language that a text is in."""
