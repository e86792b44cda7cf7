"""How people feel about things, as the contract has it; used by calls and by events."""

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration

from resonance.emotion_tag.v1 import emotion_pb2, subject_pb2
from services.emotion_tag.domain.aspect import Aspect
from services.emotion_tag.domain.product_emotion import ProductEmotion
from services.emotion_tag.domain.product_tag import tag_name
from services.emotion_tag.domain.subject import Subject, SubjectKind
from services.emotion_tag.domain.subject_profile import AspectView, Share, SubjectProfile
from services.emotion_tag.domain.subject_trend import Slope, Span
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity
from services.emotion_tag.domain.voice import (
    EMOTION,
    POLARITIES,
    POLARITY,
    TEXTS,
    VOLUME,
)
from services.emotion_tag.wire import (
    ASPECT_NUMBERS,
    EMOTION_NUMBERS,
    POLARITY_NUMBERS,
    to_scores,
    to_time,
)

SUBJECT_KIND_NUMBERS = {
    kind: emotion_pb2.SubjectKind.Value(f"SUBJECT_KIND_{kind.value.upper()}")
    for kind in SubjectKind
}
SUBJECT_KINDS = {number: kind for kind, number in SUBJECT_KIND_NUMBERS.items()}

_Tag = tuple[Emotion | None, Aspect | None, Polarity]


def to_subject(subject: Subject, name: str = "") -> emotion_pb2.Subject:
    """A subject, and how most write it where that is known."""
    return emotion_pb2.Subject(
        kind=SUBJECT_KIND_NUMBERS[subject.kind], subject_id=subject.subject_id, name=name
    )


def from_subject(kind: int, subject_id: str) -> Subject:
    """Read a subject whose kind was checked at the edge."""
    return Subject.named(SUBJECT_KINDS[emotion_pb2.SubjectKind.ValueType(kind)], subject_id)


def to_share(share: Share) -> subject_pb2.ShareEstimate:
    low, high = share.interval
    return subject_pb2.ShareEstimate(share=share.share, low=low, high=high)


def to_aspect(view: AspectView) -> subject_pb2.AspectEstimate:
    return subject_pb2.AspectEstimate(
        aspect=ASPECT_NUMBERS[view.aspect],
        volume=view.volume,
        positive_volume=view.positive,
        negative_volume=view.negative,
        positive_share=to_share(view.positive_share),
        complaint=EMOTION_NUMBERS[view.complaint]
        if view.complaint
        else emotion_pb2.EMOTION_UNSPECIFIED,
    )


def to_span(span: Span) -> subject_pb2.SubjectSpan:
    leaning = dict(zip(POLARITIES, span.sums[POLARITY].tolist(), strict=True))
    felt = zip(EMOTIONS, span.sums[EMOTION].tolist(), strict=True)
    return subject_pb2.SubjectSpan(
        start_time=to_time(span.starts_at),
        end_time=to_time(span.ends_at),
        text_count=round(float(span.sums[TEXTS])),
        volume=float(span.sums[VOLUME]),
        positive_volume=leaning[Polarity.POSITIVE],
        negative_volume=leaning[Polarity.NEGATIVE],
        mixed_volume=leaning[Polarity.MIXED],
        emotions=[
            subject_pb2.EmotionVolume(emotion=EMOTION_NUMBERS[emotion], volume=volume)
            for emotion, volume in felt
            if volume > 0
        ],
    )


def to_slope(slope: Slope | None) -> subject_pb2.SubjectSlope | None:
    if slope is None:
        return None
    return subject_pb2.SubjectSlope(
        per_day=slope.per_day, low=slope.low, high=slope.high, is_significant=slope.is_sure
    )


def to_profile(profile: SubjectProfile) -> subject_pb2.SubjectProfile:
    """The profile without its trend and counts; shares of nothing are left out."""
    heard = profile.volume > 0
    return subject_pb2.SubjectProfile(
        subject=to_subject(profile.subject),
        emotion=EMOTION_NUMBERS[profile.emotion],
        mix=[
            subject_pb2.EmotionEstimate(emotion=EMOTION_NUMBERS[one], share=to_share(share))
            for one, share in profile.mix
            if heard
        ],
        polarities=[
            subject_pb2.PolarityEstimate(polarity=POLARITY_NUMBERS[one], share=to_share(share))
            for one, share in profile.polarities
            if heard
        ],
        valence=profile.valence,
        intensity=profile.intensity,
        volume=profile.volume,
        author_volume=profile.authors,
        aspects=[to_aspect(view) for view in profile.aspects],
        is_reliable=profile.is_reliable,
    )


def to_product_tag(tag: _Tag, *, share: float, confidence: float) -> subject_pb2.ProductEmotionTag:
    """A tag without the time since when it is held."""
    emotion, aspect, polarity = tag
    name = tag_name(emotion, aspect, polarity)
    return subject_pb2.ProductEmotionTag(
        names={"zh-Hans": name.zh_hans, "zh-Hant": name.zh_hant, "en": name.en},
        emotion=EMOTION_NUMBERS[emotion] if emotion else emotion_pb2.EMOTION_UNSPECIFIED,
        aspect=ASPECT_NUMBERS[aspect] if aspect else emotion_pb2.ASPECT_UNSPECIFIED,
        polarity=POLARITY_NUMBERS[polarity],
        share=share,
        confidence=confidence,
    )


def to_product(product: ProductEmotion) -> subject_pb2.ProductEmotion:
    profile = product.profile
    polarities, heard = dict(profile.polarities), profile.volume > 0
    found = subject_pb2.ProductEmotion(
        item_id=product.item_id,
        mix=to_scores([(emotion, share.share) for emotion, share in profile.mix if heard]),
        positive_share=polarities[Polarity.POSITIVE].share if heard else 0.0,
        negative_share=polarities[Polarity.NEGATIVE].share if heard else 0.0,
        valence=profile.valence,
        intensity=profile.intensity,
        volume=profile.volume,
        is_reliable=profile.is_reliable,
        update_time=to_time(profile.at),
        version=product.version,
    )
    for tag, since in product.tags:
        its = to_product_tag(
            (tag.emotion, tag.aspect, tag.polarity),
            share=tag.share.share,
            confidence=tag.confidence,
        )
        its.start_time.CopyFrom(to_time(since))
        found.tags.append(its)
    return found


def to_duration(span: timedelta) -> Duration:
    found = Duration()
    found.FromTimedelta(span)
    return found
