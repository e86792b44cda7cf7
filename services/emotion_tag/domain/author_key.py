"""Tells the authors of one day apart without naming them.

Nobody's opinion counts more because they repeat it, and what few people say is not shown as what
people say: for both, texts of one author must be known to be of one author, also where the author
has not allowed to be named. So each text keeps a keyed hash of its author. The key, a random salt,
is made anew every day and the old one is thrown away: from then on a hash is a number that only
says which texts of that day belong together; nobody can compute it for a given person any more.
"""

import hmac
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

SALT_BYTES = 32
_KEY_BYTES = 16


def author_key(author_id: UUID, salt: bytes) -> bytes:
    """The 16 bytes that stand for an author on the day of the salt."""
    return hmac.digest(salt, author_id.bytes, sha256)[:_KEY_BYTES]


def salt_day(now: datetime) -> date:
    """The day whose salt is used at `now`, in UTC."""
    return now.date()
