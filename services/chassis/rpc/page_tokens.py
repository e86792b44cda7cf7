"""Page tokens: where a list goes on, in a form that nobody builds by hand.

A token is good for the list it was made for; one that strayed to another list, was changed or made
up is refused. It does not expire: positions stay true while rows come and go. Without a key it is
no secret: who makes one gets a page that they could have had anyway.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from struct import Struct
from typing import Any
from uuid import UUID

from services.chassis.kernel.errors import Invalid

_MAC_BYTES = 12  # 96 bits: guessing is hopeless, and the token stays short
_ID = Struct("16s")


def page_size(asked: int, default: int) -> int:
    """0 means the default; the contract caps the rest."""
    return asked or default


class PageTokens:
    """Makes and reads the tokens of a service's lists.

    `list_name` names a list with all that selects its rows. The position of most lists is the id of
    the last row (`after`, `following`); another one (`open`, `seal`) has a form of its list's own.
    """

    def __init__(self, refusal: type[Invalid], key: str = "") -> None:
        """`refusal` is the service's own; `key` is the same in every replica."""
        self._refusal = refusal
        self._key = hashlib.sha256(b"page tokens\0" + key.encode()).digest()

    def after(self, list_name: str, token: str) -> UUID | None:
        """The id that the page follows; None on the first page.

        Raises:
            Invalid: the service's refusal: this list did not give it out.
        """
        if not token:
            return None
        (last,) = self.unpack(list_name, token, _ID)
        return UUID(bytes=last)

    def following(
        self, list_name: str, rows: Sequence[object], size: int, last: UUID | None
    ) -> str:
        """The token of the page behind a full one; "" when `rows` was not full."""
        if len(rows) < size or last is None:
            return ""
        return self.seal(list_name, last.bytes)

    def seal(self, list_name: str, position: bytes) -> str:
        """Make the token of a position."""
        message = list_name.encode() + b"\0" + position
        mac = hmac.new(self._key, message, hashlib.sha256).digest()[:_MAC_BYTES]
        return urlsafe_b64encode(mac + position).decode()

    def unpack(self, list_name: str, token: str, form: Struct) -> tuple[Any, ...]:
        """Read a position of this form; that of an older version is refused like a foreign one.

        Raises:
            Invalid: as `open` does.
        """
        position = self.open(list_name, token)
        if len(position) != form.size:
            raise self._stray()
        return form.unpack(position)

    def open(self, list_name: str, token: str) -> bytes:
        """Read the position from a token.

        Raises:
            Invalid: the service's refusal: this list did not give it out.
        """
        try:
            position = urlsafe_b64decode(token.encode("ascii"))[_MAC_BYTES:]
        except ValueError:
            position = b""
        # One position has one spelling: what we would have written, letter by letter.
        right = self.seal(list_name, position)
        if not hmac.compare_digest(right.encode(), token.encode()):
            raise self._stray()
        return position

    def _stray(self) -> Invalid:
        return self._refusal("The page token is not one of this list's; start without one.")
