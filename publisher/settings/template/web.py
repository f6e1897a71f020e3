"""What people do by themselves, and the store."""

from __future__ import annotations

WEB = """\
[web]
# Where readers reach `publisher serve`: the https address of the proxy in front of it. Empty: there
# is none; people come and go by mail.
url = ""
# Where it listens itself.
host = "127.0.0.1"
port = 8000
# The proxies in front of it, as addresses or networks: what they say of a reader's address is
# believed, e.g. ["127.0.0.1"]. Nobody else is.
trusted_proxies = []
# So many connections at once; whoever is more than that is asked to come back.
connections = 1000
# What GitHub, Gitea or GitLab prove to know when they announce a push at <url>hooks/push; empty:
# nobody may. Better in the environment: PUBLISHER_WEB__WEBHOOK_SECRET.
# webhook_secret = ""
# One line of JSON for each request, on standard error: what was asked for and how long it took, not
# by whom.
access_log = true
# Requests to the API that one client may make.
api_per_minute = 600
# A request has to arrive within this time.
body_seconds = 20.0

[operator]
# Who may have a link to the operator's pages (/operator/) mailed. `publisher login` prints one.
addresses = []
link_minutes = 15
session_hours = 12.0

[subscribing]
# A request to subscribe is to be confirmed within this time.
confirm_hours = 48
# The link to change what one gets, which is mailed on request, holds for this time.
preferences_hours = 2
# How many mails strangers may have us send: to one address, to one domain, from one network (IPv4:
# /24, IPv6: /56), and in total.
address_per_day = 3
domain_per_hour = 60
network_per_hour = 20
total_per_hour = 200
# On the web, who sends the form sooner than this is asked to press the button again.
fill_seconds = 2.0
# Against floods that keep to the limits: a browser has to guess so many bits before it may send the
# form (16 to 18: a second or so). It needs JavaScript then. 0: none.
work_bits = 0

[store]
# Subscribers and deliveries. An absolute path has four slashes.
url = "sqlite:///publisher.db"
"""
