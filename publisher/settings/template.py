"""The text that `publisher init` writes: every setting with its default, for a Hexo blog."""

from __future__ import annotations

TEMPLATE = """\
# Settings of the publisher. Paths are relative to this file. Every line can be overridden by an
# environment variable: PUBLISHER_MAIL__HOST for [mail] host; a name that ends in _FILE, such as
# PUBLISHER_MAIL__PASSWORD_FILE, reads the value from a file.

[site]
title = "Paper digests"
description = "New research papers, summarised and sorted by topic"
# Where the output folder is served. Feeds need absolute addresses, so set this first.
url = "http://localhost:8000/"
author = ""
language = "zh-CN"
# Holds for dates that name no zone, and for the hour of the newsletter.
timezone = "Asia/Shanghai"
# Part of every feed entry's permanent id: never change it after the first build.
tag_date = "2024"
# Links and signs on the pages, as #rrggbb; shades that are easy to read by day and night are made
# of it, whatever it is.
colour = "#0b6b74"

[source]
# For a Hexo blog: where its posts are.
folders = ["source/_posts"]
# ** is any number of folders, * anything within a name. For digests that end in .txt: "**/*.txt".
include = ["**/*.md", "**/*.markdown"]
exclude = []
# Files inside the folders that name, line by line, what is no digest; the syntax is git's.
ignore_files = [".gitignore", ".publisherignore"]
# A repository that is pulled before each build: https://, ssh://, user@host:path, or a folder. It
# is used beside the folders above; for the repository alone, set folders = [].
git = ""
# Empty: the repository's own main branch.
branch = ""
# Where in the repository the digests are. Empty: anywhere.
subfolder = ""
# Where the repository and parsed digests are kept; safe to delete. Empty: your cache folder.
cache = ""
# A repository on this network has to be allowed: its address is looked up and refused otherwise.
allow_private_hosts = false
# A pull that takes longer is given up, and the last state of the repository is used.
timeout_seconds = 300.0

[filters]
# Lists of texts. A paper is kept when it meets each include list that is set and no exclude list.
# Topics are compared by name, and those that are not wanted disappear from the papers; keywords
# are whole words of title, abstract or summary; authors are full names or surnames. Case and
# accents do not count: "muller" finds "Müller".
include_topics = []
exclude_topics = []
mark_topics = []
include_keywords = []
exclude_keywords = []
mark_keywords = []
include_authors = []
exclude_authors = []
# What is marked is kept as it is and named in `publisher papers --json`.
mark_authors = []

[output]
# "public" is Hexo's own output, which `hexo clean` empties. Files in "source" are copied there by
# `hexo generate` when they are not posts; skip_render keeps them as they are.
folder = "public"
# Two builds of one folder take turns; this long the second waits for the first.
wait_seconds = 600.0

[feeds]
# How many papers the feeds hold at most, and how large they grow; the archives have the rest.
entries = 50
max_bytes = 500000
# What an entry holds: "summary" (with the key points and links), "full" (also figure, authors and
# abstract) or "notes" (also what a model noted on background, method, results, ...).
content = "full"
# Where an entry leads: "page" to the paper's page here, "source" to arXiv.
links = "page"
# A WebSub hub, which tells readers of a new entry at once; it is told of every feed that changed.
# Free ones: "https://pubsubhubbub.appspot.com/", "https://websubhub.com/hub". Empty: none.
hub = ""
# A feed of its own for each saved filter, in filters/<name>/: papers that meet every list given.
# [[feeds.saved]]
# name = "fast-rendering"
# title = "Fast rendering"
# keywords = ["real-time", "acceleration"]
# authors = []
# topics = []
# exclude_keywords = []

[newsletter]
# Empty: the site's title.
title = ""
# How often: "daily", "weekly", "monthly". Subscribers may choose among those named here; who has
# chosen none gets the first. Each has issues of its own (2024-12-02, 2024-W49, 2024-12).
frequencies = ["weekly"]
# A weekly issue holds the papers of the seven days before this hour, a monthly one those of the
# month before this day (1 to 28).
weekday = "monday"
month_day = 1
hour = 8
# For those who chose nothing else. Which texts are shown: "en", "zh", "both"; empty: site.language.
language = ""
# "short": title and one line; "standard": summary and takeaways; "long": with abstract and notes.
length = "standard"
# A paper whose digest landed late goes into a later issue, unless it is older than this.
max_age_days = 21
# More than these are counted, with a link to the site; so is what makes a mail too long for Gmail.
max_papers = 200
# So many of the best papers stand in front of the topics; 0 for none.
highlights = 3
# Whether to mention, once, that a paper of an earlier issue has a newer version.
updated_papers = true
# At most one picture of a paper, from where the digest says it is: who sees it tells that host.
figures = true
# What the subject says, from {papers} (as in "23 new papers"), {count}, {topics}, {period} and
# {title}; as many topics as fit into 78 columns. Empty: "{papers}: {topics} - {period}".
subject = ""

[mail]
# "outbox" writes each message as an .eml file and sends nothing; "smtp" sends; "console" prints.
transport = "outbox"
outbox = "outbox"
# Empty: the newsletter's title.
from_name = ""
from_address = "newsletter@localhost"
reply_to = ""
# Empty: "digests." and the host of site.url.
list_id = ""
# Who sends, where that is not from_address: mail programs show "sent by ... for ...".
sender_address = ""
# Where "unsubscribe" mails go. Empty: from_address.
unsubscribe_address = ""
# Who answers questions about the list. Empty: reply_to, else from_address.
help_address = ""
# The name of the DKIM key that your mail provider signs with; `publisher preflight` looks it up as
# <selector>._domainkey.<domain>. Google Workspace: "google".
dkim_selector = ""
# Required by law in many countries.
postal_address = ""
# For Gmail: an app password (https://support.google.com/accounts/answer/185833), and 500
# recipients a day.
host = "smtp.gmail.com"
port = 465
# "ssl", "starttls" (port 587), or "none" for a mail server on this machine.
security = "ssl"
username = ""
# Better in the environment: PUBLISHER_MAIL__PASSWORD or PUBLISHER_MAIL__PASSWORD_FILE.
# password = ""
# A server may take this long to answer after a message (RFC 5321 allows ten minutes).
timeout_seconds = 600.0
# How many at once; a server that takes fewer is sent to over those that it takes.
connections = 4
# After so many messages a connection is made anew.
messages_per_connection = 100
# Instead of a password above: true to take it from the system's keyring, where `yagmail.register`
# puts it, or the file that yagmail makes for OAuth2.
keyring = false
oauth2_file = ""
# Allows security "none" for a server that is not on this machine: everybody on the way can read
# the password and the mail.
plaintext = false
# To sign messages here (DKIM): a private RSA key in PEM; its name in the DNS is dkim_selector.
# Empty: your mail provider signs, as most do.
dkim_key_file = ""

[pace]
# How fast mail leaves, over all issues; 0: no limit. Where a limit is reached for long, sending
# pauses, and the next `publisher publish` or `send` after that goes on.
# "gmail" and "workspace" set what those allow, a little less: 450 and 1,900 a day.
preset = ""
per_second = 0.0
per_hour = 0
per_day = 0
# To each recipient domain.
domain_per_hour = 0
# For a new address, which nobody knows to be honest: how many on the first days, e.g. [50, 100,
# 200, 400, 800].
warm_up = []
# So many failures one after the other stop an issue; the same command takes it up again.
failures_in_a_row = 10
# A message that is put off again and again is given up after this.
give_up_hours = 72.0

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

[inbox]
# The mailbox that `publisher inbox` reads: a Maildir on this machine, or a folder by IMAP (Gmail:
# imap.gmail.com, with the app password). Bounces, complaints, "subscribe" and "unsubscribe" mails
# are taken care of; everything else is left alone. Both empty: nobody reads mail.
maildir = ""
host = ""
port = 993
# "ssl", "starttls" (port 143), or "none" for a server on this machine.
security = "ssl"
# Empty: as in [mail]. Better in the environment: PUBLISHER_INBOX__PASSWORD.
username = ""
# password = ""
# The name under which the system's keyring has the password; needs the package keyring.
keyring = ""
# For providers without app passwords: a JSON file with client_id, client_secret and refresh_token.
oauth2_file = ""
folder = "INBOX"
# Where mails go that were handled, e.g. "Newsletter". Empty: they stay, marked as read.
handled_folder = ""
# The mailbox's own address. Empty: mail.unsubscribe_address, else mail.from_address.
address = ""
# Older mails are not looked at, and of a huge one only its beginning.
since_days = 30
max_bytes = 262144
# Who could not be reached for so many issues within these days gets no more mail.
soft_bounces = 5
soft_bounce_days = 60
# How often `publisher inbox --watch` looks, and how long a server may take to answer.
watch_seconds = 60.0
timeout_seconds = 60.0

[store]
# Subscribers and deliveries. An absolute path has four slashes.
url = "sqlite:///publisher.db"

[theme]
# How the mail looks. A picture's address (https), what stands there without it (empty: the title),
# and how wide it is.
logo = ""
logo_alt = ""
logo_width = 160
accent = "#0b6b74"
text = "#24292f"
muted = "#57606a"
sheet = "#fcfdfd"
background = "#eef0f2"
# Where the reader wants it dark. No pure black or white: apps that invert colours by force turn
# those into glaring opposites.
dark_accent = "#72cdd6"
dark_text = "#dfe3e8"
dark_muted = "#a3acb7"
dark_sheet = "#1e2227"
dark_background = "#15181c"
# Other words, by the names in publisher/formatter/texts.py, e.g. { highlights = "Our favourites" }.
texts_en = {}
texts_zh = {}

[templates]
# A folder of your own: a file in it replaces the program's of the same name.
folder = ""

[watch]
# For `publisher build --watch`. Network file systems tell nobody of changes: look for them instead.
polling = false
poll_seconds = 1.0
# How often source.git is pulled.
git_seconds = 300.0
"""
