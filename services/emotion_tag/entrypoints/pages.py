"""Page tokens: the last id of a page, in a form that nobody builds by hand.

A token carries a mark of the list it is from, so that one that strayed to another list is refused.
It is no secret: who makes one gets a page that they could have had anyway.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from services.emotion_tag.domain.errors import BadPageToken

T = TypeVar("T")

_ID_BYTES = 16
_MARK_BYTES = 8  # together a multiple of 3: no padding


def page_size(asked: int, default: int) -> int:
    """0 means the default; the contract caps the rest."""
    return asked or default


def read_token(list_name: str, token: str) -> UUID | None:
    """The id that the page follows; None on the first page.

    `list_name` names the list with all that selects its rows.

    Raises:
        BadPageToken: this list did not give it out.
    """
    if not token:
        return None
    try:
        raw = urlsafe_b64decode(token.encode("ascii"))
    except ValueError:
        raw = b""
    last = raw[_MARK_BYTES:]
    if len(last) != _ID_BYTES or _seal(list_name, last) != token:
        raise BadPageToken("The page token is not one of this list's; start without one.")
    return UUID(bytes=last)


def next_token(list_name: str, rows: Sequence[object], size: int, last: UUID | None) -> str:
    """The token of the page behind a full one; "" when `rows` was not full."""
    if len(rows) < size or last is None:
        return ""
    return _seal(list_name, last.bytes)


def _seal(list_name: str, last: bytes) -> str:
    mark = hashlib.sha256(list_name.encode() + last).digest()[:_MARK_BYTES]
    return urlsafe_b64encode(mark + last).decode()
