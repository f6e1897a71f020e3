"""Sections of what is collected."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from publisher.settings.sections.base import FindingCode, Phrase, Section


class Source(Section, frozen=True):
    """Places of the digests: folders, a git repository, or both."""

    folders: tuple[str, ...] = ("digests",)
    """Folders of digests; for a Hexo blog "source/_posts". Empty: only the repository of `git` is
    read. Not set: "digests", unless `git` or `feeds` is set."""
    include: Annotated[tuple[str, ...], Meta(min_length=1)] = (
        "**/*.md",
        "**/*.markdown",
        "**/*.adoc",
        "**/*.asciidoc",
        "**/*.rst",
        "**/*.org",
    )
    """Patterns of the files to read: `**` stands for any number of folders, `*` for any part of a
    name. Digests that end in .txt need `"**/*.txt"`. AsciiDoc, reStructuredText and Org are not
    read, but named if they list papers."""
    records: Literal["auto", "on", "off"] = "auto"
    """Read JSON, JSONL, CSV and TSV files of papers: "auto" where no Markdown file has papers of
    arXiv, since such files often hold the candidates from which a digest was made; "on" always, and
    a paper that stands in both is one; "off" never."""
    exclude: tuple[str, ...] = ()
    """Patterns of files to leave out, although `include` matches them."""
    ignore_files: tuple[str, ...] = (".gitignore", ".publisherignore")
    """Names of files, inside the folders, that list in git's syntax what to leave out. A .gitignore
    has no effect on the repository of `git`."""
    git: str = ""
    """Repository to pull before each build: an https:// or ssh:// address, user@host:path, or a
    folder. Empty: none."""
    feeds: tuple[str, ...] = ()
    """Feeds (RSS or Atom) to read: https:// addresses, fetched before each build, or files that end
    in .xml, .rss or .atom. Needs the extra `feeds`. With feeds, `folders` may be empty."""
    branch: str = ""
    """Branch to pull. Empty: the repository's default branch."""
    subfolder: str = ""
    """Folder of the repository that has the digests. Empty: all of it."""
    cache: str = ""
    """Folder for the copy of the repository and for digests that are already parsed; safe to
    delete. Empty: your user's cache folder."""
    allow_private_hosts: bool = False
    """Allow a repository or feed whose host has a private address, such as a server on your own
    network, and http:// for feeds."""
    timeout_seconds: Annotated[float, Meta(gt=0, le=3600)] = 300.0
    """Seconds after which a pull is given up, and after at most 60 the fetching of a feed. The last
    state is used then."""
    history: Literal["auto", "off"] | Annotated[int, Meta(ge=1, le=36_500)] = "auto"
    """Read earlier versions of lists (a README that is rewritten every day) from git's history, so
    that yesterday's papers stay. A number: only papers of so many days. Files without a date are
    dated by it too."""
    memory: Literal["auto", "off"] = "auto"
    """Remember the papers of lists that git's history tells nothing of, in `.publisher/lists/`;
    delete a file there to forget a list."""


class Check(Section, frozen=True):
    """Findings about digests, as `publisher check` lists them."""

    ignore: tuple[FindingCode, ...] = ("D401", "D402")
    """Codes of findings that are counted in one line instead of listed: by default what a language
    model wrote besides its notes, which is left out and which no author can mend. Exit codes stay
    as they are, and `--verbose` and `--json` list everything."""


class Filters(Section, frozen=True):
    """Selection of the papers that are published or marked.

    A paper is published if it matches each include list that is set, by at least one of its texts,
    and no exclude list. Topics are compared by whole name, keywords with whole words of title,
    abstract and summary, authors by full name or surname. Case and accents don't count: "muller"
    matches "Müller". Marked papers rank higher in an issue, and `publisher papers --json` shows
    why.
    """

    include_topics: tuple[Phrase, ...] = ()
    """Topics to publish; papers disappear from all others. Empty: all."""
    exclude_topics: tuple[Phrase, ...] = ()
    """Topics to leave out. A paper that has no other topic is not published."""
    mark_topics: tuple[Phrase, ...] = ()
    """Topics whose papers are marked."""
    include_keywords: tuple[Phrase, ...] = ()
    """Words or phrases, one of which a paper has to contain. Empty: any."""
    exclude_keywords: tuple[Phrase, ...] = ()
    """Words or phrases that a paper must not contain."""
    mark_keywords: tuple[Phrase, ...] = ()
    """Words or phrases that mark a paper."""
    include_authors: tuple[Phrase, ...] = ()
    """Names, one of which an author has to have. Empty: any."""
    exclude_authors: tuple[Phrase, ...] = ()
    """Names that no author may have."""
    mark_authors: tuple[Phrase, ...] = ()
    """Names of authors whose papers are marked."""


class Watch(Section, frozen=True):
    """Detection of changes by `publisher build --watch`, `run` and `serve`."""

    polling: bool = False
    """Compare the folders again and again instead of waiting for the system to report changes.
    Network file systems (NFS, SMB) need it, as they report none."""
    poll_seconds: Annotated[float, Meta(ge=0.1, le=3600)] = 1.0
    """Seconds between two comparisons, where folders are compared."""
    git_seconds: Annotated[float, Meta(ge=1, le=86_400)] = 300.0
    """Seconds between two pulls of `source.git`, and fetches of `source.feeds`."""
