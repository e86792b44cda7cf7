"""Every way a call or an event may fail here on purpose."""

from datetime import timedelta

from services.chassis.kernel.errors import (
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
