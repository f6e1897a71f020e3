"""Names and sentences that the store keeps in English, in the language that holds.

States, actions and reasons are written by the program, some of them long before they are shown.
What a mail server or an operator wrote is shown as it is.
"""

from __future__ import annotations

import re
from functools import cache

from publisher.translation import _, mark

_OF_CODES = {"en": mark("English"), "zh": mark("Chinese"), "both": mark("both languages")}
# The states of issues, deliveries, subscribers and announcements, and the choices of readers.
NAMES = frozenset(
    (
        *_OF_CODES.values(),
        *(mark("open"), mark("paused"), mark("done")),
        *(mark("ready"), mark("claimed"), mark("sending"), mark("sent"), mark("rejected")),
        *(mark("skipped"), mark("in doubt"), mark("abandoned")),
        *(mark("pending"), mark("active"), mark("unsubscribed"), mark("suppressed")),
        *(mark("waiting"), mark("partial"), mark("complete"), mark("closed"), mark("failed")),
        *(mark("checking"), mark("checked"), mark("importing")),
        *(mark("daily"), mark("weekly"), mark("monthly")),
        *(mark("short"), mark("standard"), mark("long")),
    )
)
# What the program writes into its logs, and the reasons that it gives.
SENTENCES = (
    mark("added"),
    mark("confirmed"),
    mark("resumed"),
    mark("erased"),
    mark("gets mail again"),
    mark("suppression lifted"),
    mark("imported as {status}"),
    mark("logged in"),
    mark("logged out"),
    mark("logged out everywhere"),
    mark("build asked for"),
    mark("subscriber added"),
    mark("subscriber asked"),
    mark("subscriber changed"),
    mark("list exported"),
    mark("import checked"),
    mark("import begun"),
    mark("import deleted"),
    mark("import {number}"),
    mark("issue paused"),
    mark("issue resumed"),
    *(mark("note changed"), mark("note removed"), mark("subject changed")),
    *(mark("subject removed"), mark("preheader changed"), mark("preheader removed")),
    *(mark("block changed"), mark("block removed"), mark("block moved")),
    *(mark("paper hidden"), mark("paper shown again"), mark("paper promoted")),
    *(mark("paper no longer promoted"), mark("paper pinned"), mark("paper no longer pinned")),
    *(mark("issue approved"), mark("issue postponed"), mark("issue skipped")),
    *(mark("issue sent ahead of time"), mark("decision taken back"), mark("test sent")),
    mark("approval asked for"),
    mark("issue {issue}, paper {paper}"),
    mark("doubt settled"),
    mark("delivery repeated"),
    mark("data exported"),
    mark("send again"),
    mark("it arrived"),
    mark("give up"),
    mark("issue {issue}, subscriber {subscriber}: {words}"),
    mark("issue {issue}"),
    mark("subscriber {subscriber}"),
    mark("by operator {name}: {note}"),
    mark("by operator {name}"),
    mark("by token {name}: {note}"),
    mark("by token {name}"),
    mark("token {name}"),
    mark("command line"),
    mark("import of {file}"),
    mark("on the web, from a link"),
    mark("on the web, in the preferences"),
    mark("by mail, from a link"),
    mark("by mail, by word"),
    mark("by answering the mail"),
    mark("a complaint"),
    mark("unsubscribed or suppressed"),
    mark("bounced: {reason}"),
    mark("given up after {count} attempts: {reason}"),
    mark("{count} failures in a row, the last: {reason}"),
    mark("the limit of {count} an hour to {domain} is reached"),
    mark("the limit of {count} a second is reached"),
    mark("it left and the answer never came, or the sender died"),
    # Of lines of an imported file.
    mark("has unsubscribed; not made active again"),
    mark("suppressed: {reason}; not imported"),
    mark("columns that mean nothing here are left out: {names}"),
    mark("has left (column {column}: {value}); not imported"),
    mark("gets no mail (column {column}: {value}); not imported"),
    mark("mail to the address bounced (column {column}: {value}); not imported"),
    mark("reported a mail as spam (column {column}: {value}); not imported"),
    mark("has left"),
    mark("gets no mail"),
    mark("mail to the address bounced"),
    mark("reported a mail as spam"),
    # Of sources; what they could not read comes first.
    mark("{problem} It is tried again from {time} UTC."),
    mark(
        "{problem} {count} papers are from the RSS feed, which may lack others; the listing is "
        "read again."
    ),
    mark(
        "{problem} {count} papers are from a search by date; new versions and late papers are "
        "missing."
    ),
    mark("arXiv has no catch-up page of {channel} for {day}."),
    mark("arXiv was closed on {weekday} {day}, or had nothing in {channel}."),
    mark("arXiv announced nothing in {channel} so far; the listing is read again."),
    mark("arXiv announced nothing in {channel}."),
    mark("{count} entries without id or title are left out."),
    mark("{count} entries without title or address are left out."),
    mark("The feed goes back to {day} only."),
    mark("The feed has no entry of {day} or the two days before."),
    mark("Hugging Face has no daily papers of {day} and the day before."),
    *(mark("Monday"), mark("Tuesday"), mark("Wednesday"), mark("Thursday"), mark("Friday")),
    *(mark("Saturday"), mark("Sunday")),
)
_PLACE = re.compile(r"\\\{(\w+)\\\}")


def name_of(name: str) -> str:
    """Return the name of a state or choice for people."""
    words = _OF_CODES.get(name, name.replace("_", " "))
    return _(words) if words in NAMES else words


def stored_text(text: str) -> str:
    """Return a text of the store; one that the program did not write stays as it is."""
    if text in NAMES or text in SENTENCES:
        return _(text)
    for sentence, pattern in _patterns():
        if match := pattern.fullmatch(text):
            values = match.groupdict()
            return _(sentence).format(
                **{name: stored_text(value) for name, value in values.items()}
            )
    return text


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (sentence, re.compile(_PLACE.sub(r"(?P<\1>.+)", re.escape(sentence)), re.DOTALL))
        for sentence in SENTENCES
        if "{" in sentence
    )
