"""Ids that sort by the time they were made (UUIDv7, RFC 9562)."""

import os
import threading
import time
from datetime import datetime
from uuid import UUID

from services.chassis.kernel.errors import InvalidField

_COUNTER_BITS = 12  # rand_a, used as a counter: RFC 9562, section 6.2, method 1
_VERSION_7 = 0x7 << 76
_VARIANT = 0b10 << 62


class _Ticks:
    """Milliseconds and a counter that never repeat or fall back within the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        """Return `milliseconds << 12 | counter`, larger than every one before."""
        now = (time.time_ns() // 1_000_000) << _COUNTER_BITS
        with self._lock:
            self._last = max(now, self._last + 1)
            return self._last


_ticks = _Ticks()


def new_id() -> UUID:
    """Make a UUIDv7 that is larger than every one this process made before.

    More than 4,096 in a millisecond borrow from the next millisecond.
    """
    return _id_of(_ticks.next())


def new_id_at(moment: datetime) -> UUID:
    """Make a UUIDv7 that sorts where `moment` (aware, from 1970 on) is, for imported history."""
    milliseconds = int(moment.timestamp() * 1000)
    return _id_of(milliseconds << _COUNTER_BITS | int.from_bytes(os.urandom(2)) >> 4)


def _id_of(tick: int) -> UUID:
    milliseconds, counter = tick >> _COUNTER_BITS, tick & ((1 << _COUNTER_BITS) - 1)
    random = int.from_bytes(os.urandom(8)) >> 2
    return UUID(int=milliseconds << 80 | _VERSION_7 | counter << 64 | _VARIANT | random)


def parse_id(text: str, field: str) -> UUID:
    """Read an id from a request; `field` is its path there.

    Only the canonical form of 36 characters is read, so that one id has one spelling.

    Raises:
        InvalidField: it is not a UUID in that form.
    """
    try:
        parsed = UUID(text)
    except ValueError:
        parsed = None
    if parsed is None or str(parsed) != text.lower():
        raise InvalidField(field, "uuid", "Must be a UUID in its form of 36 characters.")
    return parsed
