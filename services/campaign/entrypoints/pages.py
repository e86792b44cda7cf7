"""Page tokens: the last id of a page, in a form that nobody builds by hand."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from services.campaign.domain.errors import BadPageToken

T = TypeVar("T")

_ID_BYTES = 16


def page_size(asked: int, default: int) -> int:
    """0 means the default; the contract caps the rest."""
    return asked or default


def read_token(token: str) -> UUID | None:
    """The id that the page follows; None on the first page.

    Raises:
        BadPageToken: it is not one of ours.
    """
    if not token:
        return None
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii", "replace") + b"==")
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _ID_BYTES:
        raise BadPageToken("The page token is not one of this list's; start without one.")
    return UUID(bytes=raw)


def next_token(rows: Sequence[object], size: int, last: UUID | None) -> str:
    """The token of the page behind a full one; "" when `rows` was not full."""
    if len(rows) < size or last is None:
        return ""
    return base64.urlsafe_b64encode(last.bytes).rstrip(b"=").decode()
