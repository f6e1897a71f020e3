"""What people do by themselves, and the store."""

from __future__ import annotations

WEB = """\
[web]
# Where `publisher serve` is reached, https, for leaving the list with one click. Empty: nowhere;
# people leave by mail.
url = ""

[subscribing]
# A request to subscribe is to be confirmed within this time.
confirm_hours = 48
# How many mails strangers may have us send: to one address, to one domain, and in total.
address_per_day = 3
domain_per_hour = 60
total_per_hour = 200

[store]
# Subscribers and deliveries. An absolute path has four slashes.
url = "sqlite:///publisher.db"
"""
