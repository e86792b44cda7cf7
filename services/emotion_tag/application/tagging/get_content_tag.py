"""The tag of a published text."""

from uuid import UUID

from services.emotion_tag.application.ports import Reads
from services.emotion_tag.domain.correction import Adjudication
from services.emotion_tag.domain.tag import EmotionTag


async def get_content_tag(content_id: UUID, reads: Reads) -> tuple[EmotionTag, Adjudication | None]:
    """Give the tag that is shown, and what people decided if it is by them.

    Raises:
        TagNotFound: the content was not tagged, or its tag was forgotten.
    """
    async with reads() as reader:
        tag = await reader.tag(content_id)
        return tag, await reader.adjudication(content_id)
