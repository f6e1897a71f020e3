"""Output of `publisher init`: the settings file, what is new, and the next commands."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher import __version__
from publisher.cli import show
from publisher.cli.init_questions import has_address
from publisher.services.blog.yaml_list import add_items
from publisher.services.first_settings import differences, is_gmail
from publisher.settings import starter
from publisher.settings.fields import fields_of, table_type
from publisher.settings.sections import SECTIONS, GatherTopic
from publisher.settings.values import Secret
from publisher.translation import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from msgspec.structs import FieldInfo

    from publisher.cli.first_topic import FirstTopic
    from publisher.cli.init_questions import BlogFolder, FirstSettings
    from publisher.services.blog.digest_survey import DigestSurvey
    from publisher.settings import Settings

_VERSION = re.compile(r"^#.*`publisher init` (\d+(?:\.\w+)*)", re.MULTILINE)


def show_place(place: BlogFolder, topic: FirstTopic | None) -> None:
    """Print the blog and the digests that there are; with a `topic`, none need be."""
    blog, digests = place.blog, place.survey
    if blog is not None:
        where = f"{blog.title} {blog.url}".strip() or blog.config.name
        show.line(_("{generator} blog: {title}").format(generator=blog.generator, title=where))
        for text in blog.notes:
            show.note(text)
    if digests is not None:
        show.line(_survey_line(digests))
    elif topic is None:
        show.line(_("There are no digests here yet; --arxiv has them written from arXiv."))


def _survey_line(digests: DigestSurvey) -> str:
    files = ngettext("{count} file", "{count} files", digests.files).format(count=digests.files)
    if not digests.papers:
        return _("{folder}: {files}, without papers so far").format(
            folder=digests.place, files=files
        )
    total = digests.papers.total()
    papers = ngettext("{count} paper", "{count} papers", total).format(count=total)
    shapes = ", ".join(
        f"{name} {count}" if len(digests.papers) > 1 else name
        for name, count in digests.papers.most_common()
    )
    if digests.sample < digests.files:
        text = _("{folder}: {files}; the newest {sample} have {papers} ({shapes})")
    else:
        text = _("{folder}: {files} with {papers} ({shapes})")
    return text.format(
        folder=digests.place, files=files, sample=digests.sample, papers=papers, shapes=shapes
    )


def change_blog(first: FirstSettings) -> FirstSettings:
    """Add to the blog's settings what they lack; return the settings that are safe then.

    Raises `OutputError`.
    """
    addition, blog = first.addition, first.place.blog
    if addition is None or blog is None or not add_items(addition):
        return first
    show.line(
        _("{file}: {items} added to {key}.").format(
            file=addition.file, items=", ".join(addition.items), key=addition.key
        )
    )
    values = first.values | {("output", "folder"): blog.output}
    changed = replace(blog, addition=None, is_output_safe=True)
    return replace(first, place=replace(first.place, blog=changed), values=values)


def full_file(first: FirstSettings) -> str:
    """Return the text of a publisher.toml with every setting."""
    return starter.starter_file(first.values)


def short_file(first: FirstSettings) -> str:
    """Return the text of a publisher.toml with what this folder needs, in the user's language."""
    head = (
        _("Written by `publisher init` {version}. Paths are relative to this file.").format(
            version=__version__
        ),
        _("All other settings have defaults: `publisher init --full DIR` writes them into DIR."),
    )
    address = _("where readers find the site")
    if not has_address(first.values):
        address = _("set it before you publish: feeds need the real address")
    comments = {
        ("site", "url"): address,
        ("site", "language"): _("headings are in Chinese for zh-CN, else in English"),
        ("source", "folders"): _("where the digests are"),
        ("output", "folder"): _("where feeds and pages are written"),
        ("inbox", "host"): _("read for people who join and leave by mail, and for bounces"),
    }
    sender = first.values.get(("mail", "from_address"))
    if sender:
        comments["mail", ""] = "\n".join(f"# {line}" for line in _mail_lines(sender))
    return starter.short_file(head, first.values, comments)


def _mail_lines(sender: str) -> Iterator[str]:
    if is_gmail(sender):
        yield _("It takes an app password: https://support.google.com/accounts/answer/185833")
    else:
        yield _("Mails are files in .publisher/outbox until you fill in your provider's server:")
        yield 'transport = "smtp"'
        yield 'host = "smtp.example.org"'
        yield f'username = "{sender}"'
    yield _("`publisher secret mail.password` keeps the password, out of this file.")


def show_next_steps(target: Path, first: FirstSettings, settings: Settings) -> None:
    """Print what was written, what the user has to add, and the next two commands."""
    show.line(_("{path} written.").format(path=target))
    if first.topic is not None:
        _show_topic(first, settings)
    if first.addition is not None:
        _show_addition(first)
    if not has_address(first.values):
        show.line(_("Set site.url in it before you publish."))
    _show_commands(first, settings, show.line)


