"""What can be set from outside, each as COMMUNITY_<NAME>."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import Duration, ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="COMMUNITY_")

    page_token_key: Annotated[SecretStr, Field(examples=["a long random string"])] = SecretStr("")
    """Signs page tokens; the same in every replica. Empty: made from the database URL."""

    clear_every: Duration = timedelta(seconds=5)
    """How long what was left under a long deleted thread may wait to be removed."""
