"""Every way a call to the profile service may fail on its own account."""

from services.chassis.kernel.errors import AlreadyExists, Conflict, Exhausted, NotFound, Refused


class UserNotFound(NotFound):
    reason = "USER_NOT_FOUND"


class IdentityNotFound(NotFound):
    reason = "IDENTITY_NOT_FOUND"


class IdentityLinkedElsewhere(AlreadyExists):
    reason = "IDENTITY_LINKED_ELSEWHERE"


class ConsentMissing(Refused):
    reason = "CONSENT_MISSING"


class StaleConsents(Conflict):
    reason = "STALE_CONSENTS"


class TooManyIdentities(Exhausted):
    reason = "TOO_MANY_IDENTITIES"
