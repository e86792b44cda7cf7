"""Published texts are read with what they answer, in one or two questions to their owner."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.chassis.kernel.ids import new_id
from services.emotion_tag.application.tagging.published import MAX_ANSWERED, read_published
from services.emotion_tag.domain.content import Content, Place
from services.emotion_tag.domain.tag import Context, TextKind

COMMENT, POST, CHAT = TextKind.COMMENT, TextKind.POST, TextKind.CHAT


def content(text: str, kind: TextKind = COMMENT, **place: Any) -> Content:
    return Content(
        content_id=new_id(),
        author_id=new_id(),
        kind=kind,
        text=text,
        item_ids=("sku",),
        published_at=datetime(2026, 11, 1, tzinfo=UTC),
        place=Place(**place),
    )


class Owner:
    """Has some contents, and notes what it was asked."""

    def __init__(self, *contents: Content) -> None:
        self._contents = {one.content_id: one for one in contents}
        self.asked: list[Sequence[UUID]] = []

    async def read(self, content_ids: Sequence[UUID]) -> Sequence[Content]:
        self.asked.append(content_ids)
        return [self._contents[one] for one in reversed(content_ids) if one in self._contents]


POSTED = content("这家店真的很好用", POST)
SAID = content("气死我了", post_id=POSTED.content_id)
AGREES = content("+1", post_id=POSTED.content_id, reply_to_id=SAID.content_id)


async def contexts(owner: Owner, *asked: Content, known: Sequence[Content] = ()) -> list[Any]:
    ids, answered = [one.content_id for one in asked], [one.content_id for one in known]
    return [one.context for _, one in await read_published(ids, owner, answered)]


async def test_a_reply_comes_with_the_comment_and_a_comment_with_the_post() -> None:
    owner = Owner(POSTED, SAID, AGREES)

    found = await contexts(owner, AGREES, SAID, POSTED)

    assert found == [Context("气死我了"), Context("这家店真的很好用"), None]
    assert len(owner.asked) == 1


async def test_what_is_known_to_be_answered_costs_no_second_question() -> None:
    owner = Owner(SAID, AGREES)

    assert await contexts(owner, AGREES, known=[SAID]) == [Context("气死我了")]
    assert owner.asked == [[AGREES.content_id, SAID.content_id]]


async def test_what_is_not_known_costs_one_for_all() -> None:
    replies = [content("同意", reply_to_id=SAID.content_id) for _ in range(50)]
    owner = Owner(SAID, *replies)

    assert await contexts(owner, *replies) == [Context("气死我了")] * 50
    assert [len(one) for one in owner.asked] == [50, 1]


async def test_what_was_deleted_is_left_out() -> None:
    assert await contexts(Owner(AGREES), AGREES, SAID) == [None]


async def test_of_a_long_text_the_beginning_counts() -> None:
    long = content("很长" * MAX_ANSWERED, POST)

    [context] = await contexts(Owner(long, one := content("+1", post_id=long.content_id)), one)

    assert context == Context(long.text[:MAX_ANSWERED])


@pytest.mark.parametrize(
    ("kind", "circle", "answered_kind", "answered_circle", "is_heard"),
    [
        (COMMENT, "", COMMENT, "a", False),
        (COMMENT, "a", COMMENT, "a", True),
        (COMMENT, "a", COMMENT, "", True),
        (COMMENT, "", CHAT, "", False),
        (CHAT, "", CHAT, "", True),
    ],
)
async def test_nothing_of_a_circle_or_of_care_shows_through(
    kind: TextKind, circle: str, answered_kind: TextKind, answered_circle: str, is_heard: bool
) -> None:
    said = content("气死我了", answered_kind, circle_id=answered_circle)
    one = content("+1", kind, circle_id=circle, reply_to_id=said.content_id)

    [context] = await contexts(Owner(said, one), one)

    assert (context is not None) is is_heard
