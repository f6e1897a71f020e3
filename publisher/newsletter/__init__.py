"""The rules of the newsletter: periods, contents of issues, ranking of papers, and audience.

Pure functions of papers, time, settings and subscribers.
"""
