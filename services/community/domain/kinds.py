"""The kinds of things said; numbers are those of the contract, and of the rows."""

from enum import IntEnum


class PostKind(IntEnum):
    """What a post is."""

    NOTE = 1
    REVIEW = 2
    SHOW_ORDER = 3


class ReactionKind(IntEnum):
    """How somebody reacts to a post; NONE is never stored."""

    NONE = 0
    LIKE = 1
    USEFUL = 2
    HUG = 3


class TextKind(IntEnum):
    """What a text is to those who read it for its emotion."""

    COMMENT = 1
    REVIEW = 2
    POST = 4


UNKNOWN_EMOTION = 0
"""Not tagged yet, or the model is unsure."""
