"""Settings of the profile service, from variables that begin with PROFILE_."""

from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import ServiceSettings

LEAST_KEY = 32  # bytes, as long as what SHA-256 makes; RFC 2104 advises against less


def _check_key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value().encode()) < LEAST_KEY:
        raise ValueError(f"Must have at least {LEAST_KEY} bytes")
    return value


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="PROFILE_")

    identity_key: Annotated[
        SecretStr,
        AfterValidator(_check_key),
        Field(examples=["the output of: openssl rand -hex 32"]),
    ]
    """Key of the hashes that are kept of accounts. With another key no account is found again."""
