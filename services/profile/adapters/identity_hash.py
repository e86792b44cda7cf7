"""Keyed hashes of accounts."""

import hashlib
import hmac


class IdentityHash:
    """HMAC-SHA256 with a key of this deployment, so that names cannot be tried out without it."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self, platform: str, external_id: str) -> bytes:
        # A platform cannot contain the separator, so no two accounts make the same text.
        text = f"{platform}\0{external_id}"
        return hmac.digest(self._key, text.encode(), hashlib.sha256)
