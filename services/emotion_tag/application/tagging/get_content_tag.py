"""The tag of a published text."""

from uuid import UUID

from services.emotion_tag.application.ports import Reads
from services.emotion_tag.domain.tag import EmotionTag


async def get_content_tag(content_id: UUID, reads: Reads) -> EmotionTag:
    """Give the tag.

    Raises:
        TagNotFound: the content was not tagged, or its tag was forgotten.
    """
    async with reads() as reader:
        return await reader.tag(content_id)
