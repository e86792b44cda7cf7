"""Texts that stand for what people say of a thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.ports import Contents
from services.emotion_tag.application.subjects.ports import Reads
from services.emotion_tag.domain.quote import Candidate, Quote, chosen, closeness
from services.emotion_tag.domain.standing import Standing
from services.emotion_tag.domain.subject import Subject
from services.emotion_tag.domain.subject_profile import profile_of
from services.emotion_tag.domain.taxonomy import Polarity

LOOKED_AT = 300
"""Latest texts of which quotes are chosen."""

READ_FOR_EACH = 4
"""Texts that are read for each quote wanted: some are gone, some are nearly the same."""


@dataclass(frozen=True, kw_only=True)
class ListQuotes:
    subject: Subject
    polarity: Polarity | None
    limit: int


async def list_quotes(
    query: ListQuotes, reads: Reads, contents: Contents, clock: Clock
) -> list[Quote]:
    """The best quotes; what its author has deleted, or changed since it was tagged, is left out.

    Raises:
        ContentUnreachable: the owner of the texts did not answer in time.
    """
    now = clock.now()
    async with reads() as reader:
        standings = await reader.standings([query.subject])
        candidates = await reader.candidates(query.subject, query.polarity, limit=LOOKED_AT)
    standing = standings.get(query.subject) or Standing.nothing(query.subject, now)
    profile = profile_of(query.subject, standing.at(now), now)
    best = sorted(candidates, key=lambda one: -closeness(one.tag, profile))
    best = best[: READ_FOR_EACH * query.limit]
    texts = await _texts(best, contents)
    return chosen(best, texts, profile, query.limit)


async def _texts(candidates: Sequence[Candidate], contents: Contents) -> dict[UUID, str]:
    if not candidates:
        return {}
    digests = {one.content_id: one.digest for one in candidates}
    found = await contents.read(list(digests))
    return {
        one.content_id: one.text for one in found if one.digest() == digests.get(one.content_id)
    }
