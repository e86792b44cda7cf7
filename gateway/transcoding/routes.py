"""Compiles the contracts into the table of routes, once, at start."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from protobuf import DescField, DescFieldValueScalar, DescMessage, DescMethod, ScalarType

from gateway.auth.access import Access, compile_access
from gateway.transcoding.binding import BadRule, Binding, make_binding
from gateway.transcoding.parameters import NotAParameter
from gateway.transcoding.schema import Schema, field_named
from gateway.transcoding.template import BadTemplate, parse

HTTP = "google.api.http"
ACCESS = "resonance.access.v1.access"
TIMEOUT = "resonance.access.v1.default_timeout"


class BadContract(ValueError):
    """A method's HTTP or access rule cannot be carried out; the message names the method."""


@dataclass(frozen=True, slots=True)
class Route:
    """One HTTP method and path of one RPC."""

    method: DescMethod
    rpc: str
    """As gRPC calls it: `/resonance.profile.v1.ProfileService/GetUser`."""
    verb: str
    path: str
    """The template as written; a label of metrics and the path in OpenAPI."""
    binding: Binding
    response_field: DescField | None
    """The only field of the response that is sent, if the rule says so."""
    access: Access
    request_id: DescField | None
    """Where `Idempotency-Key` goes."""
    is_safe: bool
    """Whether the call may be repeated whatever it carries."""
    timeout: float | None
    """Seconds it may take where its caller names none; None: as long as any other."""

    @property
    def request(self) -> DescMessage:
        return self.method.input

    @property
    def response(self) -> DescMessage:
        return self.method.output

    @property
    def is_stream(self) -> bool:
        return self.method.method_kind == "server_streaming"

    @property
    def package(self) -> str:
        """The proto package of its service: `resonance.profile.v1`."""
        return self.method.parent.type_name.rpartition(".")[0]


def compile_routes(schema: Schema) -> list[Route]:
    """All routes, in the order of the contracts.

    A method without an access rule gets none: it stays unreachable over HTTP.

    Raises:
        BadContract: a rule cannot be carried out.
    """
    routes = []
    for method in schema.methods():
        rule, access = schema.option(method, HTTP), schema.option(method, ACCESS)
        if rule is None or access is None:
            continue
        try:
            routes += [
                _route(method, one, access, schema) for one in (rule, *rule.additional_bindings)
            ]
        except (BadTemplate, BadRule, NotAParameter) as error:
            raise BadContract(f"{method.parent.type_name}.{method.name}: {error}") from error
    return routes


def _route(method: DescMethod, rule: Any, access: Any, schema: Schema) -> Route:
    if method.method_kind not in ("unary", "server_streaming"):
        raise BadRule("a stream from the client cannot travel over HTTP")
    verb, path = _pattern(rule)
    binding = make_binding(method.input, parse(path), verb, rule.body, schema.registry)
    timeout = schema.option(method, TIMEOUT)
    level = method.idempotency.name if method.idempotency else ""
    return Route(
        method=method,
        rpc=f"/{method.parent.type_name}/{method.name}",
        verb=verb,
        path=path,
        binding=binding,
        response_field=_response_field(method.output, rule.response_body),
        access=compile_access(method.input, access),
        request_id=_request_id(method.input),
        is_safe=verb in ("GET", "HEAD") or level in ("NO_SIDE_EFFECTS", "IDEMPOTENT"),
        timeout=None if timeout is None else timeout.seconds + timeout.nanos / 1e9,
    )


def _pattern(rule: Any) -> tuple[str, str]:
    match rule.pattern:
        case None:
            raise BadRule("the rule has no path")
        case pattern if pattern.field == "custom":
            return pattern.value.kind.upper(), pattern.value.path
        case pattern:
            return pattern.field.upper(), pattern.value


def _response_field(message: DescMessage, name: str) -> DescField | None:
    field = field_named(message, name) if name else None
    if name and field is None:
        raise BadRule(f"{message.type_name} has no field {name} for the response body")
    return field


def _request_id(message: DescMessage) -> DescField | None:
    field = field_named(message, "request_id")
    kind = field.value if field is not None else None
    is_text = isinstance(kind, DescFieldValueScalar) and kind.scalar is ScalarType.STRING
    return field if is_text else None


def unguarded(schema: Schema) -> Iterator[str]:
    """Methods with an HTTP rule and no access rule: mistakes, which a test looks for."""
    for method in schema.methods():
        if schema.option(method, HTTP) is not None and schema.option(method, ACCESS) is None:
            yield f"{method.parent.type_name}.{method.name}"
