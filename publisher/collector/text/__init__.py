"""Plain text and safe HTML from TeX, Markdown and HTML, and facts that a text names."""
