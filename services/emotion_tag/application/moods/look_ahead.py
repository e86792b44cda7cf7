"""How a person may be in the next hours, and how they usually are."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.moods.ports import Histories, History
from services.emotion_tag.domain.forecast import (
    FARTHEST,
    Distribution,
    ForecastModel,
    Outlook,
    Past,
    Record,
    outlook,
    record_of,
)
from services.emotion_tag.domain.taxonomy import EMOTIONS
from services.emotion_tag.domain.tendency import Tendency, tendency

LOOK_BACK = timedelta(weeks=8)
MOST_TEXTS = 1_000  # the latest that a forecast is made and checked with
MOST_TEXTS_OF_TENDENCY = 5_000
BASE_TEXTS = 2_000  # the last of all people, that say how people usually are
BASE_PRIOR = 200.0  # texts' worth of the fitted base rate among them


class Withheld(Enum):
    """Why nothing is shown."""

    TOO_LITTLE_DATA = "too little data"
    NOTHING_LATELY = "nothing lately"
    NOT_BETTER_THAN_BASELINES = "not better than baselines"


@dataclass(frozen=True)
class Forecast:
    steps: tuple[Outlook, ...]
    record: Record
    model_version: str


@dataclass(frozen=True)
class Foresight:
    """The fitted model and the base rate it was fitted with."""

    model: ForecastModel
    base: Distribution


async def forecast_mood(
    user_id: UUID,
    hours: int,
    histories: Histories,
    foresight: Foresight,
    clock: Clock,
    *,
    half_life: timedelta,
) -> Forecast | Withheld:
    """One outlook for each of the next hours, if there is enough to go by and it has proved good.

    Those who do not allow it have said too little.
    """
    now = clock.now()
    async with histories() as history:
        said = await history.said(user_id, now - LOOK_BACK, now, MOST_TEXTS)
        base = await _base(history, foresight)
    record = record_of(said, foresight.model, base, half_life)
    if not record.is_enough:
        return Withheld.TOO_LITTLE_DATA
    if now - said[-1].said_at > FARTHEST:
        return Withheld.NOTHING_LATELY
    if not record.beats_baselines:
        return Withheld.NOT_BETTER_THAN_BASELINES
    past = Past(half_life)
    for piece in said:
        past.add(piece)
    moments = [now + timedelta(hours=hour) for hour in range(1, hours + 1)]
    steps = tuple(outlook(at, past.predict(foresight.model, base, at)) for at in moments)
    return Forecast(steps, record, foresight.model.version)


async def get_tendency(
    user_id: UUID,
    look_back: timedelta,
    utc_offset: timedelta,
    histories: Histories,
    foresight: Foresight,
    clock: Clock,
) -> Tendency | Withheld:
    """How a person usually is; those who do not allow it have said too little."""
    now = clock.now()
    async with histories() as history:
        said = await history.said(user_id, now - look_back, now, MOST_TEXTS_OF_TENDENCY)
        base = await _base(history, foresight)
    return tendency(said, base, now, utc_offset) or Withheld.TOO_LITTLE_DATA


async def _base(history: History, foresight: Foresight) -> Distribution:
    """How people usually are: the shop's own last texts, and the fitted rate for want of them."""
    seen = await history.recent_emotions(BASE_TEXTS)
    total = sum(seen.values()) + BASE_PRIOR
    return tuple(
        (seen.get(emotion, 0) + BASE_PRIOR * fitted) / total
        for emotion, fitted in zip(EMOTIONS, foresight.base, strict=True)
    )
