"""Fields of a request that travel as text, in the path or in the query."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from protobuf import (
    DescEnum,
    DescField,
    DescFieldValueEnum,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescFieldValueScalar,
    DescMessage,
    ScalarType,
)

from gateway.transcoding.schema import FIELD_MASK, SCALAR_JSON, field_named

_NUMBER = re.compile(r"[-+.0-9A-Za-z]*")

Json = Any
"""A value as JSON has it."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A leaf of the request message, and how its text becomes JSON."""

    path: tuple[DescField, ...]
    is_repeated: bool
    convert: Callable[[str], Json]

    @property
    def name(self) -> str:
        """As a client writes it: JSON names joined by dots."""
        return ".".join(field.json_name for field in self.path)

    @property
    def field(self) -> DescField:
        return self.path[-1]

    def put(self, tree: dict[str, Json], value: Json) -> None:
        """Set the value in a JSON object of the request message."""
        for field in self.path[:-1]:
            tree = tree.setdefault(field.json_name, {})
        tree[self.path[-1].json_name] = value


class NotAParameter(ValueError):
    """The field path does not lead to a field that can travel as text."""


def path_parameter(message: DescMessage, path: str) -> Parameter:
    """The parameter at a field path of a template.

    Raises:
        NotAParameter: there is no such field, or it is repeated or a message.
    """
    fields: list[DescField] = []
    at: DescMessage | None = message
    for name in path.split("."):
        field = field_named(at, name) if at is not None else None
        if field is None:
            raise NotAParameter(f"{message.type_name} has no field {path}")
        fields.append(field)
        at = field.value.message if isinstance(field.value, DescFieldValueMessage) else None
    convert = _converter(fields[-1])
    if convert is None or isinstance(fields[-1].value, DescFieldValueList):
        raise NotAParameter(f"{message.type_name}.{path} cannot be part of a path")
    return Parameter(tuple(fields), is_repeated=False, convert=convert)


def query_parameters(message: DescMessage) -> Mapping[str, Parameter]:
    """All parameters of a message by name: with JSON names, and with the names as declared."""
    found: dict[str, Parameter] = {}
    for path in _leaves(message, ()):
        convert = _converter(path[-1])
        if convert is not None:
            is_repeated = isinstance(path[-1].value, DescFieldValueList)
            parameter = Parameter(path, is_repeated=is_repeated, convert=convert)
            found[parameter.name] = parameter
            found[".".join(field.name for field in path)] = parameter
    return found


def _leaves(message: DescMessage, above: tuple[DescField, ...]) -> Iterator[tuple[DescField, ...]]:
    """Paths to all fields that are no message; a message inside itself is not followed."""
    for field in message.fields:
        value = field.value
        path = (*above, field)
        if isinstance(value, DescFieldValueMessage) and value.message.type_name not in SCALAR_JSON:
            parents = {parent.parent.type_name for parent in path}
            if value.message.type_name not in parents:
                yield from _leaves(value.message, path)
        else:
            yield path


def _converter(field: DescField) -> Callable[[str], Json] | None:
    value = field.value
    match value:
        case DescFieldValueScalar():
            return _of(value.scalar)
        case DescFieldValueEnum():
            return _of(value.enum)
        case DescFieldValueMessage():
            return _of(value.message)
        case DescFieldValueList():
            return _of(value.element)
        case DescFieldValueMap():
            return None


def _of(kind: ScalarType | DescEnum | DescMessage) -> Callable[[str], Json] | None:
    if isinstance(kind, DescMessage):
        if kind.type_name not in SCALAR_JSON:
            return None
        if kind.type_name == FIELD_MASK:
            return _mask
        return _boolean if kind.type_name == "google.protobuf.BoolValue" else str
    if isinstance(kind, DescEnum):
        return _enum
    if kind is ScalarType.BOOL:
        return _boolean
    return str if kind in (ScalarType.STRING, ScalarType.BYTES) else _number


def _number(text: str) -> Json:
    """The codec would also take `1_000` and the digits of other scripts; it refuses lists."""
    return text if _NUMBER.fullmatch(text) else [text]


def _boolean(text: str) -> Json:
    return {"true": True, "false": False}.get(text, text)


def _enum(text: str) -> Json:
    return int(text) if text.removeprefix("-").isdecimal() and text.isascii() else text


def _mask(text: str) -> Json:
    """Names as declared are taken too: `display_name` is read as `displayName`."""
    return ",".join(".".join(_camel(name) for name in path.split(".")) for path in text.split(","))


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in others)
