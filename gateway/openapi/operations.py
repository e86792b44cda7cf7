"""Writes each route as an operation."""

import re
from collections.abc import Iterator

from protobuf import DescFieldValueMessage

from gateway.openapi.rules import Keywords
from gateway.openapi.schemas import Schemas
from gateway.transcoding.body import FieldBody, JsonBody
from gateway.transcoding.parameters import Parameter
from gateway.transcoding.routes import Route
from gateway.transcoding.schema import HTTP_BODY
from gateway.transcoding.template import Template, Wildcard, parse

_SENTENCE = re.compile(r"(.+?\.)\s+(?=[A-Z])")

PROBLEM = {"$ref": "#/components/responses/Problem"}


def path_of(route: Route) -> str:
    """The path as OpenAPI writes it: each variable by its JSON name."""
    template = parse(route.path)
    return "/".join(("", *_parts(template, route))) + (f":{template.verb}" if template.verb else "")


def _parts(template: Template, route: Route) -> Iterator[str]:
    starts = {
        variable.start: (variable, parameter)
        for variable, parameter in zip(template.variables, route.binding.path, strict=True)
    }
    skip_to = 0
    for at, segment in enumerate(template.segments):
        if at in starts:
            variable, parameter = starts[at]
            skip_to = len(template.segments) if variable.stop is None else variable.stop
            yield f"{{{parameter.name}}}"
        elif at >= skip_to:
            yield segment.value if isinstance(segment, Wildcard) else segment


def operation(route: Route, name: str, schemas: Schemas, comment: str) -> Keywords:
    """The operation of a route; `name` is unique among all."""
    summary, description = _sentences(comment)
    found: Keywords = {
        "operationId": name,
        "tags": [route.method.parent.name],
        "summary": summary,
        "description": "\n\n".join(
            part for part in (description, _access(route), _time(route)) if part
        ),
        "parameters": list(_parameters(route, schemas)),
        "responses": {"200": _response(route, schemas), "default": PROBLEM},
        "security": [{}] if route.access.is_public else [{"bearer": []}],
        "x-rpc": route.rpc.removeprefix("/"),
    }
    body = _body(route, schemas)
    return found | ({"requestBody": body} if body else {})


def _sentences(comment: str) -> tuple[str, str]:
    """The first sentence, and the rest."""
    first, _, rest = comment.partition("\n\n")
    found = _SENTENCE.match(first)
    if found is None:
        return first, rest
    return found[1], f"{first[found.end() :]}\n\n{rest}".strip()


def _access(route: Route) -> str:
    access = route.access
    if access.is_public:
        return "**Access:** everybody."
    owner = ".".join(field.json_name for field in access.owner)
    who = [f"the user named by `{owner}`"] if owner else []
    who += sorted(access.roles | {"admin"}) if owner or access.roles else ["any token"]
    is_bound = any(parameter.path == access.owner for parameter in route.binding.path)
    filled = f" Where `{owner}` is empty, it is the caller's own id."
    filled = filled if owner and not is_bound else ""
    return f"**Access:** {', '.join(who)}.{filled}"


def _time(route: Route) -> str:
    if route.timeout is None:
        return ""
    return f"**Time:** {route.timeout:g} s where the caller names none."


def _parameters(route: Route, schemas: Schemas) -> Iterator[Keywords]:
    for parameter in route.binding.path:
        yield {**_parameter(parameter, schemas), "in": "path", "required": True}
    seen = {parameter.name: parameter for parameter in route.binding.query.values()}
    for parameter in seen.values():
        is_needed = len(parameter.path) == 1 and schemas.is_needed(parameter.field)
        is_filled = route.access.owner == parameter.path
        found = {**_parameter(parameter, schemas), "in": "query"}
        yield found | ({"required": True} if is_needed and not is_filled else {})
    if route.request_id is not None:
        yield {"$ref": "#/components/parameters/IdempotencyKey"}
    yield {"$ref": "#/components/parameters/RequestTimeout"}


def _parameter(parameter: Parameter, schemas: Schemas) -> Keywords:
    schema = schemas.field(parameter.field)
    described = {"description": schema.pop("description")} if "description" in schema else {}
    return {"name": parameter.name, **described, "schema": schema}


def _body(route: Route, schemas: Schemas) -> Keywords | None:
    binding = route.binding
    if binding.is_raw:
        return {"content": {"*/*": {"schema": {}}}, "required": True}
    match binding.body:
        case None:
            return None
        case JsonBody():
            bound = frozenset(one.path[0].name for one in binding.path if len(one.path) == 1)
            owner = route.access.owner
            free = owner[0].name if len(owner) == 1 else ""
            schema = schemas.object(route.request, without=bound, free=free)
        case FieldBody(field=field):
            schema = schemas.field(field)
    return {"content": {"application/json": {"schema": schema}}, "required": True}


def _is_raw(route: Route) -> bool:
    """Whether the answer is any bytes with their media type instead of JSON."""
    field = route.response_field
    if field is None:
        return route.response.type_name == HTTP_BODY
    value = field.value
    return isinstance(value, DescFieldValueMessage) and value.message.type_name == HTTP_BODY


def _response(route: Route, schemas: Schemas) -> Keywords:
    if _is_raw(route):
        return {"description": "The content itself.", "content": {"*/*": {"schema": {}}}}
    field = route.response_field
    schema = schemas.reference(route.response) if field is None else schemas.field(field)
    media_type = "application/x-ndjson" if route.is_stream else "application/json"
    return {"description": "OK", "content": {media_type: {"schema": schema}}}
