"""Writes messages and enums as JSON Schemas of their JSON form."""

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
from protovalidate import Validator

from gateway.openapi.rules import Keywords, keywords, rules_of, sentences
from gateway.transcoding.schema import Schema

_INT64 = {"type": "string", "format": "int64", "pattern": "^-?[0-9]{1,19}$"}
_UINT64 = {"type": "string", "format": "uint64", "pattern": "^[0-9]{1,20}$"}
_INT32 = {"type": "integer", "format": "int32", "minimum": -(2**31), "maximum": 2**31 - 1}
_UINT32 = {"type": "integer", "minimum": 0, "maximum": 2**32 - 1}

SCALARS: dict[ScalarType, Keywords] = {
    ScalarType.BOOL: {"type": "boolean"},
    ScalarType.STRING: {"type": "string"},
    ScalarType.BYTES: {"type": "string", "contentEncoding": "base64"},
    ScalarType.DOUBLE: {"type": "number", "format": "double"},
    ScalarType.FLOAT: {"type": "number", "format": "float"},
    ScalarType.INT32: _INT32,
    ScalarType.SINT32: _INT32,
    ScalarType.SFIXED32: _INT32,
    ScalarType.UINT32: _UINT32,
    ScalarType.FIXED32: _UINT32,
    ScalarType.INT64: _INT64,
    ScalarType.SINT64: _INT64,
    ScalarType.SFIXED64: _INT64,
    ScalarType.UINT64: _UINT64,
    ScalarType.FIXED64: _UINT64,
}

WELL_KNOWN: dict[str, Keywords] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Duration": {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,9})?s$"},
    "google.protobuf.FieldMask": {"type": "string"},
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.Value": {},
    "google.protobuf.ListValue": {"type": "array", "items": {}},
    "google.protobuf.Any": {"type": "object", "properties": {"@type": {"type": "string"}}},
    "google.protobuf.Empty": {"type": "object", "additionalProperties": False},
    "google.protobuf.DoubleValue": {"type": ["number", "null"]},
    "google.protobuf.FloatValue": {"type": ["number", "null"]},
    "google.protobuf.Int64Value": {**_INT64, "type": ["string", "null"]},
    "google.protobuf.UInt64Value": {**_UINT64, "type": ["string", "null"]},
    "google.protobuf.Int32Value": {**_INT32, "type": ["integer", "null"]},
    "google.protobuf.UInt32Value": {**_UINT32, "type": ["integer", "null"]},
    "google.protobuf.BoolValue": {"type": ["boolean", "null"]},
    "google.protobuf.StringValue": {"type": ["string", "null"]},
    "google.protobuf.BytesValue": {"type": ["string", "null"], "contentEncoding": "base64"},
}


class Schemas:
    """Collects the components that the operations refer to."""

    def __init__(self, schema: Schema, comments: dict[str, str]) -> None:
        self._schema = schema
        self._comments = comments
        self._validator = Validator(schema.registry)
        self.components: dict[str, Keywords] = {}

    def reference(self, kind: DescMessage | DescEnum) -> Keywords:
        """A reference to the component of a type, made at the first reference."""
        if isinstance(kind, DescMessage) and kind.type_name in WELL_KNOWN:
            return dict(WELL_KNOWN[kind.type_name])
        if kind.type_name not in self.components:
            self.components[kind.type_name] = {}  # a message may hold itself
            self.components[kind.type_name] = (
                self.object(kind) if isinstance(kind, DescMessage) else self._enum(kind)
            )
        return {"$ref": f"#/components/schemas/{kind.type_name}"}

    def object(
        self, message: DescMessage, *, without: frozenset[str] = frozenset(), free: str = ""
    ) -> Keywords:
        """A message's schema, `without` some fields; the field `free` need not be given."""
        needed = self._needed(message)
        fields = [field for field in message.fields if field.name not in without]
        said = [self._comments.get(message.type_name, ""), *sentences(self._schema, message)]
        found: Keywords = {
            "type": "object",
            "title": message.name,
            "description": "\n\n".join(part for part in said if part),
            "properties": {field.json_name: self.field(field) for field in fields},
            "additionalProperties": False,
        }
        required = [f.json_name for f in fields if f.name in needed and f.name != free]
        return found | ({"required": required} if required else {})

    def field(self, field: DescField) -> Keywords:
        """A field's schema with its comment and its rules."""
        rules = rules_of(self._schema, field)
        stated = keywords(rules, _enum_of(field))
        found = self._kind(field)
        inner = stated.pop("items", None) or stated.pop("additionalProperties", None)
        holder = "items" if "items" in found else "additionalProperties"
        if inner and isinstance(found.get(holder), dict):
            found[holder] = _narrowed(found[holder], inner)
        found = _narrowed(found, stated)
        comment = self._comments.get(f"{field.parent.type_name}.{field.name}", "")
        if extent := found.pop("x-range", ""):
            comment = f"{comment} {extent.capitalize()}.".strip()
        return found | ({"description": comment} if comment else {})

    def is_needed(self, field: DescField) -> bool:
        return field.name in self._needed(field.parent)

    def _needed(self, message: DescMessage) -> frozenset[str]:
        """Fields that a rule refuses if they are left out."""
        violations = self._validator.collect_violations(message.type())
        paths = [violation.proto.field for violation in violations]
        return frozenset(path.elements[0].field_name for path in paths if path and path.elements)

    def _kind(self, field: DescField) -> Keywords:
        value = field.value
        match value:
            case DescFieldValueScalar():
                return dict(SCALARS[value.scalar])
            case DescFieldValueEnum():
                return self.reference(value.enum)
            case DescFieldValueMessage():
                return self.reference(value.message)
            case DescFieldValueList():
                return {"type": "array", "items": self._one(value.element)}
            case DescFieldValueMap():
                return {"type": "object", "additionalProperties": self._one(value.value)}

    def _one(self, kind: ScalarType | DescEnum | DescMessage) -> Keywords:
        return dict(SCALARS[kind]) if isinstance(kind, ScalarType) else self.reference(kind)

    def _enum(self, enum: DescEnum) -> Keywords:
        lines = [self._comments.get(enum.type_name, ""), ""]
        scope = enum.type_name
        lines += [
            f"- `{value.name}`: {self._comments.get(f'{scope}.{value.name}', '')}"
            for value in enum.values
        ]
        return {
            "type": "string",
            "title": enum.name,
            "description": "\n".join(lines).strip(),
            "enum": [value.name for value in enum.values],
        }


def _enum_of(field: DescField) -> DescEnum | None:
    value: Any = field.value
    for name in ("enum", "element", "value"):
        kind = getattr(value, name, None)
        if isinstance(kind, DescEnum):
            return kind
    return None


def _narrowed(found: Keywords, stated: Keywords) -> Keywords:
    """Both at once; a reference may stand beside other keywords in OpenAPI 3.1."""
    return found | stated
