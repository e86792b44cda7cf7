"""Every way a use case of recommending may fail; mirrored in error_reason.proto."""

from services.chassis.kernel.errors import Conflict, Invalid, NotFound, Refused


class ItemNotFound(NotFound):
    """The catalogue has no such item."""

    reason = "ITEM_NOT_FOUND"


class TrainingNotFound(NotFound):
    """No such training, or none was ever started."""

    reason = "TRAINING_NOT_FOUND"


class TrainingRunning(Conflict):
    """One training at a time; the id of the running one is in the metadata."""

    reason = "TRAINING_RUNNING"


class TooFewInteractions(Refused):
    """Not enough is known to train on."""

    reason = "TOO_FEW_INTERACTIONS"


class BadPageToken(Invalid):
    """The page token was not made for this list."""

    reason = "BAD_PAGE_TOKEN"
