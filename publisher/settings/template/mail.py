"""The newsletter."""

from __future__ import annotations

MAIL = """\
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
# Other words, by the names in formatter/i18n/words.py, e.g. { highlights = "Our favourites" }.
texts_en = {}
texts_zh = {}
"""
