"""Announcements in chats and networks, beside mail and feeds, by Apprise (extra `announce`).

`announce` decides what is news and sends it, `networks` calls Apprise, `exchanges` watches its
requests, and `judge` decides by them what is known of an outcome.
"""
