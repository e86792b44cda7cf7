"""Page tokens: where a list goes on, opaque and signed.

A token is good for the list and the owner it was made for; anything else is refused, as is one
that was changed or made by hand. It does not expire: positions stay true while rows come and go.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID

from services.community.domain.errors import BadPageToken

_MAC_BYTES = 12  # 96 bits: guessing is hopeless, and the token stays short


class PageTokens:
    """Makes and reads the tokens of all lists, with one key."""

    def __init__(self, key: str) -> None:
        self._key = hashlib.sha256(b"community page tokens\0" + key.encode()).digest()

    def seal(self, list_name: str, owner: UUID, position: bytes) -> str:
        """Make the token of a position, which has a length of its list's own."""
        message = list_name.encode() + b"\0" + owner.bytes + position
        mac = hmac.new(self._key, message, hashlib.sha256).digest()[:_MAC_BYTES]
        return urlsafe_b64encode(mac + position).decode()

    def open(self, list_name: str, owner: UUID, token: str) -> bytes:
        """Read the position from a token.

        Raises:
            BadPageToken: this list did not give it out for this owner.
        """
        try:
            position = urlsafe_b64decode(token.encode("ascii"))[_MAC_BYTES:]
        except ValueError:
            position = b""
        # One position has one spelling: what we would have written, letter by letter.
        right = self.seal(list_name, owner, position)
        if not hmac.compare_digest(right.encode(), token.encode()):
            raise BadPageToken("Not a page token of this list; start without one.")
        return position
