"""Reads path templates of google.api.http, such as `/v1/{name=shelves/*}/books:publish`."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from gateway.transcoding.percent import decode


class Wildcard(Enum):
    """What a segment may be if it is not literal text."""

    ONE = "*"
    """Exactly one segment, not empty."""
    REST = "**"
    """Zero or more segments, up to the verb; only as the last segment."""


Segment: TypeAlias = str | Wildcard


class BadTemplate(ValueError):
    """The template breaks the grammar of google.api.http."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A request field that takes a run of the path's segments."""

    field: str
    """Path of the field in the request message, such as `item.name`."""
    start: int
    stop: int | None
    """The segments from `start` up to `stop`; None takes all that is left."""
    is_multiple: bool
    """Whether it can take more than one segment: then `%2F` stays as it is."""


@dataclass(frozen=True, slots=True)
class Template:
    """A path template, its literals percent-decoded."""

    segments: tuple[Segment, ...]
    verb: str
    """What follows the last `:`, or an empty string."""
    variables: tuple[Variable, ...]


_FIELD_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_LITERAL = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()+,;@]|%[0-9A-Fa-f]{2})+")
_TOKENS = re.compile(r"[{}=/]|[^{}=/]+")


def parse(text: str) -> Template:
    """Read a template.

    Raises:
        BadTemplate: it breaks the grammar; the message says where.
    """
    if not text.startswith("/"):
        raise BadTemplate(f"{text}: a template begins with /")
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _TOKENS.findall(text)
        self._at = 0
        self._segments: list[Segment] = []
        self._variables: list[Variable] = []
        self._verb = ""

    def parse(self) -> Template:
        while self._at < len(self._tokens):
            self._take("/")
            if self._peek() == "{":
                self._variable()
            else:
                self._segment(may_end=True)
        rest = [n for n, segment in enumerate(self._segments) if segment is Wildcard.REST]
        if rest not in ([], [len(self._segments) - 1]):
            raise self._error("** must be the last segment")
        names = [variable.field for variable in self._variables]
        if len(set(names)) < len(names):
            raise self._error("a field is bound twice")
        return Template(tuple(self._segments), self._verb, tuple(self._variables))

    def _variable(self) -> None:
        self._take("{")
        field = self._next()
        if not _FIELD_PATH.fullmatch(field):
            raise self._error(f"{field} is not a field path")
        start = len(self._segments)
        if self._peek() == "=":
            self._take("=")
            self._segment()
            while self._peek() == "/":
                self._take("/")
                self._segment()
        else:
            self._segments.append(Wildcard.ONE)
        self._take("}")
        taken = self._segments[start:]
        has_rest = Wildcard.REST in taken
        stop = None if has_rest else len(self._segments)
        self._variables.append(Variable(field, start, stop, has_rest or len(taken) > 1))
        following = self._peek()
        if following.startswith(":"):
            self._end(self._next()[1:])

    def _segment(self, *, may_end: bool = False) -> None:
        text = self._next()
        if may_end and ":" in text:
            text, _, verb = text.rpartition(":")
            self._end(verb)
        if text in ("*", "**"):
            self._segments.append(Wildcard(text))
        elif _LITERAL.fullmatch(text):
            self._segments.append(decode(text))
        else:
            raise self._error(f"{text!r} is not a segment")

    def _end(self, verb: str) -> None:
        if not _LITERAL.fullmatch(verb) or self._at < len(self._tokens):
            raise self._error("a verb is literal text at the end")
        self._verb = decode(verb)

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _take(self, token: str) -> None:
        if self._next() != token:
            raise self._error(f"{token} expected")

    def _error(self, reason: str) -> BadTemplate:
        return BadTemplate(f"{self._text}: {reason}")
