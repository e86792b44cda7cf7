"""Texts, explanations and the taxonomy as EmotionTagService has them."""

from collections.abc import Sequence
from typing import Protocol

from resonance.emotion_tag.v1 import emotion_pb2
from resonance.emotion_tag.v1 import emotion_tag_service_pb2 as pb
from resonance.type.v1.text_pb2 import LocalizedText
from services.chassis.kernel.ids import parse_id
from services.chassis.rpc.methods import Unacceptable
from services.emotion_tag.application.tagging.in_context import Asked
from services.emotion_tag.application.tagging.tag_stream import Refusal, Sent
from services.emotion_tag.domain.aspect import ASPECTS
from services.emotion_tag.domain.explanation import Explanation, Limit, PieceEffect, Tier
from services.emotion_tag.domain.locale import Locale
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import TAXONOMY, TAXONOMY_VERSION, EmotionEntry, Localized
from services.emotion_tag.wire import (
    ASPECT_NUMBERS,
    EMOTION_NUMBERS,
    POLARITY_NUMBERS,
    from_kind,
    to_scores,
    to_tag,
)

_TIERS = {tier: pb.Tier.Value(f"TIER_{tier.value.upper()}") for tier in Tier}


class _Text(Protocol):
    """What the three messages with a text have in common."""

    text: str
    kind: emotion_pb2.TextKind.ValueType
    locale: str

    @property
    def context(self) -> pb.TextContext: ...


def from_text(message: _Text) -> Asked:
    """Read a TextInput, a TagTextRequest or an ExplainTagRequest."""
    context = message.context
    replied = context.reply_to_id
    return Asked(
        text=message.text,
        kind=from_kind(message.kind),
        locale=message.locale,
        reply_to_text=context.reply_to_text,
        reply_to_id=parse_id(replied, "context.reply_to_id") if replied else None,
        item_id=context.item_id,
        room_id=context.room_id,
    )


def from_stream(message: pb.TagStreamRequest | Unacceptable) -> Sent:
    """Read one message of a stream; one that breaks a rule is refused, with the id it came with."""
    if isinstance(message, Unacceptable):
        return Sent(message.message.id, Refusal(message.why.reason, str(message.why)))
    return Sent(message.id, from_text(message.text))


def to_stream_answer(message_id: str, outcome: EmotionTag | Refusal) -> pb.TagStreamResponse:
    if isinstance(outcome, EmotionTag):
        return pb.TagStreamResponse(id=message_id, tag=to_tag(outcome))
    refusal = pb.TextRefusal(reason=outcome.reason, message=outcome.message)
    return pb.TagStreamResponse(id=message_id, refusal=refusal)


def to_explanation(explanation: Explanation) -> pb.ExplainTagResponse:
    alone = explanation.without_context
    return pb.ExplainTagResponse(
        tag=to_tag(explanation.tag),
        tier=_TIERS[explanation.inside.tier],
        pieces=[_piece(effect) for effect in explanation.pieces],
        alternatives=to_scores(explanation.alternatives()),
        thresholds=[_threshold(limit) for limit in explanation.inside.limits],
        tag_without_context=to_tag(alone) if alone else None,
        readings=explanation.readings,
        lexicon_version=explanation.inside.lexicon_version,
    )


def to_taxonomy(locales: Sequence[Locale]) -> pb.GetTaxonomyResponse:
    return pb.GetTaxonomyResponse(
        taxonomy_version=TAXONOMY_VERSION,
        emotions=[_emotion(entry, locales) for entry in TAXONOMY.values()],
        aspects=[
            pb.AspectDescription(
                aspect=ASPECT_NUMBERS[aspect],
                names={locale.name: locale.aspect_names[aspect] for locale in locales},
            )
            for aspect in ASPECTS
        ],
        locales=[locale.name for locale in locales],
    )


def _emotion(entry: EmotionEntry, locales: Sequence[Locale]) -> pb.EmotionDescription:
    return pb.EmotionDescription(
        emotion=EMOTION_NUMBERS[entry.emotion],
        name=_localized(entry.name),
        smp_parent=entry.smp_parent,
        ekman_parent=entry.ekman_parent,
        valence=entry.valence,
        arousal=entry.arousal,
        polarity=POLARITY_NUMBERS[entry.polarity],
        example=_localized(entry.example),
        plutchik_parent=entry.plutchik_parent,
        names={locale.name: locale.emotion_names[entry.emotion] for locale in locales},
        examples={locale.name: locale.examples[entry.emotion] for locale in locales},
        is_derived=entry.derivation is not None,
        derivation=_localized(entry.derivation) if entry.derivation else None,
    )


def _localized(text: Localized) -> LocalizedText:
    return LocalizedText(zh=text.zh_hans, en=text.en)


def _piece(effect: PieceEffect) -> pb.PieceEffect:
    return pb.PieceEffect(
        start=effect.piece.start,
        end=effect.piece.end,
        contribution=effect.contribution,
        emotion_without=EMOTION_NUMBERS[effect.emotion_without],
        polarity_without=POLARITY_NUMBERS[effect.polarity_without],
        confidence_without=effect.confidence_without,
        wide_contribution=effect.wide_contribution,
    )


def _threshold(limit: Limit) -> pb.DecidedThreshold:
    return pb.DecidedThreshold(
        name=limit.name,
        limit=limit.limit,
        value=limit.value,
        is_reached=limit.is_reached,
        meaning=_localized(limit.meaning),
    )
