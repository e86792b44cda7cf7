"""Every way a call or an event may fail here on purpose."""

from services.chassis.kernel.errors import NotFound, Unavailable


class TagNotFound(NotFound):
    """The content has not been tagged, or its tag was forgotten."""

    reason = "TAG_NOT_FOUND"


class ContentUnreachable(Unavailable):
    """The content could not be read from its owner in time."""

    reason = "CONTENT_UNREACHABLE"
