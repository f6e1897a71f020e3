"""Readers' pages: subscribe, confirm, change preferences, pause, unsubscribe, export and erase.

GET only shows and POST acts, as mail scanners follow every link. `spam_protection` keeps programs
out, `forms` reads the choices, `request_batcher` stores many requests in one transaction.
"""
