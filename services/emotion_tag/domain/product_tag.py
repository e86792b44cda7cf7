"""What a product is known for: tags that its profile earns, surely enough and without flicker.

A tag comes when its share surely (90 %) is above a threshold, and goes when it more likely than not
has fallen below four fifths of it: between the two it stays as it is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain

from services.emotion_tag.domain.aspect import ASPECT_NAMES, Aspect
from services.emotion_tag.domain.beta import beta_below
from services.emotion_tag.domain.subject_profile import (
    PRIOR_TEXTS,
    RELIABLE_VOLUME,
    AspectView,
    SubjectProfile,
)
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY, Emotion, Localized, Polarity

SURE = 0.9
STAYS = 0.8
"""Of the threshold, and of the volume that a tag needs to come."""

LEAST_LEANING = 5.0
"""Texts that praise or complain of an aspect, for a tag about it."""

# What share of all that is felt is worth telling: liking is what most people say of most things,
# so it takes half; a tenth that are afraid or disgusted is a lot.
_THRESHOLDS: Mapping[Emotion, float] = {
    Emotion.JOY: 0.2,
    Emotion.LIKE: 0.5,
    Emotion.GRATITUDE: 0.1,
    Emotion.ANTICIPATION: 0.2,
    Emotion.SURPRISE: 0.15,
    Emotion.SADNESS: 0.15,
    Emotion.DISAPPOINTMENT: 0.2,
    Emotion.ANGER: 0.15,
    Emotion.DISGUST: 0.1,
    Emotion.FEAR: 0.1,
    Emotion.BOREDOM: 0.1,
}
_PRAISED, _FAULTED = 0.75, 0.5

_FELT: Mapping[Emotion, Localized] = {
    Emotion.JOY: Localized("让人开心", "讓人開心", "joyful"),
    Emotion.LIKE: Localized("讨人喜欢", "討人喜歡", "well liked"),
    Emotion.GRATITUDE: Localized("让人感激", "讓人感激", "people are grateful for it"),
    Emotion.ANTICIPATION: Localized("令人期待", "令人期待", "longed for"),
    Emotion.SURPRISE: Localized("出人意料", "出人意料", "surprising"),
    Emotion.SADNESS: Localized("让人难过", "讓人難過", "saddening"),
    Emotion.DISAPPOINTMENT: Localized("让人失望", "讓人失望", "disappointing"),
    Emotion.ANGER: Localized("让人生气", "讓人生氣", "makes people angry"),
    Emotion.DISGUST: Localized("让人反感", "讓人反感", "off-putting"),
    Emotion.FEAR: Localized("让人担心", "讓人擔心", "worrying"),
    Emotion.BOREDOM: Localized("让人觉得无聊", "讓人覺得無聊", "boring"),
}
_ABOUT: Mapping[Emotion, str] = {
    Emotion.SADNESS: "sad about",
    Emotion.DISAPPOINTMENT: "disappointed by",
    Emotion.ANGER: "angry about",
    Emotion.DISGUST: "put off by",
    Emotion.FEAR: "worried about",
    Emotion.BOREDOM: "bored by",
}


@dataclass(frozen=True, slots=True)
class ProductTag:
    """One thing a product is known for."""

    emotion: Emotion | None
    """None for an aspect that is complained of without a feeling, or praised."""
    aspect: Aspect | None
    polarity: Polarity
    share: float
    """Of all that is felt; for an aspect, of what leans; 0 to 1."""
    confidence: float
    """That the share really is above the threshold, 0 to 1."""

    @property
    def key(self) -> str:
        """What tells tags apart: `joy`, `praised:quality`, `faulted:logistics`."""
        if self.aspect is None:
            return str(self.emotion)
        return f"{'praised' if self.polarity is Polarity.POSITIVE else 'faulted'}:{self.aspect}"

    @property
    def name(self) -> Localized:
        """What people call it."""
        if self.aspect is None:
            assert self.emotion is not None, "a tag is about an emotion or an aspect"
            return _FELT[self.emotion]
        of = ASPECT_NAMES[self.aspect]
        if self.polarity is Polarity.POSITIVE:
            return Localized(
                f"{of.zh_hans}受好评", f"{of.zh_hant}受好評", f"praised for its {of.en}"
            )
        if self.emotion is None:
            return Localized(
                f"{of.zh_hans}被吐槽", f"{of.zh_hant}被吐槽", f"faulted for its {of.en}"
            )
        felt = _FELT[self.emotion]
        return Localized(
            f"{of.zh_hans}{felt.zh_hans}",
            f"{of.zh_hant}{felt.zh_hant}",
            f"people are {_ABOUT[self.emotion]} its {of.en}",
        )


def emotion_key(emotion: Emotion) -> str:
    """The key of the tag that says this is felt."""
    return str(emotion)


def tags_of(profile: SubjectProfile, held: Collection[str]) -> tuple[ProductTag, ...]:
    """What the profile earns, surest first; `held` are the keys of the tags that it has."""
    if profile.volume < STAYS * RELIABLE_VOLUME or (not held and not profile.is_reliable):
        return ()
    found = chain(_emotion_tags(profile, held), _aspect_tags(profile, held))
    return tuple(sorted(found, key=lambda tag: (-tag.confidence, tag.key)))


def _emotion_tags(profile: SubjectProfile, held: Collection[str]) -> list[ProductTag]:
    found = []
    for emotion in EMOTIONS[:-1]:  # neutral is nothing to be known for
        share = profile.share_of(emotion).share
        confidence = _confidence(
            share,
            profile.volume + PRIOR_TEXTS,
            _THRESHOLDS[emotion],
            is_held=emotion_key(emotion) in held,
            may_come=profile.is_reliable,
        )
        if confidence is not None:
            polarity = TAXONOMY[emotion].polarity
            found.append(ProductTag(emotion, None, polarity, share, confidence))
    return found


def _aspect_tags(profile: SubjectProfile, held: Collection[str]) -> list[ProductTag]:
    return [
        tag
        for view in profile.aspects
        for polarity in (Polarity.POSITIVE, Polarity.NEGATIVE)
        if (tag := _aspect_tag(view, polarity, held, may_come=profile.is_reliable)) is not None
    ]


def _aspect_tag(
    view: AspectView, polarity: Polarity, held: Collection[str], *, may_come: bool
) -> ProductTag | None:
    is_praise = polarity is Polarity.POSITIVE
    share = view.positive_share.share if is_praise else 1 - view.positive_share.share
    leaning = view.positive + view.negative
    emotion = None if is_praise else view.complaint
    tag = ProductTag(emotion, view.aspect, polarity, share, confidence=0.0)
    confidence = _confidence(
        share,
        leaning + PRIOR_TEXTS,
        _PRAISED if is_praise else _FAULTED,
        is_held=tag.key in held,
        may_come=may_come and leaning >= LEAST_LEANING,
    )
    if confidence is None:
        return None
    return ProductTag(emotion, view.aspect, polarity, share, confidence)


def _confidence(
    share: float, texts: float, threshold: float, *, is_held: bool, may_come: bool
) -> float | None:
    """That the share is above the threshold; None if that is no reason for a tag."""
    a, b = share * texts, (1 - share) * texts
    confidence = 1 - beta_below(threshold, a, b)
    if may_come and confidence >= SURE:
        return confidence
    if is_held and beta_below(STAYS * threshold, a, b) < 0.5:  # noqa: PLR2004 - more likely than not
        return confidence
    return None
