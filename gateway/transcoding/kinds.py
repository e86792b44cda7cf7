"""Says in words what a field takes."""

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

_SCALARS = {
    ScalarType.BOOL: "true or false",
    ScalarType.STRING: "a string",
    ScalarType.BYTES: "bytes in base64",
    ScalarType.DOUBLE: "a number",
    ScalarType.FLOAT: "a number",
    ScalarType.UINT32: "a whole number, 0 to 4294967295",
    ScalarType.FIXED32: "a whole number, 0 to 4294967295",
    ScalarType.UINT64: "a whole number, 0 to 18446744073709551615, best as a string",
    ScalarType.FIXED64: "a whole number, 0 to 18446744073709551615, best as a string",
    ScalarType.INT32: "a whole number, -2147483648 to 2147483647",
    ScalarType.SINT32: "a whole number, -2147483648 to 2147483647",
    ScalarType.SFIXED32: "a whole number, -2147483648 to 2147483647",
}
_LONG = "a whole number of 64 bits, best as a string"
_MESSAGES = {
    "google.protobuf.Timestamp": "a time in RFC 3339, such as 2024-05-01T09:30:00Z",
    "google.protobuf.Duration": "a span in seconds, such as 1.5s",
    "google.protobuf.FieldMask": "field names joined by commas, such as displayName,address.city",
    "google.protobuf.Struct": "an object",
    "google.protobuf.ListValue": "a list",
    "google.protobuf.Any": "an object with @type",
    "google.protobuf.BoolValue": "true or false",
    "google.protobuf.StringValue": "a string",
    "google.protobuf.BytesValue": "bytes in base64",
    "google.protobuf.DoubleValue": "a number",
    "google.protobuf.FloatValue": "a number",
}
_MANY = 12
"""An enum with more values than this is named, not listed."""


def expected(field: DescField) -> str:
    """What the whole field takes, such as `a list, each a string`."""
    value = field.value
    match value:
        case DescFieldValueList():
            return f"a list, each {one(value.element)}"
        case DescFieldValueMap():
            return f"an object, each value {one(value.value)}"
        case DescFieldValueScalar():
            return one(value.scalar)
        case DescFieldValueEnum():
            return one(value.enum)
        case DescFieldValueMessage():
            return one(value.message)


def element_of(field: DescField) -> str:
    """What one element of a list takes, or one entry of a map."""
    value = field.value
    if isinstance(value, DescFieldValueList):
        return one(value.element)
    if isinstance(value, DescFieldValueMap):
        return f"{one(value.value)}, its key {one(value.key)}"
    return expected(field)


def one(kind: ScalarType | DescEnum | DescMessage) -> str:
    """What a single value of this kind looks like."""
    if isinstance(kind, DescEnum):
        names = [value.name for value in kind.values if value.number != 0]
        return f"one of {', '.join(names)}" if len(names) <= _MANY else f"a value of {kind.name}"
    if isinstance(kind, DescMessage):
        is_number = kind.type_name in {
            f"google.protobuf.{name}Value" for name in ("Int32", "UInt32", "Int64", "UInt64")
        }
        return _MESSAGES.get(kind.type_name, "a whole number" if is_number else "an object")
    return _SCALARS.get(kind, _LONG)
