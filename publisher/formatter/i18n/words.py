"""The program's words for people: one TOML file a language in this folder.

A class here names the words of one place; `words_in` fills it from the section of that name, and
with what the section lacks from [shared]. `{...}` in a word are for `str.format`.

To add a language, add its file. Feeds and pages take it where `site.language` names it, the web app
where a browser asks for it. Mails are in English or Chinese, as the texts of papers are.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from publisher.formatter.i18n.dates import DatePatterns  # noqa: TC001 - msgspec resolves it

_FOLDER = Path(__file__).parent
_FALLBACK = "en"


class SectionWords(msgspec.Struct, frozen=True, kw_only=True):
    """Words of one section. `lang` is their BCP 47 tag."""

    lang: str


class NoteHeadings(msgspec.Struct, frozen=True, kw_only=True):
    """Headings of an AI's notes: the fields of `models.Notes`, in the order of the page."""

    background: str
    past_methods: str
    method: str
    results: str
    conclusion: str
    innovation: str
    performance: str
    workload: str


class StatusWords(SectionWords, frozen=True, kw_only=True):
    """Words about a paper's versions, its summary's origin, and the reasons to choose it."""

    list_comma: str  # between topics, titles or fields
    from_abstract: str
    from_full_text: str
    withdrawn: str
    changed: str
    new_version: str
    changed_fields: dict[str, str]
    chosen: str


class CommonWords(StatusWords, frozen=True, kw_only=True):
    """Words that pages and issues have in common."""

    dates: DatePatterns
    between_sentences: str
    labelled: str  # in plain text
    list_more: str  # after the last topic that still fits
    new_paper: str
    new_papers: str
    paper: str
    papers: str
    subject: str
    week: str
    issue_names: dict[str, str]  # by frequency
    contents: str
    et_al: str
    other_topics: str
    abstract: str
    takeaways: str
    code: str
    details: str
    figure: str
    more_paper: str
    more_papers: str
    more_titles: str
    why: str
    your_topics: str
    unsubscribe: str
    unsubscribe_how: str
    all_feeds: str
    on_the_web: str
    machine_written: str
    machine_written_mark: str
    sent_by: str
    topics: str
    newest: str
    feeds: str
    feeds_help: str
    open_in: str
    open_in_reader: str
    app_on_device: str
    copy_feed: str
    everything: str
    opml: str
    topic_feeds: str
    topics_help: str
    no_papers: str
    no_topics: str
    topic_description: str


class PageWords(CommonWords, frozen=True, kw_only=True):
    """Words of the site's pages."""

    skip_to_content: str
    site_parts: str
    archive: str
    archive_description: str
    month_description: str
    newer_month: str
    older_month: str
    earlier_papers: str
    page_of: str
    pages_of_list: str
    issues: str
    issues_description: str
    by_mail: str
    by_mail_link: str
    by_mail_topic_link: str
    by_mail_write: str
    by_mail_help: str
    by_mail_commands: str
    by_mail_line: str
    subscribe_command: str
    issue_description: str
    no_issues: str
    all_papers: str
    parts_of_all: str
    all_authors: str
    all_topics: str
    topic_count: str
    summary: str
    ai_written: str
    figures: str
    notes: str
    note_headings: NoteHeadings
    cut_off: str
    project: str
    about_paper: str
    first_listed: str
    updated: str
    version: str
    authors_comment: str
    cite: str
    cite_help: str
    copy_citation: str
    not_found: str
    not_found_help: str
    related: str
    same_digest: str
    search: str
    search_help: str
    search_filters: str
    search_topic: str
    search_year: str
    search_any_year: str
    search_venue: str
    search_code: str
    search_more: str
    search_none: str
    search_prefix: str
    search_failed: str
    search_from_disk: str
    search_needs_script: str
    authors: str
    authors_description: str
    author_description: str
    author_help: str
    coauthors: str
    by_name: str
    by_papers: str
    other_names: str
    no_authors: str
    venues: str
    venues_description: str
    venue_description: str
    topic_archive: str
    topic_archive_description: str
    newer_papers: str
    papers_between: str
    older_papers: str
    neighbours: str
    find: str
    page_language: str
    share: str
    link_here: str
    send_mail: str
    copied: str
    colours: str
    themes: dict[str, str]
    more_of_month: str


class EmailWords(CommonWords, frozen=True, kw_only=True):
    """Words of an issue's mail; `theme.texts_en` and `theme.texts_zh` replace them by name."""

    week_short: str
    highlights: str
    in_highlights: str
    elsewhere: str
    more_on_topic: str
    more_topics: str
    updated_papers: str
    version: str
    read_on_the_web: str
    preferences: str
    machine_summary: str
    machine_short: str
    note_method: str
    note_results: str
    note_conclusion: str
    note_innovation: str
    note_performance: str


class EntryWords(StatusWords, frozen=True, kw_only=True):
    """Headings and labels in the content of a feed's entry."""

    abstract: str
    summary: str
    takeaways: str
    withdrawn_title: str
    by_machine: str  # after the heading of an AI's text, and after its summary
    figure: str
    details: str
    code: str
    project: str
    cut_off: str
    note_headings: NoteHeadings


class ScheduleWords(SectionWords, frozen=True, kw_only=True):
    """Words about the days on which issues come."""

    dates: DatePatterns
    frequency: str
    frequencies: dict[str, str]
    next_issue: str
    first_due: str
    sample: str


