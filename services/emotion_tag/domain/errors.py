"""Every way a call or an event may fail here on purpose."""

from datetime import timedelta

from services.chassis.kernel.errors import (
    AlreadyExists,
    Denied,
    Exhausted,
    Invalid,
    NotFound,
    Refused,
    Unavailable,
)


class TagNotFound(NotFound):
    """The content has not been tagged, or its tag was forgotten."""

    reason = "TAG_NOT_FOUND"


class ContentUnreachable(Unavailable):
    """The content could not be read from its owner in time."""

    reason = "CONTENT_UNREACHABLE"


class BadPageToken(Invalid):
    """The page token is not one of this list's."""

    reason = "BAD_PAGE_TOKEN"


class HistoryNotForAgents(Denied):
    """Agents see the last days of a timeline only."""

    reason = "HISTORY_NOT_FOR_AGENTS"


class DistressSignalNotFound(NotFound):
    """There is no such sign of distress, or it has expired."""

    reason = "DISTRESS_SIGNAL_NOT_FOUND"


class PicturesNotInstalled(Refused):
    """Pictures cannot be read here: the picture extra is not installed."""

    reason = "PICTURES_NOT_INSTALLED"


class PictureConsentMissing(Refused):
    """The person has not granted `picture_inference`."""

    reason = "PICTURE_CONSENT_MISSING"


class PictureUnreadable(Invalid):
    """No picture or clip of the kinds taken, or a damaged one."""

    reason = "PICTURE_UNREADABLE"


class PictureTooLarge(Invalid):
    """More bytes, pixels or seconds than are taken."""

    reason = "PICTURE_TOO_LARGE"


class PictureTooSlow(Exhausted):
    """Reading was stopped because it took too long; the same picture will again."""

    reason = "PICTURE_TOO_SLOW"


class PicturesBusy(Exhausted):
    """Too many pictures are waiting."""

    reason = "PICTURES_BUSY"
    retry_after = timedelta(seconds=2)


class MediaNotFound(NotFound):
    """There is no such file in the person's media folder, or there is no media folder."""

    reason = "MEDIA_NOT_FOUND"


class AlertNotFound(NotFound):
    """There is no such alert."""

    reason = "ALERT_NOT_FOUND"


class WrongAlertState(Refused):
    """The alert is in another state than this needs."""

    reason = "WRONG_ALERT_STATE"


class NotARater(Denied):
    """The caller may not rate this text."""

    reason = "NOT_A_RATER"


class ReviewNotFound(NotFound):
    """The text does not wait for a rater, or the caller has not claimed it."""

    reason = "REVIEW_NOT_FOUND"


class GoldSetNotFound(NotFound):
    """There is no such gold set."""

    reason = "GOLD_SET_NOT_FOUND"


class GoldSetExists(AlreadyExists):
    """A gold set of this name exists."""

    reason = "GOLD_SET_EXISTS"


class GoldSetFull(Exhausted):
    """The gold set would have more texts than it may."""

    reason = "GOLD_SET_FULL"


class GoldSetEmpty(Refused):
    """The gold set has no texts to hold a model against."""

    reason = "GOLD_SET_EMPTY"


class NotAdjudicated(NotFound):
    """People have not decided on this content."""

    reason = "NOT_ADJUDICATED"


class ModelNotFound(NotFound):
    """No model of this version can be loaded."""

    reason = "MODEL_NOT_FOUND"


class ModelIsActive(Refused):
    """This model answers already."""

    reason = "MODEL_IS_ACTIVE"


class EvaluationNotFound(NotFound):
    """There is no such evaluation, or the model was not evaluated on this gold set."""

    reason = "EVALUATION_NOT_FOUND"


class GatesNotPassed(Refused):
    """The metadata names each gate that is not passed, with its figure and its limit."""

    reason = "GATES_NOT_PASSED"


class OverrideNotAllowed(Denied):
    """Only an admin may override gates."""

    reason = "OVERRIDE_NOT_ALLOWED"


class NoFormerModel(Refused):
    """No model answered before this one, or it is gone."""

    reason = "NO_FORMER_MODEL"
