"""An account of a person on one platform."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

MAX_IDENTITIES = 20  # linked to one person; profile_service.proto says the same


@dataclass(frozen=True)
class Identity:
    """What is kept of an account. Its own name there exists as a keyed hash only.

    `external_hash` is HMAC-SHA256 over platform and name: equal names give equal hashes to whom
    has the key, and nothing to whom has not.
    """

    identity_id: UUID
    user_id: UUID
    platform: str
    external_hash: bytes
    linked_at: datetime
