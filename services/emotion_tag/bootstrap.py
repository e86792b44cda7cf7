"""Puts the emotion_tag service together, of the parts in `wiring`."""

from services.chassis.runtime import Ground, Service
from services.emotion_tag.adapters.store.tables import platform
from services.emotion_tag.settings import Settings
from services.emotion_tag.wiring.alerts import alerts
from services.emotion_tag.wiring.governance import governance
from services.emotion_tag.wiring.moods import moods
from services.emotion_tag.wiring.pictures import pictures
from services.emotion_tag.wiring.shared import share
from services.emotion_tag.wiring.subjects import subjects
from services.emotion_tag.wiring.tagging import tagging
from services.emotion_tag.wiring.trends import trends


def build(settings: Settings, ground: Ground) -> Service:
    shared = share(settings, ground)
    governed = governance(shared)
    parts = (
        tagging(shared, governed.note),
        moods(shared),
        subjects(shared),
        alerts(shared),
        trends(shared),
        pictures(shared),
        governed,
    )

    async def close() -> None:
        for part in parts:
            if part.close is not None:
                await part.close()
        await shared.community.close()

    return Service(
        name="emotion_tag",
        tables=platform,
        servicers=[part.servicer for part in parts],
        reactions=[reaction for part in parts for reaction in part.reactions],
        loops=[loop for part in parts for loop in part.loops],
        warm_up=governed.warm_up,
        close=close,
    )
