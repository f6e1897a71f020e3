"""Measures this program beside its peers; see __main__.py."""
