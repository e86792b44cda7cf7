"""What recommendation does when neighbours tell something."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from resonance.community.v1.community_events_pb2 import ContentDeleted, PostReacted
from resonance.emotion_tag.v1 import subject_pb2
from resonance.emotion_tag.v1.emotion_tag_events_pb2 import (
    ContentCorrected,
    ContentTagged,
    MoodChanged,
    ProductEmotionChanged,
)
from resonance.profile.v1 import consent_pb2
from resonance.profile.v1.profile_events_pb2 import BehaviorRecorded, ConsentChanged
from services.chassis.messaging.reaction import Delivered, Reaction, each
from services.recommendation.application.hear_words import forget_words, hear_words
from services.recommendation.application.know_feelings import know_feelings
from services.recommendation.application.know_person import (
    heed_consents,
    know_moods,
)
from services.recommendation.application.learn_behaviors import learn_behaviors, learn_reactions
from services.recommendation.application.ports import Transactions
from services.recommendation.domain.behavior import Interaction, Kind, weight_of
from services.recommendation.domain.felt import Felt, KnownFor
from services.recommendation.domain.item import Mention
from services.recommendation.domain.person import Mood
from services.recommendation.domain.words import Emotion, Polarity

_KINDS = {kind.value: kind for kind in Kind if kind is not Kind.REACTION}
_EMOTIONS = {emotion.value: emotion for emotion in Emotion}
_POLARITIES = {polarity.value: polarity for polarity in Polarity}

BEHAVIORS_AT_ONCE = 500
PACE = timedelta(seconds=0.25)
"""Of what is said of items: in a busy room hundreds of texts come in a second."""
PACE_OF_MOODS = timedelta(seconds=0.05)
"""Little beside the 250 ms that a comment may take to change a list."""


def reactions(transactions: Transactions) -> Sequence[Reaction[Any]]:
    return (*_about_items(transactions), *_about_people(transactions))


def _about_items(transactions: Transactions) -> Sequence[Reaction[Any]]:
    async def learn(told: Sequence[Delivered[BehaviorRecorded]]) -> None:
        found = (_to_interaction(one) for one in told)
        await learn_behaviors([one for one in found if one is not None], transactions)

    async def react(told: Sequence[Delivered[PostReacted]]) -> None:
        latest: dict[tuple[str, str], Delivered[PostReacted]] = {}
        for one in told:
            latest[one.event.post_id, one.event.user_id] = one
        given = [item for one in latest.values() if one.event.kind for item in _to_reactions(one)]
        gone = [
            item for one in latest.values() if not one.event.kind for item in _to_reactions(one)
        ]
        taken_back = [(one.user_id, one.event_id) for one in gone]
        await learn_reactions(given, taken_back, transactions)

    async def hear(told: Sequence[Delivered[ContentTagged]]) -> None:
        found = (_to_mention(one.event, one.occurred_at) for one in told)
        await hear_words([one for one in found if one is not None], transactions)

    async def hear_corrected(told: Sequence[Delivered[ContentCorrected]]) -> None:
        found = (_to_mention(one.event.content, one.occurred_at, corrected=True) for one in told)
        await hear_words([one for one in found if one is not None], transactions)

    async def forget(told: Sequence[Delivered[ContentDeleted]]) -> None:
        await forget_words({one.event.content_id for one in told}, transactions)

    async def know(told: Sequence[Delivered[ProductEmotionChanged]]) -> None:
        felt: dict[str, Felt] = {}
        for one in told:
            its = _to_felt(one.event.product)
            known = felt.get(one.event.product.item_id)
            if known is None or known.version < its.version:
                felt[one.event.product.item_id] = its
        await know_feelings(felt, transactions)

    return (
        Reaction(
            reader="recommendation_learn_behavior",
            to=BehaviorRecorded,
            do=learn,
            batch=BEHAVIORS_AT_ONCE,
        ),
        Reaction(reader="recommendation_learn_reaction", to=PostReacted, do=react),
        Reaction(reader="recommendation_hear_words", to=ContentTagged, do=hear, pace=PACE),
        Reaction(reader="recommendation_hear_correction", to=ContentCorrected, do=hear_corrected),
        Reaction(reader="recommendation_forget_words", to=ContentDeleted, do=forget),
        Reaction(reader="recommendation_know_feelings", to=ProductEmotionChanged, do=know),
    )


def _about_people(transactions: Transactions) -> Sequence[Reaction[Any]]:
    async def heed(told: Delivered[ConsentChanged]) -> None:
        event = told.event
        await heed_consents(
            UUID(event.user_id),
            personalization=consent_pb2.PURPOSE_PERSONALIZATION in event.granted,
            emotion_inference=consent_pb2.PURPOSE_EMOTION_INFERENCE in event.granted,
            version=event.version,
            at=told.occurred_at,
            transactions=transactions,
        )

    async def feel(told: Sequence[Delivered[MoodChanged]]) -> None:
        moods: dict[UUID, Mood] = {}
        cleared: dict[UUID, int] = {}
        for one in sorted(told, key=lambda it: it.event.mood.version):
            user_id = UUID(one.event.mood.user_id)
            if one.event.is_cleared:
                cleared[user_id] = one.event.mood.version
            else:
                moods[user_id] = _to_mood(one)
        await know_moods(moods, cleared, transactions)

    return (
        Reaction(reader="recommendation_heed_consent", to=ConsentChanged, do=each(heed)),
        Reaction(reader="recommendation_feel_mood", to=MoodChanged, do=feel, pace=PACE_OF_MOODS),
    )


def _to_interaction(told: Delivered[BehaviorRecorded]) -> Interaction | None:
    behavior = told.event.behavior
    kind = _KINDS.get(behavior.type)
    if kind is None or not behavior.item_id:
        return None
    weight = weight_of(kind, rating=behavior.rating, quantity=behavior.quantity)
    if weight == 0:
        return None
    return Interaction(
        event_id=told.id,
        user_id=UUID(behavior.user_id),
        item_id=behavior.item_id,
        kind=kind,
        weight=weight,
        occurred_at=behavior.occur_time.ToDatetime(tzinfo=UTC),
    )


def _to_reactions(told: Delivered[PostReacted]) -> list[Interaction]:
    """One for each item of the post, named by post and person: reacting again adds nothing."""
    user_id = UUID(told.event.user_id)
    return [
        Interaction(
            event_id=uuid5(user_id, f"{told.event.post_id}/{item_id}"),
            user_id=user_id,
            item_id=item_id,
            kind=Kind.REACTION,
            weight=weight_of(Kind.REACTION),
            occurred_at=told.occurred_at,
        )
        for item_id in dict.fromkeys(told.event.item_ids)
    ]


def _to_mention(
    told: ContentTagged, told_at: datetime, *, corrected: bool = False
) -> Mention | None:
    """What was said of items; nothing if the tag is unsure.

    A corrected tag that is unsure counts nothing in place of what was told before.
    """
    emotion = _EMOTIONS.get(told.tag.emotion)
    polarity = _POLARITIES.get(told.tag.polarity)
    is_silent = told.tag.unsure and not corrected
    if not told.item_ids or is_silent or emotion is None or polarity is None:
        return None
    return Mention(
        content_id=told.content_id,
        item_ids=tuple(dict.fromkeys(told.item_ids)),
        emotion=emotion,
        polarity=polarity,
        weight=0.0 if told.tag.unsure else told.tag.confidence,
        said_at=told.publish_time.ToDatetime(tzinfo=UTC),
        told_at=told_at,
    )


def _to_mood(told: Delivered[MoodChanged]) -> Mood:
    mood = told.event.mood
    updated_at = told.occurred_at
    if mood.HasField("update_time"):
        updated_at = mood.update_time.ToDatetime(tzinfo=UTC)
    return Mood(
        emotion=_EMOTIONS.get(mood.emotion, Emotion.NEUTRAL),
        valence=mood.valence,
        arousal=mood.arousal,
        confidence=mood.confidence,
        updated_at=updated_at,
        version=mood.version,
    )


def _to_felt(told: subject_pb2.ProductEmotion) -> Felt:
    """What surely is felt; nothing where too few have spoken."""
    if not told.is_reliable:
        return Felt(version=told.version)
    mix = {score.emotion: score.probability for score in told.mix}
    found = (_to_known_for(tag) for tag in told.tags)
    return Felt(
        version=told.version,
        joy=mix.get(Emotion.JOY.value, 0.0),  # type: ignore[call-overload]  # a number
        known_for=tuple(tag for tag in found if tag is not None),
    )


def _to_known_for(told: subject_pb2.ProductEmotionTag) -> KnownFor | None:
    """One tag; nothing if it is of a newer contract."""
    polarity = _POLARITIES.get(told.polarity)
    if polarity is None:
        return None
    return KnownFor(
        names=dict(told.names),
        emotion=_EMOTIONS.get(told.emotion),
        aspect=told.aspect,
        polarity=polarity,
        share=told.share,
        confidence=told.confidence,
    )
