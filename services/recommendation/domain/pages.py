"""Page tokens that carry what was shown, so that nothing is shown twice, whatever changes.

A list is ranked anew for every page: a behaviour, a mood, a new model or another replica may have
changed it. What was shown travels in the token as a Bloom filter, which never forgets: an item that
was shown is always left out. Now and then it also leaves out one that was not (at worst 1 of 20 on
the last page), which nobody misses. Source: Bloom 1970; k = 4, 1,280 bits for 200 items.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from services.recommendation.domain.errors import BadPageToken

LONGEST_LIST = 200
"""Items over all pages of a list."""

BITS = 1280
MARKS = 4
"""Bits that stand for an item."""

_SEAL_BYTES = 8
_COUNT_BYTES = 2
_FILTER_BYTES = BITS // 8


def marks_of(item_id: str) -> tuple[int, ...]:
    """Return the bits that stand for an item."""
    digest = hashlib.blake2b(item_id.encode(), digest_size=2 * MARKS).digest()
    return tuple(int.from_bytes(digest[at : at + 2]) % BITS for at in range(0, 2 * MARKS, 2))


@dataclass(frozen=True)
class Shown:
    """What the earlier pages of a list have shown."""

    count: int = 0
    bits: int = 0

    def and_also(self, item_ids: Iterable[str]) -> Self:
        """Return this with more items."""
        count, bits = self.count, self.bits
        for item_id in item_ids:
            count += 1
            for mark in marks_of(item_id):
                bits |= 1 << mark
        return type(self)(count, bits)

    def hides(self, marks: NDArray[np.uint16]) -> NDArray[np.bool_]:
        """For each row of marks, whether its item may have been shown."""
        packed = np.frombuffer(self.bits.to_bytes(_FILTER_BYTES, "little"), np.uint8)
        flags = np.unpackbits(packed, bitorder="little").astype(np.bool_)
        return np.asarray(flags[marks].all(axis=1))

    def token(self, about: bytes) -> str:
        """Write it down; `about` is all that the request says besides the page."""
        content = self.count.to_bytes(_COUNT_BYTES) + self.bits.to_bytes(_FILTER_BYTES, "little")
        return base64.urlsafe_b64encode(_seal(content, about) + content).decode().rstrip("=")

    @classmethod
    def read(cls, token: str, about: bytes) -> Self:
        """Read a token; an empty one is the first page.

        The seal finds mistakes, not attacks: who forges one only garbles their own list.

        Raises:
            BadPageToken: it is damaged, or of a list that was asked for differently.
        """
        if not token:
            return cls()
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            raw = b""
        seal, content = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
        if len(content) != _COUNT_BYTES + _FILTER_BYTES or seal != _seal(content, about):
            raise BadPageToken("The page token is not one of this list's.")
        return cls(
            int.from_bytes(content[:_COUNT_BYTES]),
            int.from_bytes(content[_COUNT_BYTES:], "little"),
        )


NOTHING_SHOWN = Shown()


def _seal(content: bytes, about: bytes) -> bytes:
    return hashlib.blake2b(
        content, digest_size=_SEAL_BYTES, key=hashlib.sha256(about).digest()
    ).digest()
