"""Related papers: those whose titles and abstracts share words that few papers have (TF-IDF)."""
