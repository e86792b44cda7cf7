"""The contracts as the gateway sees them: a set of descriptors, and what their options say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from protobuf import (
    DescEnum,
    DescField,
    DescFieldValueEnum,
    DescFieldValueList,
    DescFieldValueMap,
    DescFieldValueMessage,
    DescMessage,
    DescMethod,
    Message,
    Registry,
)
from protobuf.wkt import FileDescriptorSet

ProtoMessage: TypeAlias = Message[Any]

SCALAR_JSON = frozenset(
    f"google.protobuf.{name}"
    for name in (
        *("Timestamp", "Duration", "FieldMask"),
        *("DoubleValue", "FloatValue", "Int64Value", "UInt64Value", "Int32Value", "UInt32Value"),
        *("BoolValue", "StringValue", "BytesValue"),
    )
)
"""Messages whose JSON form is one value, so that they fit into a path or a query."""

FREE_JSON = frozenset(
    f"google.protobuf.{name}" for name in ("Struct", "Value", "ListValue", "Any", "Empty")
)
"""Messages whose JSON form does not follow their fields."""

FIELD_MASK = "google.protobuf.FieldMask"
HTTP_BODY = "google.api.HttpBody"
ANY = "google.protobuf.Any"


class Schema:
    """All descriptors of the contracts, with those of what they import."""

    def __init__(self, descriptors: bytes) -> None:
        """Read a serialised FileDescriptorSet with imports; source info makes the documentation."""
        files = FileDescriptorSet.from_binary(descriptors)
        self.registry: Registry = files.to_registry()
        self.files = tuple(files.file)

    @classmethod
    def load(cls, path: Path) -> "Schema":
        """Read what protos/generate.py wrote."""
        return cls(path.read_bytes())

    def methods(self) -> Iterator[DescMethod]:
        """Every method of every service, in the order of the files."""
        for declared in self.files:
            file = self.registry.file(declared.name)
            if file is not None:
                for service in file.services:
                    yield from service.methods

    def option(self, method: DescMethod, name: str) -> Any:
        """The value of a method's option by its full name, or None where it is not set."""
        extension = self.registry.extension(name)
        options = method.proto.options
        if extension is None or options is None or extension.type not in options:
            return None
        return options[extension.type]


def message_of(field: DescField) -> DescMessage | None:
    """The message type of a field's values: singular, repeated or of a map; None for others."""
    value = field.value
    match value:
        case DescFieldValueMessage():
            return value.message
        case DescFieldValueList(element=DescMessage() as element):
            return element
        case DescFieldValueMap(value=DescMessage() as element):
            return element
    return None


def enum_of(field: DescField) -> DescEnum | None:
    """The enum of a field's values: singular, repeated or of a map; None for others."""
    value = field.value
    match value:
        case DescFieldValueEnum():
            return value.enum
        case DescFieldValueList(element=DescEnum() as element):
            return element
        case DescFieldValueMap(value=DescEnum() as element):
            return element
    return None


def field_named(message: DescMessage, name: str) -> DescField | None:
    """The field with this name, as declared or as in JSON."""
    for field in message.fields:
        if name in (field.name, field.json_name):
            return field
    return None


def types_within(message: DescMessage, registry: Registry) -> Registry | None:
    """What the codec needs to know for this message: the registry where it may hold an Any."""
    return registry if _holds_any(message, set()) else None


def _holds_any(message: DescMessage, seen: set[str]) -> bool:
    if message.type_name == ANY:
        return True
    seen.add(message.type_name)
    inner = [one for field in message.fields if (one := message_of(field)) is not None]
    return any(_holds_any(one, seen) for one in inner if one.type_name not in seen)
