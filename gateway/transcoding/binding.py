"""Makes the request message of a call from its path, query and body."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from protobuf import (
    DescField,
    DescFieldValueMessage,
    DescMessage,
    Message,
    Registry,
    message_from_json_value,
)

from gateway.problems.problem import FieldProblem, refuse, refuse_fields
from gateway.transcoding.body import FieldBody, JsonBody, explain, is_raw, raw_body
from gateway.transcoding.diagnosis import CODEC_ERRORS
from gateway.transcoding.masks import mentioned
from gateway.transcoding.parameters import Json, Parameter, path_parameter, query_parameters
from gateway.transcoding.percent import BadEncoding
from gateway.transcoding.query import read as read_query
from gateway.transcoding.schema import FIELD_MASK, ProtoMessage, field_named, types_within
from gateway.transcoding.template import Template


class BadRule(ValueError):
    """A rule of google.api.http does not fit its method."""


@dataclass(frozen=True, slots=True)
class Binding:
    """How one rule maps HTTP to the request message."""

    message: DescMessage
    path: tuple[Parameter, ...]
    query: Mapping[str, Parameter]
    """By every name that a client may use; empty if the body stands for the whole request."""
    body: JsonBody | FieldBody | None
    is_raw: bool
    """Whether the body is any bytes (google.api.HttpBody) instead of JSON."""
    mask: DescField | None
    """`update_mask` of a PATCH."""

    def bind(
        self, values: Sequence[str], query: str, body: bytes, content_type: str
    ) -> ProtoMessage:
        """Make the request.

        Raises:
            Refusal: something in path, query or body does not fit; all such fields are named.
        """
        tree: dict[str, Json] = {}
        for parameter, text in zip(self.path, values, strict=True):
            parameter.put(tree, parameter.convert(text))
        if query:
            try:
                read_query(query, self.query, tree)
            except BadEncoding as error:
                raise refuse(400, "MALFORMED_URL", f"The query: {error}.") from None
        if self.body is None:
            if body:
                raise refuse(400, "BODY_NOT_EXPECTED", "This method takes no body.")
            return self._from(tree)
        request, value = self._read(body, content_type)
        if tree and (conflicts := _overlay(request, self._from(tree), "")):
            raise refuse_fields(*(self._contradiction(name) for name in conflicts))
        if self.mask is not None and self.mask not in request:
            self._fill_mask(request, self.mask, value)
        return request

    def client_path(self, path: str) -> str:
        """A field path of the request as the client knows it: within a body that is a field."""
        if isinstance(self.body, FieldBody):
            return path.removeprefix(f"{self.body.field.json_name}.")
        return path

    def _from(self, tree: dict[str, Json]) -> ProtoMessage:
        if not tree:
            return self.message.type()
        try:
            return message_from_json_value(self.message.type, tree)
        except CODEC_ERRORS as error:
            raise explain(self.message, tree, str(error)) from None

    def _contradiction(self, name: str) -> FieldProblem:
        return FieldProblem(self.client_path(name), "PATH", "Contradicts the path.")

    def _read(self, body: bytes, content_type: str) -> tuple[ProtoMessage, Json]:
        """The request as far as the body tells, and the body's JSON if that is one field."""
        match self.body:
            case JsonBody() if self.is_raw:
                return raw_body(self.message, body, content_type), None
            case JsonBody():
                return self.body.read(body), None
            case FieldBody(field=field) if self.is_raw:
                assert isinstance(field.value, DescFieldValueMessage)
                request = self.message.type()
                request[field] = raw_body(field.value.message, body, content_type)
                return request, None
            case FieldBody():
                request = self.message.type()
                return request, self.body.read(body, request)
        raise AssertionError("a method without a body reads none")

    def _fill_mask(self, request: ProtoMessage, mask: DescField, value: Json) -> None:
        assert isinstance(self.body, FieldBody)
        field, kind = self.body.field.value, mask.value
        if isinstance(field, DescFieldValueMessage) and isinstance(kind, DescFieldValueMessage):
            paths: dict[str, object] = {"paths": list(mentioned(field.message, value))}
            request[mask] = kind.message.type(**paths)


def make_binding(
    message: DescMessage, template: Template, verb: str, body: str, registry: Registry
) -> Binding:
    """Compile a rule; `verb` is the HTTP method, `body` the rule's own `body`.

    Raises:
        BadRule: a template's variable or the body names what the message does not have.
        NotAParameter: a template's variable cannot be part of a path.
    """
    path = tuple(path_parameter(message, variable.field) for variable in template.variables)
    query = _query(message, path, body)
    types = types_within(message, registry)
    if not body:
        return Binding(message, path, query, None, is_raw=False, mask=None)
    if body == "*":
        whole = JsonBody(message, types)
        return Binding(message, path, {}, whole, is_raw=is_raw(message), mask=None)
    field = field_named(message, body)
    if field is None:
        raise BadRule(f"{message.type_name} has no field {body} for the body")
    kind = field.value
    raw = isinstance(kind, DescFieldValueMessage) and is_raw(kind.message)
    mask = _mask(message) if verb == "PATCH" else None
    return Binding(message, path, query, FieldBody(field, types), is_raw=raw, mask=mask)


def _query(message: DescMessage, path: tuple[Parameter, ...], body: str) -> Mapping[str, Parameter]:
    """All leaves that neither the path nor the body takes."""
    if body == "*":
        return {}
    taken = {parameter.name for parameter in path}
    return {
        name: parameter
        for name, parameter in query_parameters(message).items()
        if parameter.name not in taken and (not body or body != parameter.path[0].name)
    }


def _mask(message: DescMessage) -> DescField | None:
    field = field_named(message, "update_mask")
    kind = field.value if field is not None else None
    is_mask = isinstance(kind, DescFieldValueMessage) and kind.message.type_name == FIELD_MASK
    return field if is_mask else None


def _overlay(target: ProtoMessage, source: ProtoMessage, path: str) -> list[str]:
    """Set what the source has; return the paths where the target had something else.

    Not `protobuf.merge_from`: in 0.7.0 that also takes over what the source does not have.
    """
    conflicts = []
    for field in source:
        value, name = source[field], f"{path}{field.json_name}"
        old = target[field] if field in target else None  # noqa: SIM401  a message has no get
        if isinstance(value, Message) and isinstance(old, Message):
            conflicts += _overlay(old, value, f"{name}.")
        elif old is not None and old != value:
            conflicts.append(name)
        else:
            target[field] = value
    return conflicts
