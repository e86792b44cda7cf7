"""Every way a use case of this service may fail; mirrored in `error_reason.proto`."""

from services.chassis.kernel.errors import Denied, Exhausted, Invalid, NotFound


class PostNotFound(NotFound):
    """There is no such post, or it was deleted."""

    reason = "POST_NOT_FOUND"


class CommentNotFound(NotFound):
    """There is no such comment (under that post), or it was deleted."""

    reason = "COMMENT_NOT_FOUND"


class UserNotFound(NotFound):
    """The person is not known here, or not yet: registration takes a moment to arrive."""

    reason = "USER_NOT_FOUND"


class SelfFollow(Invalid):
    """Nobody follows themselves."""

    reason = "SELF_FOLLOW"


class TooManyFollowed(Exhausted):
    """The person follows as many people as are allowed."""

    reason = "TOO_MANY_FOLLOWED"


class BadPageToken(Invalid):
    """The token is not one that this list gave out."""

    reason = "BAD_PAGE_TOKEN"


class ImportNotAllowed(Denied):
    """Only operators may publish with a time of the past."""

    reason = "IMPORT_NOT_ALLOWED"


class NotTheAuthor(Denied):
    """Only its author may do that."""

    reason = "NOT_THE_AUTHOR"
