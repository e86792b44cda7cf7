"""How a person was."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.chassis.kernel.errors import InvalidField
from services.emotion_tag.application.moods.ports import Histories
from services.emotion_tag.domain.errors import HistoryNotForAgents
from services.emotion_tag.domain.mood import FORGOTTEN_AFTER
from services.emotion_tag.domain.timeline import MoodPoint, moments, timeline

MOST_POINTS = 1_000  # mood_service.proto says the same
MOST_TEXTS = 5_000  # the latest of a time that count
SEEN_BY_AGENTS = timedelta(days=7)  # mood_service.proto says the same
_SLACK = timedelta(minutes=1)  # between an agent's clock and ours


@dataclass(frozen=True, kw_only=True)
class TimelineQuery:
    """`until` and `since` None stand for now and for a day before."""

    user_id: UUID
    since: datetime | None
    until: datetime | None
    step: timedelta
    is_for_agent: bool


async def list_timeline(
    query: TimelineQuery, histories: Histories, clock: Clock, *, half_life: timedelta
) -> list[MoodPoint]:
    """The state at each step; all gaps for those who do not allow one.

    Raises:
        InvalidField: it ends before it begins or in the future, or has more than `MOST_POINTS`.
        HistoryNotForAgents: an agent asks for more than the last days.
    """
    now = clock.now()
    until = query.until or now
    since = query.since or until - timedelta(days=1)
    if until > now + _SLACK:
        raise InvalidField("to_time", "mood.future", "Must not be in the future.")
    if since > until:
        raise InvalidField("from_time", "mood.span", "Must not be after to_time.")
    if (until - since) / query.step > MOST_POINTS - 1:
        raise InvalidField("step", "mood.points", f"Must make at most {MOST_POINTS} points.")
    if query.is_for_agent and since < now - SEEN_BY_AGENTS - _SLACK:
        raise HistoryNotForAgents("Agents see the last 7 days.")
    before = since - FORGOTTEN_AFTER * half_life
    async with histories() as history:
        said = await history.said(query.user_id, before, until, MOST_TEXTS)
    return timeline(said, moments(since, until, query.step), half_life)
