"""What has to be there before a request can be good, and one good request for every RPC."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from infra.demo.api import Api, ApiError
from tests.e2e.conftest import PURPOSES, Shop, eventually

Values = dict[str, Any]
"""All fields of a request by JSON name, wherever HTTP carries them."""

MONEY = {"amountMinor": "500", "currencyCode": "CNY"}
ITEM = "spoil-item-1"
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="
"""A PNG of one white pixel."""


@dataclass(frozen=True)
class Scene:
    """Who is there, and what each RPC takes."""

    owner: Api
    owner_id: str
    stranger: Api
    """A shopper too, whom nothing here belongs to."""
    good: Mapping[str, Values]
    """A request by the name of its RPC, every field set that a client may set."""


def moment(days: float = 0) -> str:
    """A time so many days from now."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")


def campaign() -> Values:
    return {
        "title": {"zh": "夏日特惠", "en": "Summer deal"},
        "tone": "TONE_PLAIN",
        "audience": "",
        "budget": {"amountMinor": "100000", "currencyCode": "CNY"},
        "startTime": moment(-1),
        "endTime": moment(30),
        "coupon": {
            "discount": {"amountOff": MONEY, "atMost": MONEY},
            "minimumSpend": MONEY,
            "stock": "100",
            "limitPerPerson": 3,
            "redeemWithin": "3600s",
        },
        "priority": 0,
    }


def behavior(user_id: str) -> Values:
    return {
        "eventId": str(uuid4()),
        "userId": user_id,
        "type": "BEHAVIOR_TYPE_PURCHASE",
        "itemId": ITEM,
        "occurTime": moment(-1),
        "quantity": 1,
        "paid": MONEY,
        "rating": 0,
        "platform": "app",
    }


def item() -> Values:
    return {
        "itemId": ITEM,
        "title": "Guitar",
        "category": "music",
        "brand": "Fender",
        "tags": ["wood"],
        "price": MONEY,
        "isUnavailable": False,
    }


