"""The newsletter by rule: which issue is due, what it holds, in which order, and for whom.

Pure functions of papers, time, settings and subscribers.
"""
