"""Summaries by a language model: the question, the endpoint, its answer, the checks, the costs."""
