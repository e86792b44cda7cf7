"""Fills `update_mask` of a PATCH from what the body mentions, as AIP-134 wants it."""

from collections.abc import Iterator

from protobuf import DescFieldValueMessage, DescMessage

from gateway.transcoding.schema import FREE_JSON, SCALAR_JSON, field_named


def mentioned(message: DescMessage, value: object) -> Iterator[str]:
    """Paths of the fields in a JSON object, by their declared names; a null is mentioned too.

    Lists, maps and well-known types are replaced as a whole, so they are not entered.
    """
    if not isinstance(value, dict):
        return
    for name, member in value.items():
        field = field_named(message, name)
        if field is None:
            continue
        kind = field.value
        is_entered = (
            isinstance(kind, DescFieldValueMessage)
            and kind.message.type_name not in SCALAR_JSON | FREE_JSON
            and isinstance(member, dict)
            and bool(member)
        )
        if is_entered and isinstance(kind, DescFieldValueMessage):
            for path in mentioned(kind.message, member):
                yield f"{field.name}.{path}"
        else:
            yield field.name
