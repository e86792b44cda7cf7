"""Every way a call or an event may fail here on purpose."""

from services.chassis.kernel.errors import Denied, Invalid, NotFound, Unavailable


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
