"""Puts the OpenAPI document together."""

from collections.abc import Sequence
from typing import Any

from gateway.openapi.comments import comments_of
from gateway.openapi.operations import operation, path_of
from gateway.openapi.schemas import Schemas
from gateway.transcoding.routes import Route
from gateway.transcoding.schema import Schema

METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"})
"""What OpenAPI has words for; a custom method is left out."""

INTRODUCTION = """\
Everything that an app may ask of Resonance, over JSON.

- **Login.** Send `Authorization: Bearer <token>`. For development, `POST /v1/sessions` gives one.
- **Names.** Fields are lowerCamelCase; 64-bit integers travel as strings; times are RFC 3339 in \
UTC. Fields with default values are sent; unknown fields and unknown query parameters are refused.
- **Retries.** Send a fresh UUID as `Idempotency-Key` with every write: the same key is applied \
once and answered the same, also after hours.
- **Time.** `Request-Timeout` in seconds says how long you wait; the work ends with it.
- **Failures** are problem documents (RFC 9457) with a stable `reason`; `fields` names what to \
mend. Quote `requestId` when you ask for help.
- **Limits.** `RateLimit-Remaining` says what is left, `Retry-After` when to come back."""

_TEXT = {"type": "string"}
_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "Why a call failed.",
    "required": ["type", "title", "status", "detail", "reason", "domain", "requestId"],
    "properties": {
        "type": {**_TEXT, "format": "uri", "description": "The reason as a URI."},
        "title": {**_TEXT, "description": "The HTTP status in words."},
        "status": {"type": "integer", "description": "The HTTP status."},
        "detail": {**_TEXT, "description": "What happened, for a developer."},
        "reason": {**_TEXT, "description": "What happened, for machines; stable."},
        "domain": {**_TEXT, "description": "Who says so, such as `profile.resonance`."},
        "metadata": {
            "type": "object",
            "additionalProperties": _TEXT,
            "description": "What varies.",
        },
        "fields": {
            "type": "array",
            "description": "The fields that are wrong.",
            "items": {
                "type": "object",
                "required": ["field", "rule", "description"],
                "properties": {
                    "field": {**_TEXT, "description": "Its path, such as `items[3].title`."},
                    "rule": {**_TEXT, "description": "The rule it breaks."},
                    "description": {**_TEXT, "description": "What is allowed."},
                },
            },
        },
        "requestId": {**_TEXT, "description": "Quote it when you ask for help."},
    },
}
_PARAMETERS = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "A fresh UUID, the same as the field `requestId`. It is applied once.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "RequestTimeout": {
        "name": "Request-Timeout",
        "in": "header",
        "description": "Seconds that you wait for the answer.",
        "schema": {"type": "number", "exclusiveMinimum": 0, "maximum": 60},
    },
}


def make_document(schema: Schema, routes: Sequence[Route]) -> dict[str, Any]:
    """The document, in the order of the contracts."""
    comments = comments_of(schema)
    schemas = Schemas(schema, comments)
    paths: dict[str, dict[str, Any]] = {}
    seen: dict[str, int] = {}
    for route in routes:
        if route.verb not in METHODS:
            continue
        name = route.method.name
        seen[name] = seen.get(name, 0) + 1
        unique = name if seen[name] == 1 else f"{name}{seen[name]}"
        comment = comments.get(f"{route.method.parent.type_name}.{name}", "")
        item = paths.setdefault(path_of(route), {})
        item[route.verb.lower()] = operation(route, unique, schemas, comment)
    services = {route.method.parent.name: route.method.parent.type_name for route in routes}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Resonance", "version": "v1", "description": INTRODUCTION},
        "tags": [
            {"name": name, "description": comments.get(full, "")} for name, full in services.items()
        ],
        "paths": paths,
        "components": {
            "schemas": {"Problem": _PROBLEM, **schemas.components},
            "parameters": _PARAMETERS,
            "responses": {
                "Problem": {
                    "description": "The call failed.",
                    "content": {
                        "application/problem+json": {
                            "schema": {"$ref": "#/components/schemas/Problem"}
                        }
                    },
                }
            },
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }
