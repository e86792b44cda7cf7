"""What can be set from outside, each as RECOMMENDATION_<NAME>."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import Duration, ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="RECOMMENDATION_")

    people_kept: Annotated[int, Field(ge=100, le=1_000_000, examples=["20000"])] = 20_000
    """People at hand in this process; others cost one query. At most about 30 kB each."""

    renew_every: Duration = timedelta(seconds=3)
    """How old popularity and word of mouth may be in this process's picture of the catalogue."""

    look_every: Duration = timedelta(seconds=10)
    """How often to look for a waiting training and a new model, should a notice get lost."""
