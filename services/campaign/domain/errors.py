"""Why campaign says no: the whole catalogue, mirrored in error_reason.proto."""

from services.chassis.kernel.errors import Exhausted, Invalid, NotFound, Refused


class CampaignNotFound(NotFound):
    reason = "CAMPAIGN_NOT_FOUND"


class CouponNotFound(NotFound):
    reason = "COUPON_NOT_FOUND"


class ClaimNotFound(NotFound):
    """There is none, or it is another person's: the two look the same from outside."""

    reason = "CLAIM_NOT_FOUND"


class BadAudience(Invalid):
    reason = "BAD_AUDIENCE"


class CampaignNotRunning(Refused):
    reason = "CAMPAIGN_NOT_RUNNING"


class NotInAudience(Refused):
    reason = "NOT_IN_AUDIENCE"


class ConsentMissing(Refused):
    reason = "CONSENT_MISSING"


class WithheldByGuard(Refused):
    reason = "WITHHELD_BY_GUARD"


class OutOfStock(Exhausted):
    reason = "OUT_OF_STOCK"


class ClaimLimitReached(Exhausted):
    reason = "CLAIM_LIMIT_REACHED"


class BudgetExhausted(Exhausted):
    reason = "BUDGET_EXHAUSTED"


class AlreadyRedeemed(Refused):
    reason = "ALREADY_REDEEMED"


class ClaimExpired(Refused):
    reason = "CLAIM_EXPIRED"


class OrderTooSmall(Refused):
    reason = "ORDER_TOO_SMALL"


class CurrencyMismatch(Refused):
    reason = "CURRENCY_MISMATCH"


class WrongState(Refused):
    reason = "WRONG_STATE"


class BadPageToken(Invalid):
    reason = "BAD_PAGE_TOKEN"
