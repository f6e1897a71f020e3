"""What is collected and published as files."""

from __future__ import annotations

SITE = """\
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
