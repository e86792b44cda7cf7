"""React to a post, change the reaction or take it back."""

from dataclasses import dataclass
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.community.application.ports import PostView, ReactionChange, Transactions
from services.community.domain.events import PostReacted
from services.community.domain.kinds import ReactionKind


@dataclass(frozen=True, kw_only=True)
class ReactToPost:
    """Who feels how about which post; `request_id` if the answer will be kept for a repeat."""

    post_id: UUID
    user_id: UUID
    kind: ReactionKind
    request_id: UUID | None = None


async def react_to_post(command: ReactToPost, transactions: Transactions, clock: Clock) -> PostView:
    """Set the one reaction, count it, and tell the others if anything changed.

    Raises:
        PostNotFound: there is no such post.
    """
    now = clock.now()
    async with transactions() as tx:
        subject = await tx.posts.hold(command.post_id)
        change = await tx.reactions.put(command.post_id, command.user_id, command.kind, now)
        if change is not ReactionChange.NOTHING:
            event = PostReacted(
                occurred_at=now,
                post_id=command.post_id,
                user_id=command.user_id,
                kind=command.kind,
                item_ids=subject.item_ids,
            )
            await tx.outbox.add([event])
        if command.request_id is not None:
            await tx.kept_answers.note(command.request_id, command.post_id, now)
        return await tx.posts.get(command.post_id, command.user_id)
