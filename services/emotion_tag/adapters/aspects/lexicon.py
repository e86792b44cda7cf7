"""Lists of words by which aspects are found: a TOML file, read and held against its rules.

A file has a table for each aspect with the lists `names` (words that say what is talked about),
`burdens` (names of what is the better the less there is of it), `for` and `against` (words that
say it and praise or blame it at once), and under `<aspect>.opinion` the words that praise or blame
that aspect only where a name of it is near. `[opinion]` has the words that praise or blame whatever
they stand with, and `so_so`. `[turning]` has `negators`, what shows that somebody is `asking`,
`more` and `less` (for burdens), `persons` (whose looks and voices are not those of what is sold),
and words that mean `nothing` here but look like others. Every table and every list may be absent.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from services.emotion_tag.domain.aspect import ASPECTS, Aspect

LONGEST_TERM = 40  # characters
MOST_TERMS = 20_000


class BrokenLexiconError(Exception):
    """A list of words cannot be read, or breaks a rule; says which, and where."""


class Role(IntEnum):
    """What a word does."""

    NAMES = 0
    JUDGES = 1
    """Names an aspect and praises or blames it."""
    OPINES = 2
    """Praises or blames what is named near it."""
    NEGATES = 3
    ASKS = 4
    MEASURES = 5
    """Says that there is much (1) or little (-1) of what is named near it."""
    IS_SOMEBODY = 6
    IS_NOTHING = 7


@dataclass(frozen=True, slots=True)
class Entry:
    """A word in one of its roles."""

    term: str
    """As written, without the mark of an open end."""
    is_open: bool
    """Whether any letters may follow: `ship*`."""
    role: Role
    aspect: Aspect | None
    """None for what goes with any."""
    side: int
    """1 for, -1 against, 0 neither; of a name, -1 for a burden."""


_SIDES = {"for": 1, "against": -1}
_TURNING = {
    "negators": (Role.NEGATES, 0),
    "asking": (Role.ASKS, 0),
    "more": (Role.MEASURES, 1),
    "less": (Role.MEASURES, -1),
    "persons": (Role.IS_SOMEBODY, 0),
    "nothing": (Role.IS_NOTHING, 0),
}


def read_lexicon(path: Path) -> list[Entry]:
    """Read a file.

    Raises:
        BrokenLexiconError: naming the file, the table and the list.
    """
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise BrokenLexiconError(f"{path} cannot be read: {error}") from error
    try:
        entries = list(_entries(tables))
    except BrokenLexiconError as error:
        raise BrokenLexiconError(f"{path}: {error}") from None
    if not 0 < len(entries) <= MOST_TERMS:
        raise BrokenLexiconError(f"{path} has {len(entries)} words; 1 to {MOST_TERMS} are allowed.")
    return entries


def _entries(tables: dict[str, Any]) -> Iterator[Entry]:
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise BrokenLexiconError(f"{name} is no table.")
        if name == "opinion":
            rest = dict(table)
            yield from _list(name, "so_so", rest.pop("so_so", []), Role.OPINES, None, 0)
            yield from _judging(name, rest, Role.OPINES, None)
        elif name == "turning":
            yield from _turning(table)
        elif name in set(ASPECTS):
            yield from _of_aspect(Aspect(name), table)
        else:
            known = ", ".join(("opinion", "turning", *ASPECTS))
            raise BrokenLexiconError(f"[{name}] is no table; those there are: {known}.")


def _of_aspect(aspect: Aspect, table: dict[str, Any]) -> Iterator[Entry]:
    rest = dict(table)
    yield from _list(aspect, "names", rest.pop("names", []), Role.NAMES, aspect, 0)
    yield from _list(aspect, "burdens", rest.pop("burdens", []), Role.NAMES, aspect, -1)
    opinion = rest.pop("opinion", {})
    yield from _judging(aspect, rest, Role.JUDGES, aspect)
    yield from _judging(f"{aspect}.opinion", opinion, Role.OPINES, aspect)


def _turning(table: dict[str, Any]) -> Iterator[Entry]:
    rest = dict(table)
    for name, (role, side) in _TURNING.items():
        yield from _list("turning", name, rest.pop(name, []), role, None, side)
    _nothing_else("turning", rest)


def _judging(
    where: str, table: dict[str, Any], role: Role, aspect: Aspect | None
) -> Iterator[Entry]:
    rest = dict(table)
    for name, side in _SIDES.items():
        yield from _list(where, name, rest.pop(name, []), role, aspect, side)
    _nothing_else(where, rest)


def _nothing_else(where: str, rest: dict[str, Any]) -> None:
    if rest:
        raise BrokenLexiconError(f"[{where}] has no list {min(rest)}.")


def _list(
    where: str, name: str, terms: Any, role: Role, aspect: Aspect | None, side: int
) -> Iterator[Entry]:
    if not isinstance(terms, list):
        raise BrokenLexiconError(f"[{where}] {name} is no list.")
    for term in terms:
        if not isinstance(term, str) or not term.strip("* ") or len(term) > LONGEST_TERM:
            raise BrokenLexiconError(
                f"[{where}] {name} has {term!r}; a word has 1 to {LONGEST_TERM} characters."
            )
        yield Entry(term.removesuffix("*"), term.endswith("*"), role, aspect, side)
