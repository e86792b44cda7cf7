"""Writes rules of buf.validate as keywords of JSON Schema, as far as that has words for them."""

from collections.abc import Mapping
from typing import Any

from protobuf import DescEnum, DescField, DescMessage

from gateway.transcoding.schema import ProtoMessage, Schema

Keywords = dict[str, Any]
Values = Mapping[str, Any]

FIELD_RULES = "buf.validate.field"
MESSAGE_RULES = "buf.validate.message"

_NUMBERS = {
    "gt": "exclusiveMinimum",
    "gte": "minimum",
    "lt": "exclusiveMaximum",
    "lte": "maximum",
    "const": "const",
    "in": "enum",
}
_STRINGS = {
    "min_len": "minLength",
    "max_len": "maxLength",
    "pattern": "pattern",
    "const": "const",
    "in": "enum",
}
_FORMATS = {
    "uuid": "uuid",
    "email": "email",
    "uri": "uri",
    "hostname": "hostname",
    "ipv4": "ipv4",
    "ipv6": "ipv6",
}
_LISTS = {"min_items": "minItems", "max_items": "maxItems", "unique": "uniqueItems"}
_MAPS = {"min_pairs": "minProperties", "max_pairs": "maxProperties"}
_TEXT_NUMBERS = {"int64", "uint64", "sint64", "fixed64", "sfixed64"}
"""Numbers that JSON carries as strings, whose bounds JSON Schema cannot state."""


def rules_of(schema: Schema, field: DescField) -> Values:
    """The rules of a field by name, empty if it has none."""
    extension = schema.registry.extension(FIELD_RULES)
    options = field.proto.options
    if extension is None or options is None or extension.type not in options:
        return {}
    return values_of(options[extension.type])


def values_of(message: ProtoMessage) -> Values:
    """What is set in a message, by field name."""
    return {field.name: message[field] for field in message}


def keywords(rules: Values, enum: DescEnum | None = None) -> Keywords:
    """Keywords for a field with these rules; `enum` is the type of its values, if it is one."""
    found: Keywords = {}
    for kind, stated in rules.items():
        if kind == "string":
            found |= _string(values_of(stated))
        elif kind in ("repeated", "map"):
            found |= _many(kind, values_of(stated), enum)
        elif kind == "enum" and enum is not None:
            found |= _enum(values_of(stated), enum)
        elif kind in _TEXT_NUMBERS:
            found |= _text_number(values_of(stated))
        elif kind in _SCALARS:
            found |= _renamed(values_of(stated), _NUMBERS)
    return found


_SCALARS = {"float", "double", "int32", "uint32", "sint32", "fixed32", "sfixed32", "bool", "bytes"}


def _string(stated: Values) -> Keywords:
    found = _renamed(stated, _STRINGS)
    if "len" in stated:
        found |= {"minLength": stated["len"], "maxLength": stated["len"]}
    for name in _FORMATS.keys() & stated.keys():
        found["format"] = _FORMATS[name]
    return found


def _many(kind: str, stated: Values, enum: DescEnum | None) -> Keywords:
    found = _renamed(stated, _LISTS if kind == "repeated" else _MAPS)
    items = stated.get("items" if kind == "repeated" else "values")
    inner = keywords(values_of(items), enum) if items is not None else {}
    if inner:
        found["items" if kind == "repeated" else "additionalProperties"] = inner
    return found


def _enum(stated: Values, enum: DescEnum) -> Keywords:
    wanted, unwanted = stated.get("in", ()), stated.get("not_in", ())
    names = [
        value.name
        for value in enum.values
        if value.number not in unwanted and (not wanted or value.number in wanted)
    ]
    return {"enum": names} if wanted or unwanted else {}


def _text_number(stated: Values) -> Keywords:
    words = {"gt": "more than", "gte": "at least", "lt": "less than", "lte": "at most"}
    said = [f"{words[name]} {value}" for name, value in stated.items() if name in words]
    return {"x-range": ", ".join(said)} if said else {}


def _renamed(stated: Values, names: Mapping[str, str]) -> Keywords:
    return {
        names[name]: list(value) if isinstance(value, list) else value
        for name, value in stated.items()
        if name in names
    }


def sentences(schema: Schema, message: DescMessage) -> list[str]:
    """Rules over several fields (CEL), in the contract's own words."""
    extension = schema.registry.extension(MESSAGE_RULES)
    options = message.proto.options
    if extension is None or options is None or extension.type not in options:
        return []
    rules = values_of(options[extension.type])
    return [rule.message for rule in rules.get("cel", ()) if rule.message]
