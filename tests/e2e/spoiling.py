"""Makes bad requests out of a good one: each with one thing wrong, by the rules of its contract."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from tests.e2e.endpoints import rules_of

Field = FieldDescriptor

NOT_THERE = object()
"""Stands for a member that is left out."""

_WHOLE = {
    Field.TYPE_INT32: (-(2**31), 2**31 - 1),
    Field.TYPE_UINT32: (0, 2**32 - 1),
    Field.TYPE_INT64: (-(2**63), 2**63 - 1),
    Field.TYPE_UINT64: (0, 2**64 - 1),
}
_RULES = {Field.TYPE_INT32: "int32", Field.TYPE_INT64: "int64"}
_WRONG: dict[int, list[Any]] = {
    Field.TYPE_STRING: [True, 7, 1.5, [], {}],
    Field.TYPE_BYTES: [True, 7, 1.5, "?", [], {}],
    Field.TYPE_BOOL: [0, 1, "true", "", [], {}],
    Field.TYPE_ENUM: [True, 1.5, "", "1", 2**40, [], {}],
}
_OF_ANY_TYPE: tuple[Any, ...] = (True, 1.5, "?", [], {})


@dataclass(frozen=True)
class Spoiled:
    """A request with one fault."""

    what: str
    at: str
    """Path of the field that an answer has to name, in the client's words."""
    values: Any
    is_shape: bool = True
    """Whether JSON of that shape is refused whatever the rules are."""


def spoil(message: Descriptor, values: dict[str, Any], path: str = "") -> Iterator[Spoiled]:
    """Every fault of one member of a message that is good."""
    at = f"{path}.nothingLikeIt" if path else "nothingLikeIt"
    yield Spoiled("an unknown field", at, {**values, "nothingLikeIt": 1})
    for field in message.fields:
        name = str(field.json_name)
        inner = f"{path}.{name}" if path else name
        others = {
            other.json_name
            for other in (field.containing_oneof.fields if field.containing_oneof else ())
        }
        rest = {key: value for key, value in values.items() if key not in others | {name}}
        for one in _field(field, values.get(name, NOT_THERE), inner):
            whole = rest if one.values is NOT_THERE else {**rest, name: one.values}
            yield Spoiled(one.what, one.at, whole, one.is_shape)


def _field(field: Field, good: Any, path: str) -> Iterator[Spoiled]:
    rules = rules_of(field)
    if not field.is_repeated:
        yield from _one(field, rules, good, path)
        if good is not NOT_THERE and _is_needed(field, rules):
            yield Spoiled("missing", path, NOT_THERE, is_shape=False)
            yield Spoiled("null", path, None, is_shape=False)
        return
    wrong: tuple[Any, ...] = (True, 7, "x", {})
    for bad in wrong:
        yield Spoiled(f"no list: {bad!r}", path, bad)
    if rules.repeated.min_items:
        yield Spoiled("no items", path, [], is_shape=False)
        yield Spoiled("missing", path, NOT_THERE, is_shape=False)
    if not isinstance(good, list):
        return
    yield Spoiled("a null within", f"{path}[0]", [None])
    if most := rules.repeated.max_items:
        yield Spoiled("too many items", path, _many(field, good[0], most + 1), is_shape=False)
    if rules.repeated.unique:
        yield Spoiled("the same twice", path, [good[0], good[0]], is_shape=False)
    for one in _one(field, rules.repeated.items, good[0], f"{path}[0]"):
        yield Spoiled(one.what, one.at, [one.values], one.is_shape)


def _many(field: Field, value: Any, count: int) -> list[Any]:
    """So many values, all different where they are texts."""
    is_text = field.type == Field.TYPE_STRING
    return [f"{value}{n}" if is_text else value for n in range(count)]


def _one(field: Field, rules: Any, good: Any, path: str) -> Iterator[Spoiled]:
    """One value of a field: alone or in a list."""
    for bad in _wrong_types(field):
        yield Spoiled(f"of the wrong type: {bad!r}", path, bad)
    kind = field.type
    if kind == Field.TYPE_STRING:
        yield Spoiled("NUL", path, "a\0b")
        for what, bad in _bad_texts(rules.string, good):
            if bad or not rules.ignore:
                yield Spoiled(what, path, bad, is_shape=False)
    elif kind == Field.TYPE_BYTES:
        yield from _bad_sizes(rules.bytes, path)
    elif kind == Field.TYPE_ENUM:
        yield from _bad_names(field, rules, path)
    elif kind in _WHOLE:
        for number in _bad_numbers(getattr(rules, _RULES[kind])):
            yield Spoiled(f"out of range: {number}", path, number, is_shape=False)
    elif kind == Field.TYPE_MESSAGE:
        yield from _bad_messages(field, rules, good, path)


def _bad_messages(field: Field, rules: Any, good: Any, path: str) -> Iterator[Spoiled]:
    if _is_well_known(field):
        yield from _well_known(field, rules, path)
    elif isinstance(good, dict):
        yield from spoil(_type(field), good, path)


def _bad_names(field: Field, rules: Any, path: str) -> Iterator[Spoiled]:
    yield Spoiled("an unknown name", path, "NO_SUCH_NAME")
    if rules.enum.defined_only:
        yield Spoiled("an unknown number", path, 9999, is_shape=False)
    assert field.enum_type is not None
    for number in rules.enum.not_in:
        for bad in (number, field.enum_type.values_by_number[number].name):
            yield Spoiled(f"not to be used: {bad}", path, bad, is_shape=False)


