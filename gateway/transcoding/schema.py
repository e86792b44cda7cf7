"""The contracts as the gateway sees them: a set of descriptors, and what their options say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

from protobuf import (
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


def field_named(message: DescMessage, name: str) -> DescField | None:
    """The field with this name, as declared or as in JSON."""
    for field in message.fields:
        if name in (field.name, field.json_name):
            return field
    return None


def is_enum(field: DescField) -> bool:
    """Whether the field holds enum values, one or many."""
    value = field.value
    return isinstance(value, DescFieldValueEnum) or (
        isinstance(value, DescFieldValueList) and hasattr(value.element, "values")
    )
