"""The text that `publisher init` writes: every setting with its default, for a Hexo blog."""

from __future__ import annotations

from publisher.settings.template.mail import MAIL
from publisher.settings.template.site import SITE
from publisher.settings.template.web import WEB

_HEAD = """\
# Settings of the publisher. Paths are relative to this file. Every line can be overridden by an
# environment variable: PUBLISHER_MAIL__HOST for [mail] host; a name that ends in _FILE, such as
# PUBLISHER_MAIL__PASSWORD_FILE, reads the value from a file.
"""

TEMPLATE = f"{_HEAD}\n{SITE}\n{MAIL}\n{WEB}"
