"""Reads and issues bearer tokens: JWT signed with HS256."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import jwt

from gateway.auth.caller import Caller
from gateway.problems.problem import Refusal, refuse

ALGORITHM = "HS256"
KEY_BYTES = 32
"""A shorter key could be guessed from one token (RFC 7518, section 3.2)."""

ROLES = frozenset({"shopper", "host", "agent", "operator", "admin"})
REMEMBERED = 8192
"""Tokens whose signature is not checked again; about 1 kB each."""


class Tokens:
    """The first key signs; all keys are accepted, so that a key can be replaced without logouts."""

    def __init__(
        self, keys: Sequence[str], *, issuer: str, audience: str, leeway: timedelta
    ) -> None:
        self._keys = [key.encode() for key in keys]
        if not self._keys or any(len(key) < KEY_BYTES for key in self._keys):
            raise ValueError(f"a token key has at least {KEY_BYTES} bytes")
        self._issuer = issuer
        self._audience = audience
        self._leeway = leeway
        self._known: OrderedDict[str, tuple[Caller, float]] = OrderedDict()

    def issue(self, caller: Caller, *, now: datetime, lifetime: timedelta) -> str:
        """Sign a token for a caller."""
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": caller.subject,
            "roles": sorted(caller.roles),
            "iat": now,
            "exp": now + lifetime,
        }
        return jwt.encode(claims, self._keys[0], algorithm=ALGORITHM)

    def read(self, authorization: str, now: float) -> Caller:
        """The caller of an `Authorization` header; `now` is the time in seconds since 1970.

        Raises:
            Refusal: 401, it is no bearer token, is not ours, or has expired.
        """
        known = self._known.get(authorization)
        if known is not None and known[1] > now:
            return known[0]
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _invalid("The Authorization header is not of the form: Bearer <token>.")
        caller, expires = self._verify(token.strip())
        self._known[authorization] = (caller, expires)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return caller

    def _verify(self, token: str) -> tuple[Caller, float]:
        for key in self._keys:
            try:
                claims = jwt.decode(
                    token,
                    key,
                    algorithms=[ALGORITHM],
                    issuer=self._issuer,
                    audience=self._audience,
                    leeway=self._leeway,
                    options={"require": ["exp", "sub"]},
                )
            except jwt.InvalidSignatureError:
                continue
            except jwt.ExpiredSignatureError:
                raise refuse(
                    401, "TOKEN_EXPIRED", "The token has expired: log in again.", _CHALLENGE
                ) from None
            except jwt.InvalidTokenError:
                raise _invalid("The token is not valid.") from None
            expires = float(claims["exp"]) + self._leeway.total_seconds()
            return Caller(_subject(claims), _roles(claims)), expires
        raise _invalid("The token is not signed by us.")


def _subject(claims: dict[str, object]) -> str:
    subject = claims["sub"]
    try:
        return str(UUID(subject if isinstance(subject, str) else ""))
    except ValueError:
        raise _invalid("The token's subject is not a user id.") from None


def _roles(claims: dict[str, object]) -> frozenset[str]:
    """Roles that we do not know are dropped: a newer issuer may have more."""
    roles = claims.get("roles", [])
    if not isinstance(roles, list):
        raise _invalid("The token's roles are not a list.")
    return ROLES.intersection(role for role in roles if isinstance(role, str))


_CHALLENGE = (b"www-authenticate", b'Bearer error="invalid_token"')


def _invalid(detail: str) -> Refusal:
    return refuse(401, "TOKEN_INVALID", detail, _CHALLENGE)
