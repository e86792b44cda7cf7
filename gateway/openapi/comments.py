"""Finds the comments that stand above the things of a contract."""

from collections.abc import Iterator, Sequence
from typing import Any

from protobuf.wkt import FileDescriptorProto

from gateway.transcoding.schema import Schema

# Field numbers of descriptor.proto, which source info uses as paths.
_FILE_MESSAGE, _FILE_ENUM, _FILE_SERVICE = 4, 5, 6
_MESSAGE_FIELD, _MESSAGE_NESTED, _MESSAGE_ENUM = 2, 3, 4
_ENUM_VALUE = 2
_SERVICE_METHOD = 2

Named = tuple[str, tuple[int, ...]]


def comments_of(schema: Schema) -> dict[str, str]:
    """Comments by full name, such as `resonance.profile.v1.User.display_name`, without markup."""
    found: dict[str, str] = {}
    for file in schema.files:
        texts = {
            tuple(location.path): _tidy(location.leading_comments)
            for location in (file.source_code_info.location if file.source_code_info else ())
            if location.leading_comments
        }
        for name, path in _things(file):
            if path in texts:
                found[name] = texts[path]
    return found


def _things(file: FileDescriptorProto) -> Iterator[Named]:
    for index, message in enumerate(file.message_type):
        yield from _message(file.package, (_FILE_MESSAGE, index), message)
    for index, enum in enumerate(file.enum_type):
        yield from _enum(file.package, (_FILE_ENUM, index), enum)
    for index, service in enumerate(file.service):
        name, path = f"{file.package}.{service.name}", (_FILE_SERVICE, index)
        yield name, path
        yield from _members(name, path, _SERVICE_METHOD, service.method)


def _message(scope: str, path: tuple[int, ...], message: Any) -> Iterator[Named]:
    name = f"{scope}.{message.name}"
    yield name, path
    yield from _members(name, path, _MESSAGE_FIELD, message.field)
    for index, nested in enumerate(message.nested_type):
        yield from _message(name, (*path, _MESSAGE_NESTED, index), nested)
    for index, enum in enumerate(message.enum_type):
        yield from _enum(name, (*path, _MESSAGE_ENUM, index), enum)


def _enum(scope: str, path: tuple[int, ...], enum: Any) -> Iterator[Named]:
    name = f"{scope}.{enum.name}"
    yield name, path
    yield from _members(name, path, _ENUM_VALUE, enum.value)


def _members(
    scope: str,
    path: tuple[int, ...],
    kind: int,
    members: Sequence[Any],
) -> Iterator[Named]:
    for index, member in enumerate(members):
        yield f"{scope}.{member.name}", (*path, kind, index)


def _tidy(text: str) -> str:
    """Paragraphs as single lines: how a comment was wrapped says nothing."""
    lines = [line.strip() for line in text.strip().splitlines()]
    paragraphs = "\n".join(lines).split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
