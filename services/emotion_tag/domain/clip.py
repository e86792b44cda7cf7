"""A short clip: frames with their findings, and what they make together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from services.emotion_tag.domain.fusion import Findings, mean_tag
from services.emotion_tag.domain.picture import Picture
from services.emotion_tag.domain.tag import EmotionTag
from services.emotion_tag.domain.taxonomy import Emotion

MAX_CLIP_BYTES = 3 * 1024 * 1024  # in a request; picture_service.proto says the same
MAX_MEDIA_CLIP_BYTES = 32 * 1024 * 1024
"""Of a clip that lies in the media folder: a minute of a phone's 720p has about 10 MiB."""

MAX_CLIP = timedelta(seconds=60)
EVERY = timedelta(seconds=1)
"""Between two frames that are looked at."""

MAX_TEXT_FRAMES = 20
"""Frames whose text is read, of those that differ from the last one read: reading costs half a
second, and captions stay on screen for longer than one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A frame and when it is shown."""

    offset: timedelta
    picture: Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """What is in a clip."""

    width: int
    height: int
    duration: timedelta
    frames: tuple[Frame, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What a frame feels like."""

    offset: timedelta
    findings: Findings


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFindings:
    """What a clip feels like over all, and moment by moment."""

    tag: EmotionTag
    shares: tuple[tuple[Emotion, float], ...]
    """How the top emotions divide the moments, largest first."""
    moments: tuple[Moment, ...]


def summed_up(moments: Sequence[Moment]) -> ClipFindings:
    """The moments and what they make together."""
    tops = Counter(moment.findings.tag.emotion for moment in moments)
    return ClipFindings(
        tag=mean_tag([moment.findings.tag for moment in moments]),
        shares=tuple((emotion, count / len(moments)) for emotion, count in tops.most_common()),
        moments=tuple(moments),
    )