async def set_scene(shop: Shop) -> Scene:
    """Register people and let them do what the good requests refer to."""
    owner_id, owner = await shop.person(*PURPOSES)
    other_id, stranger = await shop.person()
    await shop.items(item())

    async def post(api: Api, path: str, field: str, body: Values) -> Values:
        found: Values = (await api.post(path, body))[field]
        return found

    note = {"authorId": owner_id, "kind": "POST_KIND_NOTE", "body": "Lovely"}
    posts = [(await post(owner, "/v1/posts", "post", note))["postId"] for _ in range(3)]
    said = {"authorId": owner_id, "body": "Indeed"}
    comments = [
        (await post(owner, f"/v1/posts/{posts[0]}/comments", "comment", said))["commentId"]
        for _ in range(3)
    ]
    link = {"platform": "wechat", "externalId": f"openid-{owner_id}"}
    identity = await post(owner, f"/v1/users/{owner_id}/identities:link", "identity", link)
    plans = [
        await post(shop.admin, "/v1/campaigns", "campaign", {"campaign": campaign()})
        for _ in range(3)
    ]
    for plan in plans[1:]:
        await shop.admin.post(f"/v1/campaigns/{plan['campaignId']}:start", {})
    coupon = plans[1]["coupon"]["couponId"]
    claim = await post(owner, f"/v1/coupons/{coupon}:claim", "claim", {"userId": owner_id})
    other_claim = await post(owner, f"/v1/coupons/{coupon}:claim", "claim", {"userId": owner_id})
    assert other_claim["claimId"] != claim["claimId"]
    await _known(owner, owner_id, other_id, posts[0], shop.admin)
    signal = await _sign_of(other_id, stranger, shop.admin)

    labelled = {"name": f"e2e {owner_id}", "labelSpace": "LABEL_SPACE_EMOTION"}
    licence = {"source": "written for tests", "licence": "own"}
    gold = await post(shop.admin, "/v1/goldSets", "goldSet", {**labelled, **licence})
    gold_set_id = gold["goldSetId"]
    await shop.admin.post(
        f"/v1/goldSets/{gold_set_id}:import", {"rows": [{"text": "So sad", "label": "sadness"}]}
    )
    models = (await shop.admin.get("/v1/models"))["models"]
    candidate = next(one["version"] for one in models if not one["isActive"])

    page = {"pageSize": 1, "pageToken": ""}
    user = {"userId": owner_id}
    context = {
        "replyToText": "Is it any good?",
        "replyToId": posts[0],
        "itemId": ITEM,
        "roomId": "room-1",
    }
    text = {
        "text": "Wonderful, 太棒了",
        "kind": "TEXT_KIND_COMMENT",
        "context": context,
        "locale": "zh-Hans",
    }
    spike = {
        "subjectKind": "SUBJECT_KIND_PRODUCT",
        "subjectId": ITEM,
        "leastSeverity": "ALERT_SEVERITY_MINOR",
    }
    key = {"requestId": ""}
    product = {"kind": "SUBJECT_KIND_PRODUCT", "subjectId": ITEM}
    good: dict[str, Values] = {
        "CreateSession": {**user, "roles": ["ROLE_SHOPPER"]},
        "CreateUser": {"displayName": "Ada", "languageCode": "en", **key},
        "GetUser": user,
        "LinkIdentity": {**user, "platform": "app", "externalId": f"app-{owner_id}", **key},
        "UnlinkIdentity": {**user, "identityId": identity["identityId"], **key},
        "ListIdentities": user,
        "ResolveIdentity": link,
        "GetConsents": user,
        "UpdateConsents": {
            **user,
            "changes": [{"purpose": "PURPOSE_ANALYTICS", "granted": False}],
            "source": "app-settings",
            "policyVersion": "2",
            "etag": "",
            **key,
        },
        "BatchRecordBehaviors": {"behaviors": [behavior(owner_id)], **key},
        "GetProfile": user,
        "TagText": text,
        "BatchTagTexts": {"texts": [text]},
        "ExplainTag": text,
        "GetTaxonomy": {},
        "GetContentTag": {"contentId": posts[0]},
        "ListAlerts": {"state": "ALERT_STATE_OPEN", **spike, **page},
        "GetAlert": {"alertId": str(uuid4())},
        "AcknowledgeAlert": {"alertId": str(uuid4()), "note": "I look after it", **key},
        "ResolveAlert": {"alertId": str(uuid4()), "note": "Refunded", **key},
        "WatchAlerts": {**spike, "watchFor": "0.200s"},
        "ListRisingTopics": {
            "window": "TREND_WINDOW_WEEK",
            "languageCode": "zh-Hans",
            "textKind": "TEXT_KIND_COMMENT",
            "category": "music",
            "regionCode": "CN-ZJ",
            "limit": 5,
        },
        "TagPicture": {**user, "data": DOT, "withBoxes": True},
        "TagClip": {**user, "data": DOT, "withBoxes": True},
        "GetMood": user,
        "ListMoodTimeline": {
            **user,
            "fromTime": moment(-1),
            "toTime": moment(-0.5),
            "step": "3600s",
        },
        "GetMoodTendency": {**user, "weeks": 8, "utcOffsetMinutes": 480},
        "ForecastMood": {**user, "hours": 6},
        "ForgetMood": {**user, **key},
        "ListDistressSignals": {
            **user,
            "leastLevel": "DISTRESS_LEVEL_WATCH",
            "onlyOpen": True,
            **page,
        },
        "AcknowledgeDistressSignal": {
            "signalId": signal,
            "outcome": "DISTRESS_OUTCOME_ATTENDED",
            **key,
        },
        "ListDistressReads": {"readerId": owner_id, **page},
        "GetSubjectProfile": {**product, "window": "86400s"},
        "CompareSubjects": {
            "subjects": [product, {"kind": "SUBJECT_KIND_BRAND", "subjectId": "Aria"}],
            "window": "86400s",
        },
        "GetSubjectQuotes": {**product, "polarity": "POLARITY_POSITIVE", "quoteCount": 1},
        "GetProductEmotion": {"itemId": ITEM},
        "ListProductEmotionTags": {
            "emotion": "EMOTION_JOY",
            "aspect": "ASPECT_QUALITY",
            "polarity": "POLARITY_POSITIVE",
            **page,
        },
        **_governance(posts[0], gold_set_id, candidate, page, key),
        "BatchUpsertItems": {"items": [item()], **key},
        "GetItem": {"itemId": ITEM},
        "ListRecommendations": {
            **user,
            "scene": "SCENE_HOME",
            **page,
            "categories": ["music"],
            "excludeItemIds": ["nothing"],
            "maxPriceMinor": "100000",
            "contextItemId": "",
            "ignoreMood": True,
        },
        "StartTraining": key,
        "GetTraining": {"trainingId": str(uuid4())},
        "FollowUser": {**user, "followeeId": other_id, **key},
        "UnfollowUser": {**user, "followeeId": other_id, **key},
        "ListFollowing": {**user, **page},
        "CreatePost": {
            "authorId": owner_id,
            "kind": "POST_KIND_REVIEW",
            "title": "My guitar",
            "body": "It sings.",
            "itemIds": [ITEM],
            "rating": 5,
            "publishTime": moment(-1),
            "regionCode": "CN-ZJ",
            **key,
        },
        "GetPost": {"postId": posts[0]},
        "DeletePost": {"postId": posts[1], "authorId": owner_id, **key},
        "CreateComment": {
            "postId": posts[0],
            "authorId": owner_id,
            "body": "So true",
            "replyToId": comments[0],
            "publishTime": moment(-1),
            "regionCode": "CN-ZJ",
            **key,
        },
        "ListComments": {"postId": posts[0], **page},
        "DeleteComment": {"commentId": comments[1], "authorId": owner_id, **key},
        "ReactToPost": {**user, "postId": posts[0], "kind": "REACTION_KIND_LIKE", **key},
        "ListFeed": {**user, **page},
        "CreateCampaign": {"campaign": campaign(), **key},
        "GetCampaign": {"campaignId": plans[0]["campaignId"]},
        "ListCampaigns": page,
        "StartCampaign": {"campaignId": plans[0]["campaignId"], **key},
        "PauseCampaign": {"campaignId": plans[1]["campaignId"], **key},
        "EndCampaign": {"campaignId": plans[2]["campaignId"], **key},
        "ListOffers": user,
        "ClaimCoupon": {**user, "couponId": plans[2]["coupon"]["couponId"], **key},
        "ListCouponClaims": {**user, **page},
        "RedeemCouponClaim": {
            **user,
            "claimId": claim["claimId"],
            "orderId": "order-1",
            "orderTotal": {"amountMinor": "10000", "currencyCode": "CNY"},
            **key,
        },
        "ListGuardDecisions": {**user, **page},
    }
    return Scene(owner, owner_id, stranger, good)


