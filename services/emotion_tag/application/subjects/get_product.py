"""What products are known for."""

from collections.abc import Sequence
from dataclasses import replace

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.subjects.ports import HeldTag, Reads, TagFilter
from services.emotion_tag.domain.product_emotion import ProductEmotion, looked_at
from services.emotion_tag.domain.standing import Standing
from services.emotion_tag.domain.subject import Subject, SubjectKind
from services.emotion_tag.domain.subject_profile import profile_of


async def get_product(
    item_id: str, reads: Reads, clock: Clock
) -> tuple[ProductEmotion, Sequence[HeldTag]]:
    """The mix as it is now, with the tags and the version that were told last."""
    now = clock.now()
    subject = Subject(SubjectKind.PRODUCT, item_id)
    async with reads() as reader:
        standings = await reader.standings([subject])
        told, tags = await reader.told(item_id)
    standing = standings.get(subject) or Standing.nothing(subject, now)
    found = looked_at(told, profile_of(subject, standing.at(now), now))
    return replace(found, version=told.version), tags


async def list_product_tags(
    wanted: TagFilter, reads: Reads, *, after: tuple[float, str, str] | None, limit: int
) -> Sequence[HeldTag]:
    """Tags and the products that have them, surest first, from behind a place in the list."""
    async with reads() as reader:
        return await reader.tagged_products(wanted, after, limit=limit)
