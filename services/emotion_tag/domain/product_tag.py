"""What a product is known for: tags that its profile earns, surely enough and without flicker.

A tag comes when its share surely (90 %) is above a threshold, and goes when it more likely than not
has fallen below four fifths of it: between the two it stays as it is.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import chain

from services.emotion_tag.domain.aspect import ASPECT_NAMES, Aspect
from services.emotion_tag.domain.subject_profile import RELIABLE_VOLUME, Share, SubjectProfile
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY, Emotion, Localized, Polarity

SURE = 0.9
MORE_LIKELY_THAN_NOT = 0.5
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
    share: Share
    """Of all that is felt; for an aspect, of what leans."""
    threshold: float

    @property
    def confidence(self) -> float:
        """That the share really is above the threshold, 0 to 1."""
        return self.share.above(self.threshold)

    def is_earned(self, *, may_come: bool, is_held: bool) -> bool:
        """Whether a product gets it, or keeps it."""
        if may_come and self.confidence >= SURE:
            return True
        return is_held and self.share.above(STAYS * self.threshold) >= MORE_LIKELY_THAN_NOT

    @property
    def key(self) -> str:
        """What tells tags apart: `joy`, `praised:quality`, `faulted:logistics`."""
        if self.aspect is None:
            return str(self.emotion)
        return f"{'praised' if self.polarity is Polarity.POSITIVE else 'faulted'}:{self.aspect}"


def tag_name(emotion: Emotion | None, aspect: Aspect | None, polarity: Polarity) -> Localized:
    """What people call a tag."""
    if aspect is None:
        assert emotion is not None, "a tag is about an emotion or an aspect"
        return _FELT[emotion]
    of = ASPECT_NAMES[aspect]
    if polarity is Polarity.POSITIVE:
        return Localized(f"{of.zh_hans}受好评", f"{of.zh_hant}受好評", f"praised for its {of.en}")
    if emotion is None:
        return Localized(f"{of.zh_hans}被吐槽", f"{of.zh_hant}被吐槽", f"faulted for its {of.en}")
    felt = _FELT[emotion]
    return Localized(
        f"{of.zh_hans}{felt.zh_hans}",
        f"{of.zh_hant}{felt.zh_hant}",
        f"people are {_ABOUT[emotion]} its {of.en}",
    )


def tags_of(profile: SubjectProfile, held: Collection[str]) -> tuple[ProductTag, ...]:
    """What the profile earns, surest first; `held` are the keys of the tags that it has."""
    if profile.volume < STAYS * RELIABLE_VOLUME or (not held and not profile.is_reliable):
        return ()
    found = chain(_emotion_tags(profile, held), _aspect_tags(profile, held))
    return tuple(sorted(found, key=lambda tag: (-tag.confidence, tag.key)))


def _emotion_tags(profile: SubjectProfile, held: Collection[str]) -> list[ProductTag]:
    found = []
    for emotion in EMOTIONS[:-1]:  # neutral is nothing to be known for
        share = profile.share_of(emotion)
        tag = ProductTag(emotion, None, TAXONOMY[emotion].polarity, share, _THRESHOLDS[emotion])
        if tag.is_earned(may_come=profile.is_reliable, is_held=tag.key in held):
            found.append(tag)
    return found


def _aspect_tags(profile: SubjectProfile, held: Collection[str]) -> list[ProductTag]:
    found: list[ProductTag] = []
    for view in profile.aspects:
        praise = view.positive_share
        enough = profile.is_reliable and view.positive + view.negative >= LEAST_LEANING
        both = (
            ProductTag(None, view.aspect, Polarity.POSITIVE, praise, _PRAISED),
            ProductTag(view.complaint, view.aspect, Polarity.NEGATIVE, praise.reversed(), _FAULTED),
        )
        found += [tag for tag in both if tag.is_earned(may_come=enough, is_held=tag.key in held)]
    return found
