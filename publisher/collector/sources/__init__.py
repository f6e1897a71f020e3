"""Places that digests come from: folders, and repositories pulled by git."""
