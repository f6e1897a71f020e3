"""Limits: how fast messages may leave, and which domains are left alone for a while."""
