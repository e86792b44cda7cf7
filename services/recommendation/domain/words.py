"""The enumerations of the contracts that rules speak of; numbers as in the protos."""

from enum import IntEnum


class Scene(IntEnum):
    """Where a list is shown."""

    HOME = 1
    ITEM = 2
    CART = 3
    LIVE = 4


class Signal(IntEnum):
    """What made an item stand where it stands."""

    TASTE = 1
    RECENT_BEHAVIOR = 2
    MOOD = 3
    WORD_OF_MOUTH = 4
    POPULARITY = 5
    SIMILAR_ITEM = 6
    NEW = 7
    EXPLORATION = 8


class Polarity(IntEnum):
    """Which way a text leans."""

    POSITIVE = 1
    NEGATIVE = 2
    NEUTRAL = 3
    MIXED = 4


class Emotion(IntEnum):
    """The taxonomy of emotion_tag, version 1."""

    JOY = 1
    LIKE = 2
    GRATITUDE = 3
    ANTICIPATION = 4
    SURPRISE = 5
    SADNESS = 6
    DISAPPOINTMENT = 7
    ANGER = 8
    DISGUST = 9
    FEAR = 10
    BOREDOM = 11
    NEUTRAL = 12


# How pleasant an emotion is, -1 to 1. Rough places on the circumplex of affect (Russell 1980);
# only the sign and the order matter to the rules here.
VALENCE = {
    Emotion.JOY: 0.8,
    Emotion.LIKE: 0.7,
    Emotion.GRATITUDE: 0.7,
    Emotion.ANTICIPATION: 0.5,
    Emotion.SURPRISE: 0.1,
    Emotion.SADNESS: -0.7,
    Emotion.DISAPPOINTMENT: -0.6,
    Emotion.ANGER: -0.8,
    Emotion.DISGUST: -0.7,
    Emotion.FEAR: -0.6,
    Emotion.BOREDOM: -0.4,
    Emotion.NEUTRAL: 0.0,
}
