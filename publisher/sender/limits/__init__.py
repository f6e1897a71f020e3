"""Limits of sending: the rate of messages, and pauses of domains that defer them."""