def _is_well_known(field: Field) -> bool:
    return bool(_type(field).full_name.startswith("google.protobuf."))


def _type(field: Field) -> Descriptor:
    assert field.message_type is not None
    return field.message_type


def _wrong_types(field: Field) -> list[Any]:
    """JSON that does not fit, whatever the rules."""
    kind = field.type
    if kind in _WHOLE:
        least, most = _WHOLE[kind]
        return [
            *_OF_ANY_TYPE,
            least - 1,
            most + 1,
            f"{most + 1}",
            1e300,
            "NaN",
            "Infinity",
            "",
            "1 ",
        ]
    if kind in _WRONG:
        return _WRONG[kind]
    assert kind == Field.TYPE_MESSAGE, f"{field.full_name}: write this for its type too"
    if _is_well_known(field):
        return [True, 7, 1.5, "?", [], {}]
    return [True, 7, "?", []]


def _bad_texts(rules: Any, good: Any) -> Iterator[tuple[str, str]]:
    if rules.max_len:
        yield "too long", "长" * (rules.max_len + 1)
    if rules.min_len:
        yield "empty", ""
    if rules.uuid:
        for bad in ("not-a-uuid", "0" * 32, f"{{{'0' * 8}-0000-0000-0000-{'0' * 12}}}"):
            yield f"no UUID: {bad}", bad
    if rules.pattern:
        pattern = re.compile(rules.pattern.removesuffix("$") + r"\Z")  # a $ takes a last \n too
        for bad in (f"{good}\n", f"{good} ", "?", "", "x" * 1000):
            if not pattern.search(bad):
                yield f"not of the pattern: {bad[:20]!r}", bad
    if getattr(rules, "in"):
        yield "none of those", "no-such-value"


def _bad_sizes(rules: Any, path: str) -> Iterator[Spoiled]:
    sizes = [rules.max_len + 1] if rules.max_len else []
    sizes += [rules.min_len - 1] if rules.min_len else []
    for size in sizes:
        yield Spoiled(f"{size} bytes", path, b64encode(bytes(size)).decode(), is_shape=False)


def _bad_numbers(rules: Any) -> Iterator[int]:
    """Just outside of the bounds."""
    for name, step in (("gte", -1), ("gt", 0), ("lt", 0), ("lte", 1)):
        if rules.HasField(name):
            yield getattr(rules, name) + step


def _well_known(field: Field, rules: Any, path: str) -> Iterator[Spoiled]:
    if _type(field).name == "Duration":
        for bad in ("", "1 minute", "1h", "1", "s", "1.0000000001s", "315576000001s", "NaNs"):
            yield Spoiled(f"no span: {bad}", path, bad)
        for bound, step in (("gte", -1), ("lte", 1)):
            seconds = getattr(rules.duration, bound).seconds + step
            yield Spoiled(f"out of range: {seconds} s", path, f"{seconds}s", is_shape=False)
        return
    assert _type(field).name == "Timestamp", f"{field.full_name}: write this for its type too"
    for bad in (
        *("", "yesterday", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z"),
        *("2026-02-30T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T25:00:00Z"),
        *("0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z", "2026-01-01T00:00:00+99:00"),
        *("2026-01-01T00:00:00.0000000001Z", "1767225600", "٢٠٢٦-01-01T00:00:00Z"),
    ):
        yield Spoiled(f"no time: {bad}", path, bad)


def _is_needed(field: Field, rules: Any) -> bool:
    """Whether the contract refuses the field's default."""
    if rules.required:
        return True
    if rules.ignore:
        return False
    text = rules.string
    is_text = bool(text.uuid or text.min_len or text.pattern) and not getattr(text, "in")
    number = getattr(rules, _RULES[field.type]) if field.type in _RULES else None
    is_number = number is not None and number.HasField("gte") and number.gte > 0
    return is_text or is_number or 0 in rules.enum.not_in


def bad_parameters(field: Field) -> Iterator[tuple[str, str]]:
    """Texts of a query parameter that its contract refuses, each with what is wrong."""
    rules = rules_of(field)
    if field.is_repeated:
        rules = rules.repeated.items
    match field.type:
        case Field.TYPE_STRING:
            for what, bad in _bad_texts(rules.string, ""):
                if bad or not rules.ignore:
                    yield what, bad
        case Field.TYPE_BOOL:
            yield from (("no bool", bad) for bad in ("yes", "1", "TRUE", ""))
        case Field.TYPE_ENUM:
            yield from (("no such value", bad) for bad in ("NO_SUCH_NAME", "9999", "-1", "", "1.5"))
        case Field.TYPE_MESSAGE:
            yield from ((one.what, one.values) for one in _well_known(field, rules, ""))
        case kind:
            least, most = _WHOLE[kind]
            wrong = ("x", "", "1.5", "NaN", "Infinity", "1e999", "0x10", " 1", "1_0", "１")
            yield from (("no number", bad) for bad in (*wrong, f"{most + 1}", f"{least - 1}"))
            for number in _bad_numbers(getattr(rules, _RULES[kind])):
                yield "out of range", str(number)
