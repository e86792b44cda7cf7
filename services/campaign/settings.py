"""What can be set from outside, each as CAMPAIGN_<NAME>."""

from datetime import timedelta

from pydantic_settings import SettingsConfigDict

from services.chassis.settings import Duration, ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="CAMPAIGN_")

    housekeeping_every: Duration = timedelta(seconds=30)
    """How late a claim may expire and a campaign may end."""
