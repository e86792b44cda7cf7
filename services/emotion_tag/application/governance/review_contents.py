"""The queue of texts that people should look at."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.emotion_tag.application.governance.ports import GovernanceTransactions
from services.emotion_tag.application.ports import Contents
from services.emotion_tag.domain.errors import ReviewNotFound
from services.emotion_tag.domain.review import (
    CLAIM_LASTS,
    KEPT,
    LONGEST_WAIT,
    Review,
    diverse,
    review_of,
)
from services.emotion_tag.domain.tag import TextKind

CANDIDATES = 200
"""From which a claim is chosen, so that it is spread over emotions, kinds and languages."""


async def queue_reviews(
    content_ids: Sequence[UUID], transactions: GovernanceTransactions, clock: Clock
) -> None:
    """Let those of the tagged contents wait that people should look at."""
    now = clock.now()
    async with transactions() as tx:
        tagged = await tx.reviews.tagged(content_ids)
        found = (review_of(content, now) for content in tagged)
        await tx.reviews.put([review for review in found if review is not None])


async def weigh_reviews(reach: Mapping[UUID, int], transactions: GovernanceTransactions) -> None:
    """Take in reactions and comments: more hangs on a text that many see."""
    async with transactions() as tx:
        await tx.reviews.heard(reach)


async def claim_reviews(
    rater_id: UUID,
    kind: TextKind | None,
    count: int,
    transactions: GovernanceTransactions,
    contents: Contents,
    clock: Clock,
) -> Sequence[Review]:
    """Give a rater texts that nobody else gets meanwhile; those that are gone leave the queue.

    What they hold already comes first, so that asking again gives the same.

    Raises:
        ContentUnreachable: the neighbour did not answer in time.
    """
    now = clock.now()
    async with transactions() as tx:
        held = list(await tx.reviews.held_by(rater_id, kind, now, count))
        free = await tx.reviews.free_for(rater_id, kind, now, CANDIDATES)
        chosen = held + diverse(free, count - len(held))
        until = now + CLAIM_LASTS
        await tx.reviews.claim([one.content_id for one in chosen], rater_id, until)
    read = await contents.read([one.content_id for one in chosen]) if chosen else []
    texts = {one.content_id: one.text for one in read}
    gone = [one.content_id for one in chosen if one.content_id not in texts]
    if gone:
        async with transactions() as tx:
            await tx.reviews.remove(gone)
    return [
        replace(one, text=texts[one.content_id], claimed_until=until)
        for one in chosen
        if one.content_id in texts
    ]


async def skip_review(
    content_id: UUID, rater_id: UUID, transactions: GovernanceTransactions
) -> None:
    """Give a text back; the rater does not get it again.

    Raises:
        ReviewNotFound: they have not claimed it.
    """
    async with transactions() as tx:
        if not await tx.reviews.done(content_id, rater_id, rated=False):
            raise ReviewNotFound("You have not claimed this text.", content_id=str(content_id))


async def prune_reviews(transactions: GovernanceTransactions, clock: Clock) -> int:
    """Keep the queue small; how many have left it."""
    async with transactions() as tx:
        return await tx.reviews.prune(clock.now() - LONGEST_WAIT, KEPT)
