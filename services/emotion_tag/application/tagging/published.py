"""Published texts as they are tagged: with what they answer, by what their owner has of it."""

from collections.abc import Collection, Mapping
from uuid import UUID

from services.emotion_tag.application.ports import Contents
from services.emotion_tag.domain.content import Content
from services.emotion_tag.domain.tag import Context, TextInput, TextKind

MAX_ANSWERED = 1_000
"""Characters of what is answered that count, as many as TagText takes."""

_PUBLIC = frozenset(TextKind) - {TextKind.CHAT}
Published = tuple[Content, TextInput]


async def read_published(
    content_ids: Collection[UUID], contents: Contents, answered_ids: Collection[UUID] = ()
) -> list[Published]:
    """Those that still exist, each with how it is read; at most two questions to the neighbour.

    What is known to be answered comes along in the first one. How people feel about the item or in
    the room at present is left out: it changes while a text waits for its tag, is made of these
    tags itself, and a text is to be tagged the same whenever that happens.

    Raises:
        ContentUnreachable: the neighbour did not answer in time.
    """
    wanted = dict.fromkeys((*content_ids, *answered_ids))
    found = {one.content_id: one for one in await contents.read(list(wanted))}
    asked = [found[one] for one in dict.fromkeys(content_ids) if one in found]
    replies = [one.answers for one in asked if one.answers is not None]
    missing = dict.fromkeys(one for one in replies if one not in wanted)
    if missing:
        found |= {one.content_id: one for one in await contents.read(list(missing))}
    return [(one, _as_said(one, found)) for one in asked]


def _as_said(content: Content, found: Mapping[UUID, Content]) -> TextInput:
    answered = found.get(content.answers) if content.answers else None
    text = answered.text[:MAX_ANSWERED] if answered and _is_heard(answered, content) else ""
    return TextInput(content.text, content.kind, context=Context(text) if text else None)


def _is_heard(answered: Content, content: Content) -> bool:
    """Whether all who see a text see what it answers: nothing of a circle or of care shows through
    outside of them."""
    circles = ("", content.place.circle_id)
    return answered.place.circle_id in circles and answered.kind in (content.kind, *_PUBLIC)
