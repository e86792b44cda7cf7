"""Settings every service has; each service adds its own by subclassing.

A setting is read once, at start, from the environment variable `<PREFIX><FIELD>`, such as
`PROFILE_DATABASE_URL`, and never changes after that.
"""

import re
from datetime import timedelta
from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

_UNITS = {"ms": "milliseconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(\d+)(ms|s|m|h|d)")
_ADDRESS = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/]+):(\d{1,5})")


def _parse_duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("Must be a whole number with its unit: ms, s, m, h or d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def _check_address(value: str) -> str:
    found = _ADDRESS.fullmatch(value)
    if found is None or int(found[2]) > 65535:  # noqa: PLR2004 - the largest TCP port
        raise ValueError("Must be host:port; port 0 takes a free one")
    return value


def _check_database_url(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith("postgresql+asyncpg://"):
        raise ValueError("Must be a URL that begins with postgresql+asyncpg://")
    return value


def _check_nats_url(value: SecretStr) -> SecretStr:
    for server in value.get_secret_value().split(","):
        if not server.startswith(("nats://", "tls://")):
            raise ValueError("Must be URLs that begin with nats:// or tls://, separated by commas")
    return value


Duration = Annotated[
    timedelta, BeforeValidator(_parse_duration), Field(examples=["250ms", "5s", "2m", "6h", "7d"])
]
"""A span written with its unit: `250ms`, `5s`, `2m`, `6h`, `7d`. A bare number is refused."""

Address = Annotated[
    str, AfterValidator(_check_address), Field(examples=["127.0.0.1:50051", "[::]:50051"])
]
"""Where to listen or whom to call, as `host:port`."""

DatabaseUrl = Annotated[
    SecretStr,
    AfterValidator(_check_database_url),
    Field(examples=["postgresql+asyncpg://profile:secret@127.0.0.1:5432/resonance"]),
]
NatsUrl = Annotated[
    SecretStr,
    AfterValidator(_check_nats_url),
    Field(examples=["nats://profile:secret@127.0.0.1:4222"]),
]


class ProcessSettings(BaseSettings):
    """What every process has, with or without a database: a service, the gateway."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    metrics_address: Address = "127.0.0.1:0"
    """Where `/metrics` and `/healthz` are answered."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"

    otlp_endpoint: Annotated[str, Field(examples=["http://127.0.0.1:4317"])] = ""
    """Where spans go, by OTLP over gRPC. Empty: none are exported, trace ids still travel."""

    shutdown_grace: Duration = timedelta(seconds=10)
    """Time that calls in flight get to end."""


class ServiceSettings(ProcessSettings):
    """What every service has."""

    database_url: DatabaseUrl
    """The service's own role; it has rights on its own schema only."""

    database_pool_size: Annotated[int, Field(ge=1, le=100, examples=["10"])] = 10
    """Connections this process may hold; calls beyond that wait."""

    nats_url: NatsUrl
    """May carry the user and the password of the service."""

    grpc_address: Address = "127.0.0.1:0"

    start_timeout: Duration = timedelta(seconds=30)
    """How long to wait at start for the database, its migrations and the broker."""

    readiness_every: Duration = timedelta(seconds=2)
    """How often the database and the broker are looked at again."""

    keep_requests: Duration = timedelta(days=7)
    """How long the answer to a `request_id` is kept for replay."""


class BadSettings(Exception):
    """Settings are missing or wrong; `problems` has a line for each, without any value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


S = TypeVar("S", bound=BaseSettings)


def read_settings(kind: type[S]) -> S:
    """Read the settings from the environment.

    Raises:
        BadSettings: one line per variable, naming it, the rule it breaks and an example.
    """
    try:
        return kind()
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False, include_context=False)
        raise BadSettings([_problem(kind, detail) for detail in details]) from None
    except SettingsError as error:  # a list or mapping that is not JSON
        found = re.search(r'field "(\w+)"', str(error))
        field = found[1] if found else ""
        line = f"{variable_name(kind, field)} is wrong: JSON is expected here."
        raise BadSettings([line + _example(kind.model_fields.get(field))]) from None


def variable_name(kind: type[BaseSettings], field: str) -> str:
    """Return the name of the environment variable that sets a field."""
    return f"{kind.model_config.get('env_prefix', '')}{field}".upper()


def _problem(kind: type[BaseSettings], detail: ErrorDetails) -> str:
    location = [str(part) for part in detail["loc"]]
    field = location[0] if location else ""
    name = variable_name(kind, field) if field else f"{kind.__module__}"
    if detail["type"] == "missing":
        return f"{name} is missing; it has no default." + _example(kind.model_fields.get(field))
    rule = detail["msg"].removeprefix("Value error, ")
    return f"{name} is wrong: {rule}." + _example(kind.model_fields.get(field))


def _example(field: FieldInfo | None) -> str:
    return f" Example: {field.examples[0]}" if field is not None and field.examples else ""
