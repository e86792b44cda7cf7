"""Token buckets: a steady rate, and a burst after a pause."""

import math
from collections import OrderedDict
from dataclasses import dataclass

from gateway.problems.problem import Refusal, refuse

REMEMBERED = 50_000
"""Keys with a bucket, about 200 bytes each. Beyond that the longest unused is forgotten, full."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What is left after a call."""

    limit: int
    remaining: int
    reset: int
    """Seconds until the bucket is full again."""

    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """As draft-ietf-httpapi-ratelimit-headers wrote them up to -07, which clients know."""
        return (
            (b"ratelimit-limit", b"%d" % self.limit),
            (b"ratelimit-remaining", b"%d" % self.remaining),
            (b"ratelimit-reset", b"%d" % self.reset),
        )


class Buckets:
    """One bucket for each key."""

    def __init__(self, rate: float, burst: float, remembered: int = REMEMBERED) -> None:
        """`rate` calls a second in the long run, `burst` at once; a rate of 0 limits nothing."""
        self._rate = rate
        self._burst = max(burst, 1.0)
        self._remembered = remembered
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str, now: float) -> Grant | None:
        """Take one call from a key's bucket; `now` is in seconds on any clock that never goes back.

        Returns what is left, or None if nothing is limited.

        Raises:
            Refusal: 429 with `Retry-After`, the bucket is empty.
        """
        if not self._rate:
            return None
        levels = self._levels
        level, at = levels.get(key, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._rate)
        if level < 1:
            raise self._empty(level)
        level -= 1
        levels[key] = (level, now)
        levels.move_to_end(key)
        if len(levels) > self._remembered:
            levels.popitem(last=False)
        return Grant(int(self._burst), int(level), math.ceil((self._burst - level) / self._rate))

    def _empty(self, level: float) -> Refusal:
        wait = math.ceil((1 - level) / self._rate)
        full = math.ceil((self._burst - level) / self._rate)
        return refuse(
            429,
            "RATE_LIMITED",
            f"Too many calls: {self._rate:g} a second are granted, {int(self._burst)} at once.",
            (b"retry-after", b"%d" % max(wait, 1)),
            *Grant(int(self._burst), 0, full).headers(),
        )