def _governance(
    content_id: str, gold_set_id: str, candidate: str, page: Values, key: Values
) -> dict[str, Values]:
    """Good requests to ModelService; what would change the answers names a model that is not."""
    model = {"version": candidate}
    missing = {"version": "no-such-model"}
    kind = {"kind": "TEXT_KIND_COMMENT"}
    gold = {"goldSetId": gold_set_id}
    reason = {"reason": "because"}
    return {
        "SubmitCorrection": {
            "contentId": content_id,
            "emotion": "EMOTION_JOY",
            "polarity": "POLARITY_POSITIVE",
            "aspects": [{"aspect": "ASPECT_QUALITY", "polarity": "POLARITY_POSITIVE"}],
            **reason,
            **key,
        },
        "ListCorrections": {
            "contentId": content_id,
            "raterId": str(uuid4()),
            "includeSuperseded": True,
            **page,
        },
        "GetAgreement": {**kind, "days": 30},
        "ListReviewQueue": {**kind, **page},
        "ClaimReviews": {"count": 5, **kind},
        "SkipReview": {"contentId": content_id, **key},
        "CreateGoldSet": {
            "name": f"gold {uuid4()}",
            **kind,
            "labelSpace": "LABEL_SPACE_EMOTION",
            "source": "written for tests",
            "licence": "own",
            **key,
        },
        "ImportGold": {
            **gold,
            "rows": [{"text": "So happy", "label": "joy", "contentId": "", "slices": ["short"]}],
            **key,
        },
        "ListGoldSets": page,
        "ListGold": {**gold, **page},
        "DeleteGold": {**gold, "rowIds": [str(uuid4())], **key},
        "DeleteGoldSet": {"goldSetId": str(uuid4()), **key},
        "ListModelVersions": {},
        "EvaluateModel": {**model, **gold, **key},
        "GetEvaluation": {"evaluationId": str(uuid4())},
        "ListEvaluations": {**model, **gold, **page},
        "CompareModels": {**gold, **missing, "otherVersion": "no-such-other"},
        "SetShadow": {**model, "samplePerMille": 10, **key},
        "GetShadow": model,
        "CheckGates": model,
        "PromoteModel": {**missing, **reason, "overrideReason": "drill", **key},
        "RollbackModel": {**reason, **key},
        "ListModelChanges": page,
        "GetDrift": {**kind, "currentHours": 24, "referenceDays": 28},
        "GetFairness": model,
        "GetModelReport": {**model, "languageCode": "en"},
    }


async def _known(owner: Api, owner_id: str, other_id: str, post_id: str, admin: Api) -> None:
    """Wait until the services know of each other what the good requests need."""

    async def follows() -> bool:
        try:
            await owner.post(f"/v1/users/{owner_id}/following", {"followeeId": other_id})
            await admin.get(f"/v1/contents/{post_id}/emotion")
        except ApiError:
            return False
        return True

    await eventually(follows, bool)


async def _sign_of(user_id: str, person: Api, admin: Api) -> str:
    """Let somebody say something grave; the id of the sign that is seen of it."""
    note = {"authorId": user_id, "kind": "POST_KIND_NOTE", "body": "我真的不想活了"}
    post_id = (await person.post("/v1/posts", note))["post"]["postId"]

    async def seen() -> list[str]:
        signals = (await admin.get("/v1/distressSignals")).get("signals", [])
        return [one["signalId"] for one in signals if one["contentId"] == post_id]

    [signal] = await eventually(seen, bool)
    return signal
