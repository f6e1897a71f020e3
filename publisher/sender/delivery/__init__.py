"""Delivery: sends an issue to everyone who has not got it, at most once each."""
