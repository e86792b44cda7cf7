"""Finds the route of a path by walking a tree of segments."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from gateway.transcoding.percent import decode, decode_multiple
from gateway.transcoding.template import Template, Wildcard

T = TypeVar("T")
ANY_METHOD = "*"


class RouteTaken(ValueError):
    """Two rules want the same method and path."""


@dataclass(slots=True)
class _Node(Generic[T]):
    literals: dict[str, "_Node[T]"] = field(default_factory=dict)
    one: "_Node[T] | None" = None
    ends: "dict[str, dict[str, _End[T]]]" = field(default_factory=dict)
    """Verb to HTTP method to what ends here."""
    rests: "dict[str, dict[str, _End[T]]]" = field(default_factory=dict)
    """The same for templates that take all further segments."""


@dataclass(frozen=True, slots=True)
class _End(Generic[T]):
    template: Template
    route: T


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """A route and the values of its template's variables, decoded, in the template's order."""

    route: T
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoMatch:
    """No route takes this. `allowed` are the methods that the path has; empty: no such path."""

    allowed: tuple[str, ...]


class Router(Generic[T]):
    """Literal text goes before `*`, and `*` before `**`; a verb goes before none."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, method: str, template: Template, route: T) -> None:
        """Add a route.

        Raises:
            RouteTaken: an equal template has this method already.
        """
        node = self._root
        for segment in template.segments:
            if segment is Wildcard.REST:
                break
            if isinstance(segment, str):
                node = node.literals.setdefault(segment, _Node())
            else:
                node.one = node.one or _Node()
                node = node.one
        is_rest = template.segments[-1] is Wildcard.REST
        methods = (node.rests if is_rest else node.ends).setdefault(template.verb, {})
        if method in methods:
            raise RouteTaken(f"{method} {template.segments} is bound twice")
        methods[method] = _End(template, route)

    def match(self, method: str, path: str) -> Match[T] | NoMatch:
        """Find the route of a path as it was sent, still percent-encoded.

        Raises:
            BadEncoding: the path is not percent-encoded UTF-8.
        """
        raw = path[1:].split("/")
        allowed: set[str] = set()
        for methods, segments in self._candidates(raw):
            end = methods.get(method) or methods.get(ANY_METHOD)
            if end is not None:
                return Match(end.route, _values(end.template, segments))
            allowed.update(methods)
        return NoMatch(tuple(sorted(allowed)))

    def _candidates(self, raw: list[str]) -> Iterator[tuple[Mapping[str, _End[T]], list[str]]]:
        """What ends at this path, best first, with the path's segments less the verb."""
        last, colon, verb = raw[-1].rpartition(":")
        if colon and verb:
            yield from _walk(self._root, [*raw[:-1], last], 0, decode(verb))
        yield from _walk(self._root, raw, 0, "")


def _walk(
    node: _Node[T], raw: list[str], at: int, verb: str
) -> Iterator[tuple[Mapping[str, _End[T]], list[str]]]:
    if at == len(raw):
        if verb in node.ends:
            yield node.ends[verb], raw
    elif raw[at]:
        text = raw[at]
        child = node.literals.get(decode(text) if "%" in text else text)
        if child is not None:
            yield from _walk(child, raw, at + 1, verb)
        if node.one is not None:
            yield from _walk(node.one, raw, at + 1, verb)
    if verb in node.rests:
        yield node.rests[verb], raw


def _values(template: Template, raw: list[str]) -> tuple[str, ...]:
    return tuple(
        decode_multiple("/".join(raw[variable.start : variable.stop]))
        if variable.is_multiple
        else decode(raw[variable.start])
        for variable in template.variables
    )
