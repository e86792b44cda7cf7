"""How much larger than others the body of a method may be: by what its bytes fields may hold."""

from protobuf import DescField, DescFieldValueScalar, DescMessage, ScalarType

from gateway.transcoding.schema import ProtoMessage, Schema

FIELD_RULES = "buf.validate.field"


def room_for_bytes(schema: Schema, message: DescMessage) -> int:
    """Bytes of JSON that the message's own fields of bytes fill at most, in base64.

    A field without a `max_len` in its rules gets no room beyond the limit for all.
    """
    rules = schema.registry.extension(FIELD_RULES)
    if rules is None:
        return 0
    stated = [
        options[rules.type]
        for field in message.fields
        if _is_bytes(field) and (options := field.proto.options) and rules.type in options
    ]
    return sum(-(-_largest(one) // 3) * 4 for one in stated)


def _is_bytes(field: DescField) -> bool:
    kind = field.value
    return isinstance(kind, DescFieldValueScalar) and kind.scalar is ScalarType.BYTES


def _largest(rules: ProtoMessage) -> int:
    """The `bytes.max_len` of a field's rules, 0 if it has none."""
    found = (kind[rule] for kind in _set(rules, "bytes") for rule in kind if rule.name == "max_len")
    return int(next(found, 0))


def _set(message: ProtoMessage, name: str) -> list[ProtoMessage]:
    return [message[field] for field in message if field.name == name]
