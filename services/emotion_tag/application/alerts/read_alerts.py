"""Read alerts: a page, one with its examples, and those that change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.emotion_tag.application.alerts.ports import AlertReads
from services.emotion_tag.application.ports import Contents
from services.emotion_tag.domain.alert import Alert
from services.emotion_tag.domain.errors import ContentUnreachable
from services.emotion_tag.domain.taxonomy import Emotion


@dataclass(frozen=True, kw_only=True)
class AlertExample:
    """A text of a spike."""

    content_id: UUID
    text: str
    emotion: Emotion
    published_at: datetime


async def get_alert(
    alert_id: UUID, reads: AlertReads, contents: Contents
) -> tuple[Alert, Sequence[AlertExample]]:
    """Give an alert with those of its examples that may still be quoted.

    Raises:
        AlertNotFound: there is none.
    """
    async with reads() as reader:
        alert = await reader.alert(alert_id)
        allowed = await reader.quotable(alert.sighting.examples)
    if not allowed:
        return alert, []
    try:
        found = await contents.read([one.content_id for one in allowed])
    except ContentUnreachable:
        return alert, []
    texts = {content.content_id: content for content in found}
    return alert, [
        AlertExample(
            content_id=one.content_id,
            text=texts[one.content_id].text,
            emotion=one.tag.emotion,
            published_at=one.published_at,
        )
        for one in allowed
        if one.content_id in texts and texts[one.content_id].digest() == one.digest
    ]
