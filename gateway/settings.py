"""Settings of the gateway, from variables that begin with GATEWAY_."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode, SettingsConfigDict

from gateway.auth.tokens import KEY_BYTES
from services.chassis.settings import Address, Duration, ProcessSettings

DESCRIPTORS = Path(__file__).parent.parent / "protos" / "gen" / "descriptors.binpb"


def _check_key(key: SecretStr) -> SecretStr:
    if 0 < len(key.get_secret_value().encode()) < KEY_BYTES:
        raise ValueError(f"Must have at least {KEY_BYTES} bytes")
    return key


def _check_required_key(key: SecretStr) -> SecretStr:
    if not key.get_secret_value():
        raise ValueError(f"Must have at least {KEY_BYTES} bytes")
    return _check_key(key)


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


TokenKey = Annotated[
    SecretStr,
    AfterValidator(_check_required_key),
    Field(examples=["the output of: openssl rand -hex 32"]),
]
FormerTokenKey = Annotated[SecretStr, AfterValidator(_check_key)]
Rate = Annotated[float, Field(ge=0, le=1_000_000)]


class Settings(ProcessSettings):
    """Read once, at start, from the environment; frozen after that."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    profile_address: Address
    emotion_tag_address: Address
    recommendation_address: Address
    community_address: Address
    campaign_address: Address

    http_address: Address = "127.0.0.1:8080"

    token_key: TokenKey
    """Signs and checks tokens."""

    former_token_key: FormerTokenKey = SecretStr("")
    """Is still accepted while tokens that it signed are about."""

    token_issuer: str = "resonance"  # noqa: S105  a name
    token_audience: str = "resonance"  # noqa: S105  a name

    token_leeway: Duration = timedelta(seconds=30)
    """How far the issuer's clock may be off."""

    development_login: bool = False
    """`POST /v1/sessions` gives a token to anybody. Never on where real people are."""

    session_lifetime: Duration = timedelta(hours=12)
    """Of tokens from the development login."""

    default_timeout: Duration = timedelta(seconds=10)
    """For a call whose client names none, to a method whose contract has no `default_timeout`."""

    longest_timeout: Duration = timedelta(seconds=60)
    """A client's longer one is cut to this."""

    largest_body: Annotated[int, Field(ge=1024, le=64 * 1024 * 1024)] = 1024 * 1024
    """Bytes. Methods that take pictures and the like take as much more as their contract says."""

    subject_rate: Rate = 100
    """Calls a second that one token's subject may make, in the long run; 0: no limit."""

    subject_burst: Rate = 300
    """Calls that a subject may make at once after a pause."""

    address_rate: Rate = 50
    """The same for calls without a token, by network address; 0: no limit."""

    address_burst: Rate = 200

    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    """How many proxies of ours stand in front; each adds one entry to X-Forwarded-For."""

    most_calls: Annotated[int, Field(ge=1, le=100_000)] = 512
    """Calls in flight; more are refused with 503."""

    channels: Annotated[int, Field(ge=1, le=16)] = 1
    """Connections to each service."""

    cors_origins: Annotated[
        tuple[str, ...],
        NoDecode,
        BeforeValidator(_split),
        Field(examples=["https://shop.example,https://console.example"]),
    ] = ()
    """Origins whose pages may call, separated by commas; `*` for any."""

    descriptors: Path = DESCRIPTORS
    """What protos/generate.py wrote."""
