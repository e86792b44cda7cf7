"""Reads a query string into a JSON object of the request message."""

from collections.abc import Iterator, Mapping

from gateway.problems.problem import FieldProblem, refuse_fields
from gateway.transcoding.parameters import Json, Parameter
from gateway.transcoding.percent import decode


def pairs(query: str) -> Iterator[tuple[str, str]]:
    """Names and values in their order, decoded; `+` is a space.

    Raises:
        BadEncoding: a name or value is not percent-encoded UTF-8.
    """
    for part in query.split("&"):
        if part:
            name, _, value = part.replace("+", " ").partition("=")
            yield decode(name), decode(value)


def read(query: str, parameters: Mapping[str, Parameter], tree: dict[str, Json]) -> None:
    """Put the query's values into the tree.

    Raises:
        Refusal: a parameter is unknown, or is given twice though it takes one value.
        BadEncoding: as in `pairs`.
    """
    given: dict[str, tuple[Parameter, list[Json]]] = {}
    found: list[FieldProblem] = []
    for name, text in pairs(query):
        parameter = parameters.get(name)
        if parameter is None:
            found.append(FieldProblem(name, "UNKNOWN", "There is no such query parameter."))
            continue
        values = given.setdefault(parameter.name, (parameter, []))[1]
        values.append(parameter.convert(text))
        if len(values) == 2 and not parameter.is_repeated:  # noqa: PLR2004  said once
            found.append(FieldProblem(name, "SINGLE", "May be given only once."))
    if found:
        raise refuse_fields(*found)
    for parameter, values in given.values():
        parameter.put(tree, values if parameter.is_repeated else values[0])
