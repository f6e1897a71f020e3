"""Facts about settings, for people: descriptions, types in words, values in TOML.

They are taken from the fields of the sections. The description of a field is the string below it,
where Sphinx and editors look for one too; it is read from the source, so that only commands that
show it pay for it.
"""

from __future__ import annotations

import sys
from enum import Enum
from functools import cache
from itertools import pairwise
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

import msgspec
from msgspec import Meta

from publisher.settings.fields import item_type, split_type, table_type
from publisher.settings.sections.base import Section, TextFormat
from publisher.settings.values import Secret, Words
from publisher.translation import _, mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from msgspec.structs import FieldInfo

_NOUNS = {
    str: (mark("text"), mark("texts")),
    int: (mark("a whole number"), mark("whole numbers")),
    float: (mark("a number"), mark("numbers")),
    bool: (mark("true or false"), ""),
    Secret: (mark("text"), ""),
    Words: (mark("a table of texts"), ""),
}


class Documentation(msgspec.Struct, frozen=True):
    """Description of a section, and of its fields by name."""

    section: str  # paragraphs are separated by an empty line
    fields: Mapping[str, str]


@cache
def documentation(section: type[Section]) -> Documentation:
    """Return what the source says of `section`; nothing where the source is not at hand."""
    import ast  # noqa: PLC0415 - the parser is for those that read descriptions
    import inspect  # noqa: PLC0415 - as above

    try:
        module = ast.parse(inspect.getsource(sys.modules[section.__module__]))
    except OSError:  # the program was packed into a single file
        return Documentation("", {})
    classes = (node for node in module.body if isinstance(node, ast.ClassDef))
    definition = next(node for node in classes if node.name == section.__name__)
    fields = {}
    for field, text in pairwise(definition.body):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(description))),
            ):
                fields[name] = " ".join(description.split())
    return Documentation(ast.get_docstring(definition) or "", fields)


def default_of(field: FieldInfo) -> object:
    """Return the default of `field`; `msgspec.NODEFAULT` where it has to be set."""
    factory = field.default_factory
    return field.default if factory is msgspec.NODEFAULT else factory()


def in_words(annotation: Any) -> str:  # noqa: ANN401 - a type
    """Return the type of a setting as it goes after "must be": "a whole number from 1 to 9"."""
    if table_type(annotation) is not None:
        return _("a list of tables")
    item = item_type(annotation)
    if item is None:
        return _noun(annotation)
    required = _is_required(split_type(annotation)[1])
    text = _("a non-empty list of {items}") if required else _("a list of {items}")
    return text.format(items=_noun(item, plural=True))


def _is_required(constraints: Iterable[object]) -> bool:
    return any(limit.min_length for limit in constraints if isinstance(limit, Meta))


def _noun(annotation: Any, *, plural: bool = False) -> str:  # noqa: ANN401 - a type
    kind, constraints = split_type(annotation)
    if get_origin(kind) in (Union, UnionType):
        words, number = get_args(kind)
        return _or([*map(in_toml, _choices(words)), _noun(number)])
    if choices := _choices(kind):
        return _or([in_toml(choice) for choice in choices])
    for constraint in constraints:
        if isinstance(constraint, TextFormat):
            return _(constraint.plural if plural else constraint.name)
    noun = _(_NOUNS[kind][plural])
    if _is_required(constraints):
        noun = _("non-empty {noun}").format(noun=noun)
    for limit in constraints:
        if isinstance(limit, Meta):
            noun = _in_range(noun, limit)
    return noun


def _choices(kind: Any) -> list[str]:  # noqa: ANN401 - a type
    """Return the words that `kind` may be; none where it may be anything."""
    if get_origin(kind) is Literal:
        return list(get_args(kind))
    return [member.value for member in kind] if isinstance(kind, type(Enum)) else []


def _or(words: list[str]) -> str:
    return _("{words} or {last}").format(words=_(", ").join(words[:-1]), last=words[-1])


def _in_range(noun: str, meta: Meta) -> str:
    if meta.gt is not None:
        return _("{noun} above {low}, up to {high}").format(noun=noun, low=meta.gt, high=meta.le)
    if meta.le is not None:
        return _("{noun} from {low} to {high}").format(noun=noun, low=meta.ge, high=meta.le)
    if meta.ge is None:
        return noun
    return _("{noun} of at least {low}").format(noun=noun, low=meta.ge)


def in_toml(value: object) -> str:
    """Return `value` as publisher.toml has it."""
    match value:
        case Secret():
            return in_toml(value.reveal())
        case Words():
            return in_toml(dict(value.items))
        case dict():
            pairs = ", ".join(f"{key} = {in_toml(item)}" for key, item in value.items())
            return f"{{ {pairs} }}" if pairs else "{}"
        case list() | tuple():
            return f"[{', '.join(map(in_toml, value))}]"
        case _:
            return msgspec.json.encode(value).decode()
