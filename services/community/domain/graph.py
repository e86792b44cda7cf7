"""The rules of following."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.community.domain.errors import SelfFollow, TooManyFollowed, UserNotFound
from services.community.domain.events import FollowChanged

# Bounds the work of a home feed, which looks at everybody who is followed.
MOST_FOLLOWED = 5_000


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How one person stands to another, before a change."""

    follower_id: UUID
    followee_id: UUID
    is_followee_known: bool
    is_following: bool
    followed_count: int

    def follow(self, now: datetime) -> FollowChanged | None:
        """Decide that the one follows the other; None if it is so already.

        Raises:
            SelfFollow: both are the same.
            UserNotFound: the followee is not known.
            TooManyFollowed: the follower follows `MOST_FOLLOWED` people already.
        """
        refuse_self_follow(self.follower_id, self.followee_id)
        if not self.is_followee_known:
            raise UserNotFound("No such person is known here (yet).", user_id=str(self.followee_id))
        if self.is_following:
            return None
        if self.followed_count >= MOST_FOLLOWED:
            raise TooManyFollowed("Nobody follows more people.", limit=str(MOST_FOLLOWED))
        return FollowChanged(
            occurred_at=now,
            follower_id=self.follower_id,
            followee_id=self.followee_id,
            is_following=True,
        )


def refuse_self_follow(follower_id: UUID, followee_id: UUID) -> None:
    """Nobody follows themselves.

    Raises:
        SelfFollow: both are the same.
    """
    if follower_id == followee_id:
        raise SelfFollow("Nobody follows themselves.")
