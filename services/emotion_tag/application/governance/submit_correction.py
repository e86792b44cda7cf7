"""Take in what a person says a text feels like, and show what people have decided."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.chassis.kernel.events import DomainEvent
from services.chassis.kernel.ids import new_id
from services.emotion_tag.application.governance.ports import (
    GovernanceTransaction,
    GovernanceTransactions,
)
from services.emotion_tag.application.moods.remake_mood import remake_mood
from services.emotion_tag.domain.correction import (
    Adjudication,
    AspectLabel,
    Correction,
    adjudicate,
    corrected,
)
from services.emotion_tag.domain.errors import NotARater
from services.emotion_tag.domain.events import ContentCorrected
from services.emotion_tag.domain.taxonomy import Emotion, Polarity

RATERS = frozenset({"agent", "operator", "admin"})


@dataclass(frozen=True, kw_only=True)
class SubmitCorrection:
    """What the caller says; `roles` are theirs."""

    content_id: UUID
    rater_id: UUID | None
    roles: Collection[str]
    emotion: Emotion
    polarity: Polarity
    aspects: tuple[AspectLabel, ...]
    reason: str


async def submit_correction(
    command: SubmitCorrection,
    transactions: GovernanceTransactions,
    clock: Clock,
    *,
    half_life: timedelta,
) -> tuple[Correction, Adjudication | None]:
    """Store what the caller says now, and decide anew what is shown.

    Raises:
        TagNotFound: the content has no tag.
        NotARater: the caller is no rater, and the tag does not name them as the author.
    """
    now = clock.now()
    async with transactions() as tx:
        author_id = await tx.tags.author_of(command.content_id)
        await tx.people.hold_allowing([author_id] if author_id else [])
        content, known, model = await tx.corrections.hold(command.content_id)
        is_author = content.author_id is not None and content.author_id == command.rater_id
        if command.rater_id is None or not (is_author or RATERS & set(command.roles)):
            raise NotARater(
                "Raters are agents, operators, and the author whom the tag names. It names who had"
                " granted emotion_inference when it was made: an author grants that, and may"
                " correct what is tagged from then on.",
                purpose="PURPOSE_EMOTION_INFERENCE",
            )
        said = Correction(
            correction_id=new_id(),
            content_id=command.content_id,
            rater_id=command.rater_id,
            is_author=is_author,
            emotion=command.emotion,
            polarity=command.polarity,
            aspects=command.aspects,
            reason=command.reason,
            model_emotion=model.emotion,
            model_version=model.model_version,
            created_at=now,
        )
        before = await tx.corrections.current(command.content_id)
        mine = next((one for one in before if one.rater_id == command.rater_id), None)
        if mine is not None and mine.says_the_same(said):
            return mine, known
        await tx.corrections.put(said)
        await tx.reviews.done(command.content_id, command.rater_id, rated=True)
        decided = adjudicate([*(one for one in before if one is not mine), said], now)
        if decided is None and known is None:
            return said, None
        shown = corrected(model, decided) if decided else model
        await tx.corrections.decide(command.content_id, decided, shown, model)
        await tx.gold.relabel(command.content_id, decided)
        if shown == content.tag:
            return said, decided
        told: list[DomainEvent] = [
            ContentCorrected(
                content=replace(content, tag=shown), former_tag=content.tag, occurred_at=now
            )
        ]
        told += await _moods(content.author_id, tx, clock, half_life)
        await tx.outbox.add(told)
    return said, decided


async def _moods(
    author_id: UUID | None, tx: GovernanceTransaction, clock: Clock, half_life: timedelta
) -> list[DomainEvent]:
    """Make the author's mood anew of the tags as they are now, if there is one."""
    if author_id is None:
        return []
    return list(await remake_mood(author_id, tx, clock.now(), half_life=half_life))
