"""What can be set from outside, each as EMOTION_TAG_<NAME>."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import Address, Duration, ServiceSettings
from services.emotion_tag.domain.alert_watch import FALSE_ALARMS
from services.emotion_tag.domain.mood import HALF_LIFE


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="EMOTION_TAG_")

    community_address: Address
    """Where ContentService answers: it has the texts of what was published."""

    content_timeout: Duration = timedelta(seconds=2)
    """How long to wait for texts; the event is tried again after that."""

    mood_half_life: Duration = HALF_LIFE
    """A mood without news is half as strong after this."""

    model: str = "research"
    """The model that answers until another is promoted: `open`, `research`, or a folder."""

    models_folder: Path | None = None
    """Where further models lie, a folder each; those that come with the service stay."""

    locale_folder: Path | None = None
    """Where further locales lie, one TOML file each; those that come with the service stay."""

    false_alerts: Annotated[float, Field(ge=1e-6, le=1.0)] = FALSE_ALARMS
    """How many alerts without a cause to put up with, for each subject and day, about."""

    media_folder: Path | None = None
    """Where uploads lie, a folder for each person; without it pictures come as bytes only."""

    picture_workers: Annotated[int, Field(ge=1, le=16)] = 1
    """Processes that read pictures, each a core and 450 MB while it works."""

    picture_waiting: Annotated[int, Field(ge=0, le=1000)] = 8
    """Pictures that may wait for their turn; more are refused."""

    picture_timeout: Duration = timedelta(seconds=10)
    """For reading one picture."""

    clip_timeout: Duration = timedelta(seconds=45)
    """For reading one clip."""