class FormWords(ScheduleWords, frozen=True, kw_only=True):
    """Words of the subscription form, on the site's pages and in the web app."""

    by_mail: str
    list_comma: str
    address: str
    address_help: str
    choose: str
    topics: str
    all_topics: str
    some_topics: str
    language: str
    languages: dict[str, str]
    length: str
    lengths: dict[str, str]
    rhythm: str  # where there is one frequency
    rhythms: str
    trap: str
    subscribe: str
    about: str


class TransactionalWords(ScheduleWords, frozen=True, kw_only=True):
    """Words of single mails: requests to confirm, and answers.

    A change to what `confirm_...` says is another wording in the consent log, by itself.
    """

    confirm_subject: str
    confirm_asked: str
    confirm_topics: str
    topics: str
    between_sentences: str
    labelled: str
    all_topics: str
    confirm_by_answer: str
    confirm_by_mail: str
    confirm_by_link: str
    confirm_link: str
    confirm_mail: str
    confirm_not_you: str
    confirm_leaving: str
    preferences_subject: str
    preferences: str
    preferences_link: str
    preferences_not_you: str
    changed_subject: str
    changed: str
    changed_before: str
    changed_not_you: str
    list_comma: str
    welcome_subject: str
    welcome: str
    goodbye_subject: str
    goodbye: str
    stranger_subject: str
    stranger: str
    help_subject: str
    help: str
    unknown_topics: str
    known_topics: str
    commands: str
    sent_by: str
    login_subject: str
    login: str
    login_not_you: str
    approval_subject: str
    approval_asked: str
    approval_subject_line: str
    approval_link: str
    approval_edit: str
    approval_command: str
    approval_once: str
    approval_until: str


class ProblemWords(msgspec.Struct, frozen=True, kw_only=True):
    """A heading, and what to do."""

    title: str
    help: str


class WebWords(SectionWords, frozen=True, kw_only=True):
    """Words of the web app that the site's pages do not have; `problems` by status or "other"."""

    problems: dict[str, ProblemWords]


class ReaderWords(ScheduleWords, frozen=True, kw_only=True):
    """Words of the readers' pages that the form itself does not have."""

    list_comma: str
    subscribe: str
    subscribe_lead: str
    send_to: str
    send: str
    too_soon: str
    change: str
    bad_address: str
    no_topic: str
    working: str
    needs_script: str
    sent: str
    sent_lead: str
    sent_help: str
    confirm: str
    confirm_lead: str
    confirm_button: str
    confirmed: str
    confirmed_lead: str
    confirmed_topics: str
    already: str
    expired: str
    expired_lead: str
    incomplete: str
    incomplete_lead: str
    new_link: str
    again: str
    to_site: str
    leave: str
    leave_lead: str
    left: str
    left_lead: str
    leave_by_mail: str
    leave_by_mail_button: str
    leave_by_page: str
    preferences: str
    ask_lead: str
    ask_check: str
    ask_button: str
    asked: str
    asked_lead: str
    hour: str
    hours: str
    save: str
    saved: str
    saved_and_told: str
    too_many_changes: str
    choices_lead: str
    all_else: str
    all_else_lead: str
    states: dict[str, str]
    blocked: str
    paused_until: str
    pause: str
    pause_for: str
    pauses: dict[str, str]  # by days; "0": without an end
    resume_button: str
    data: str
    data_lead: str
    export_button: str
    erase_lead: str
    erase_sure: str
    erase_button: str
    erase_unsure: str
    erased: str
    erased_lead: str


SECTIONS: dict[type[SectionWords], str] = {
    PageWords: "pages",
    EmailWords: "email",
    EntryWords: "entries",
    FormWords: "form",
    TransactionalWords: "transactional",
    WebWords: "web",
    ReaderWords: "readers",
}
Kind = TypeVar("Kind", bound=SectionWords)
_WORDS: dict[tuple[type[SectionWords], str], SectionWords] = {}


@cache
def languages() -> dict[str, str]:
    """Return the languages that have a file, by code ("en"), each by its name in itself."""
    return {code: read_file(code)["name"] for code in _codes()}


def language_for(tag: str) -> str:
    """Return the code of the language for a BCP 47 tag: "zh" for "zh-TW", English for unknown."""
    code = tag.lower().partition("-")[0]
    return code if code in _codes() else _FALLBACK


def words_in(kind: type[Kind], tag: str) -> Kind:
    """Return the words of one place in the language of a BCP 47 tag, else in English.

    Raises `msgspec.ValidationError` where the language's file lacks one.
    """
    code = language_for(tag)
    words = _WORDS.get((kind, code))
    if words is None:
        content = read_file(code)
        values = {"dates": content["dates"], **content["shared"], **content[SECTIONS[kind]]}
        words = _WORDS[kind, code] = msgspec.convert(values, kind)
    return cast("Kind", words)


@cache
def read_file(code: str) -> dict[str, Any]:
    """Return the content of a language's file; not to be changed."""
    return tomllib.loads((_FOLDER / f"{code}.toml").read_text(encoding="utf-8"))


def counted(count: int, one: str, many: str) -> str:
    """Return `one` where `count` is 1, else `many` with the count in it."""
    return one if count == 1 else many.format(count=f"{count:,}")


@cache
def _codes() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))
