"""Percent-decoding that refuses what `urllib` would let through."""

import re
from urllib.parse import unquote_to_bytes

_MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SLASH = re.compile(r"(%2[Ff])")


class BadEncoding(ValueError):
    """Not percent-encoded UTF-8."""


def decode(text: str) -> str:
    """Decode every escape.

    Raises:
        BadEncoding: a `%` without two hexadecimal digits, or bytes that are not UTF-8, or a NUL,
            which no database takes as text.
    """
    if "%" in text:
        if _MALFORMED.search(text):
            raise BadEncoding("% must be followed by two hexadecimal digits")
        try:
            text = unquote_to_bytes(text).decode()
        except UnicodeDecodeError:
            raise BadEncoding("percent-encoded text must be UTF-8") from None
    if "\0" in text:
        raise BadEncoding("text must not contain NUL")
    return text


def decode_multiple(text: str) -> str:
    """Decode a value of several segments: everything but `%2F`, which stays as it was written.

    Raises:
        BadEncoding: as in `decode`.
    """
    return "".join(part if _SLASH.fullmatch(part) else decode(part) for part in _SLASH.split(text))
