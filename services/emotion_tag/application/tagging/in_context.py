"""Puts texts where they were said: what they answer, and how people feel there at present."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.emotion_tag.application.tagging.ports import Priors, Scores
from services.emotion_tag.domain.subject import Subject, SubjectKind
from services.emotion_tag.domain.tag import Context, TextInput, TextKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A text as a caller gives it."""

    text: str
    kind: TextKind = TextKind.UNKNOWN
    locale: str = ""
    reply_to_text: str = ""
    reply_to_id: UUID | None = None
    item_id: str = ""
    room_id: str = ""

    def subjects(self) -> list[Subject]:
        """What it is about, as far as the caller says."""
        named = ((SubjectKind.PRODUCT, self.item_id), (SubjectKind.ROOM, self.room_id))
        return [Subject(kind, name) for kind, name in named if name]


async def in_context(asked: Sequence[Asked], priors: Priors) -> list[TextInput]:
    """Look up what the texts refer to, all at once; what is not known is left out.

    A content that is answered counts as its text would, for texts are not kept: by its stored tag.
    """
    contents = {one.reply_to_id for one in asked if one.reply_to_id and not one.reply_to_text}
    subjects = {subject for one in asked for subject in one.subjects()}
    tags = await priors.of_contents(contents) if contents else {}
    mixes = await priors.of_subjects(subjects) if subjects else {}
    inputs = []
    for one in asked:
        answered = tags.get(one.reply_to_id) if one.reply_to_id else None
        prior = _mean([mixes[subject] for subject in one.subjects() if subject in mixes])
        there = Context(one.reply_to_text, None if one.reply_to_text else answered, prior)
        is_known = one.reply_to_text or answered or prior
        inputs.append(TextInput(one.text, one.kind, one.locale, there if is_known else None))
    return inputs


def _mean(known: Sequence[Scores]) -> Scores | None:
    if not known:
        return None
    return tuple(sum(shares) / len(known) for shares in zip(*known, strict=True))