def _show_topic(first: FirstSettings, settings: Settings) -> None:
    from publisher.gather.summaries.costs import describe, estimate

    topic = first.topic
    if topic is None:
        return
    show.line(
        _("Topic: {name}, from {categories}.").format(
            name=topic.table()["name"], categories=", ".join(topic.arxiv)
        )
    )
    show.line(describe(estimate(settings.gather)))
    if topic.model_url:
        show.line(
            _(
                "A service that costs money needs a key, which `publisher secret"
                " gather.model.api_key` keeps; set its prices and a budget in [gather.model]."
            )
        )
    if not topic.contact:
        show.line(_("Set gather.contact, by which arXiv can reach you."))


def _show_addition(first: FirstSettings) -> None:
    """Print the lines that the blog's settings still need."""
    addition, blog = first.addition, first.place.blog
    if addition is None or blog is None:
        return
    show.line(
        _("{file} was not changed. It needs these lines, {reason}:").format(
            file=addition.file, reason=addition.reason
        )
    )
    for line in addition.lines():
        show.line(f"  {line}")
    if not blog.is_output_safe:
        show.line(
            _('With them, set output.folder to "{folder}"; until then upload {outside}.').format(
                folder=blog.output, outside=first.values["output", "folder"]
            )
        )


def _show_commands(first: FirstSettings, settings: Settings, write: Callable[[str], None]) -> None:
    blog, output = first.place.blog, settings.output.folder
    build = ("publisher build", _("makes feeds and pages in {folder}").format(folder=output))
    if settings.web.url and first.place.has_papers:
        doctor = ("publisher doctor", _("says what is wrong, and how to mend it"))
        commands = (doctor, ("publisher serve", _("serves the site, builds and sends")))
    elif first.topic is not None or (settings.gather.topics and not first.place.has_papers):
        gathering = _("writes digests into {folder}").format(folder=settings.gather.folder)
        commands = (("publisher gather", gathering), build)
    elif blog is not None and output == blog.output:
        commands = (build, (blog.build, _("makes the blog, with the papers' site in it")))
    elif first.place.survey is None:
        commands = (("publisher formats", _("shows the shapes of digests that are read")), build)
    else:
        commands = (("publisher check", _("lists the defects of your digests")), build)
    width = max(len(command) for command, _purpose in commands)
    write(_("Next, in {folder}:").format(folder=first.place.folder))
    for command, purpose in commands:
        write(f"  {command:<{width}}  {purpose}")


def show_news(target: Path, first: FirstSettings, settings: Settings) -> None:
    """Print what differs from what would be written now: TOML on stdout, all else on stderr."""
    show.note(_("{path} is there already, and was not changed.").format(path=target))
    text = target.read_text(encoding="utf-8")
    lacking = ", ".join(_lacking(tomllib.loads(text)))
    if lacking:
        show.note(_("Settings of this version that it lacks: {names}").format(names=lacking))
    version = _VERSION.search(text)
    if version and version[1] != __version__:
        show.note(
            _("It was written by version {old}, and this is {new}: see CHANGELOG.md.").format(
                old=version[1], new=__version__
            )
        )
    blog = first.place.blog
    if blog is not None and settings.output.folder.partition("/")[0] == blog.emptied:
        show.note(
            _("output.folder: {generator} empties {folder}; choose another one.").format(
                generator=blog.generator, folder=blog.emptied
            )
        )
    new = differences({**first.values, **_folders(first, settings)}, settings)
    new.pop(("gather", "topics"), None)
    if new:
        show.note(_("It would have these settings now:"))
        show.line(starter.short_file((), new).strip("\n"))
    if first.topic is not None:
        show.note(_("To gather for the topic, add these lines to its end:"))
        show.line("\n".join(starter.table_lines("gather.topics", GatherTopic, first.topic.table())))
    _show_commands(first, settings, show.note)


def _folders(first: FirstSettings, settings: Settings) -> dict[tuple[str, str], Any]:
    """Return the folders of digests with those that are new, and the output folder that is set.

    The output may be anywhere: moving it is the owner's decision.
    """
    present = [folder.rstrip("/") for folder in settings.source.folders]
    proposed = first.values["source", "folders"]
    is_new = first.place.has_papers or first.topic is not None
    new = [each for each in proposed if is_new and each.rstrip("/") not in present]
    return {
        ("source", "folders"): [*settings.source.folders, *new],
        ("output", "folder"): settings.output.folder,
    }


def _lacking(document: dict[str, object]) -> Iterator[str]:
    """Yield the settings and sections that a file lacks which has most of the others."""
    tables = {name: _table(document, name) for name in SECTIONS}
    if sum(table is not None for table in tables.values()) <= len(SECTIONS) / 2:
        return
    for name, section in SECTIONS.items():
        table, keys = tables[name], fields_of(section)
        if table is None:
            yield f"[{name}]"
        elif sum(key in table for key in keys) > len(keys) / 2:
            yield from (
                f"{name}.{key}"
                for key, field in keys.items()
                if key not in table and not _is_commented_out(field)
            )


def _table(document: dict[str, object], name: str) -> dict[str, object] | None:
    value: object = document
    for key in name.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else None


def _is_commented_out(field: FieldInfo) -> bool:
    """Return whether a new file has the setting in a comment: secrets and lists of tables."""
    return field.type is Secret or table_type(field.type) is not None
