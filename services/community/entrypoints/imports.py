"""Who may publish with a time of the past, and which times."""

from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from resonance.community.v1 import community_service_pb2 as pb
from services.chassis.kernel.errors import InvalidField
from services.chassis.rpc.identity import current_caller
from services.community.domain.errors import ImportNotAllowed

OLDEST = timedelta(days=20 * 366)
IMPORTERS = frozenset({"operator", "admin"})


def import_time(
    request: pb.CreatePostRequest | pb.CreateCommentRequest, now: datetime
) -> datetime | None:
    """The time of the past that an import asks for; None for what is said now.

    Raises:
        ImportNotAllowed: the caller is a person and no operator.
        InvalidField: the time is in the future or too long ago.
    """
    if not request.HasField("publish_time"):
        return None
    caller = current_caller()
    if not caller.is_internal and not caller.roles & IMPORTERS:
        raise ImportNotAllowed("Only operators may publish with a time of the past.")
    asked = _read(request.publish_time)
    if asked is None or not now - OLDEST <= asked <= now:
        raise InvalidField(
            "publish_time", "publish_time", "Must be in the past, at most 20 years ago."
        )
    return asked


def _read(time: Timestamp) -> datetime | None:
    """The time, or None if it is outside of what a calendar holds."""
    try:
        return time.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
