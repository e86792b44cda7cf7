"""Leaves a caller enough of its deadline to hear why we failed, and a neighbour what is left."""

import asyncio
from contextvars import ContextVar
from datetime import timedelta

from services.chassis.rpc.errors import DeadlineTooShort

# Kept back so that a timeout of ours is reported instead of the caller's own.
# Source: letsencrypt/boulder, grpc/interceptors.go.
RETURN_OVERHEAD = timedelta(milliseconds=20).total_seconds()
# Below this nothing useful can be done. Boulder takes 100 ms, its work being signatures by
# hardware; our reads answer in one to five.
LEAST_WORK = timedelta(milliseconds=10).total_seconds()
# For a caller that named none; a stream may then live as long as it likes.
NO_DEADLINE = timedelta(seconds=30).total_seconds()

_ends_at: ContextVar[float | None] = ContextVar("ends_at", default=None)


def admit(remaining: float | None, *, is_stream: bool) -> float | None:
    """Set until when this call may work, on the event loop's clock; None is without end.

    `remaining` is what the caller left, in seconds, None if it named no deadline.

    Raises:
        DeadlineTooShort: less is left than any work takes.
    """
    if remaining is None:
        if is_stream:
            return None
        remaining = NO_DEADLINE
    budget = remaining - RETURN_OVERHEAD
    if budget < LEAST_WORK:
        raise DeadlineTooShort("Too little time is left to begin.")
    ends_at = asyncio.get_running_loop().time() + budget
    _ends_at.set(ends_at)
    return ends_at


def remaining() -> float | None:
    """Return the seconds that this call may still work (may be negative); None is without end."""
    ends_at = _ends_at.get()
    return None if ends_at is None else ends_at - asyncio.get_running_loop().time()
