"""What personal data may be used for."""

from enum import IntEnum


class Purpose(IntEnum):
    """The numbers are those of `consent.proto`; they are stored."""

    PERSONALIZATION = 1
    MARKETING = 2
    ANALYTICS = 3
    CROSS_PLATFORM_FUSION = 4
    EMOTION_INFERENCE = 5
    PICTURE_INFERENCE = 6
