"""Brings a community into the shop through its public API, as an operator would."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from infra.demo.api import Api, Json, spread
from infra.demo.importers.community import (
    Behavior,
    Campaign,
    Comment,
    Item,
    Money,
    Post,
    User,
)

AT_ONCE = 12
ITEM_BATCH = 500
BEHAVIOR_BATCH = 1_000
LONGEST_COMMENT = 1_000  # characters, as the contract says

T = TypeVar("T")

ALL_PURPOSES = (
    "PERSONALIZATION",
    "MARKETING",
    "ANALYTICS",
    "CROSS_PLATFORM_FUSION",
    "EMOTION_INFERENCE",
)


def purposes_of(number: int) -> tuple[str, ...]:
    """What the person of that number grants: of ten, one nothing, one all but the mood."""
    if number % 10 == 9:  # noqa: PLR2004
        return ()
    return ALL_PURPOSES[:-1] if number % 10 == 8 else ALL_PURPOSES  # noqa: PLR2004


@dataclass
class Loaded:
    """What has been brought in: the shop's ids by the keys of the data."""

    user_ids: dict[str, str] = field(default_factory=dict)
    post_ids: dict[str, str] = field(default_factory=dict)
    post_of_item: dict[str, str] = field(default_factory=dict)
    behaviors: int = 0
    withheld: int = 0
    posts: int = 0
    comments: int = 0


class Loader:
    """Loads part after part; `done` is called for each thing that is in."""

    def __init__(self, admin: Api, loaded: Loaded) -> None:
        self._admin, self._loaded = admin, loaded

    async def users(self, users: Sequence[User], done: Callable[[], None]) -> None:
        async def load(numbered: tuple[int, User]) -> None:
            number, user = numbered
            made = await self._admin.post(
                "/v1/users", {"displayName": user.display_name, "languageCode": user.language}
            )
            user_id: str = made["user"]["userId"]
            self._loaded.user_ids[user.key] = user_id
            if purposes := purposes_of(number):
                await self._grant(user_id, purposes)
                for account in user.accounts:
                    await self._admin.post(
                        f"/v1/users/{user_id}/identities:link",
                        {"platform": account.platform, "externalId": account.external_id},
                    )

        await spread(load, list(enumerate(users)), at_once=AT_ONCE, done=done)

    async def items(self, items: Sequence[Item], done: Callable[[], None]) -> None:
        for batch in _batches(items, ITEM_BATCH):
            await self._admin.post(
                "/v1/items:batchUpsert", {"items": [_item(one) for one in batch]}
            )
            for _ in batch:
                done()

    async def behaviors(self, behaviors: Sequence[Behavior], done: Callable[[], None]) -> None:
        async def load(batch: list[Behavior]) -> None:
            answer = await self._admin.post(
                "/v1/behaviors:batchRecord",
                {"behaviors": [self.behavior(one) for one in batch]},
            )
            self._loaded.behaviors += answer.get("acceptedCount", 0)
            self._loaded.withheld += answer.get("withheldCount", 0)
            for failure in answer.get("failures", []):
                self._admin.failures.append(f"behaviour: {failure}")
            for _ in batch:
                done()

        await spread(load, _batches(behaviors, BEHAVIOR_BATCH), at_once=2, done=lambda: None)

    async def texts(
        self, posts: Sequence[Post], comments: Sequence[Comment], done: Callable[[], None]
    ) -> None:
        """Posts first, then what stands under them."""
        await spread(self._post, posts, at_once=AT_ONCE, done=done)
        await spread(self._comment, comments, at_once=AT_ONCE, done=done)

    def behavior(self, one: Behavior) -> Json:
        """A row of a batch."""
        row: Json = {
            "eventId": str(one.event_id),
            "userId": self._loaded.user_ids[one.user_key],
            "type": f"BEHAVIOR_TYPE_{one.type}",
            "itemId": one.item_id,
            "occurTime": _time(one.at),
            "quantity": one.quantity,
            "rating": one.rating,
        }
        return row | ({"paid": _money(one.paid)} if one.paid else {})

    async def _grant(self, user_id: str, purposes: Iterable[str]) -> None:
        changes = [{"purpose": f"PURPOSE_{each}", "granted": True} for each in purposes]
        await self._admin.patch(
            f"/v1/users/{user_id}/consents",
            {"changes": changes, "source": "demo-import", "policyVersion": "demo"},
        )

    async def _post(self, post: Post) -> None:
        made = await self._admin.post(
            "/v1/posts",
            {
                "authorId": self._loaded.user_ids[post.author_key],
                "kind": f"POST_KIND_{post.kind}",
                "title": post.title,
                "body": post.body,
                "itemIds": list(post.item_ids),
                "rating": post.rating,
                "publishTime": _time(post.at),
            },
        )
        self._loaded.posts += 1
        self._loaded.post_ids[post.key] = made["post"]["postId"]
        for item_id in post.item_ids:
            self._loaded.post_of_item.setdefault(item_id, made["post"]["postId"])

    async def _comment(self, comment: Comment) -> None:
        await self._admin.post(
            f"/v1/posts/{self._loaded.post_ids[comment.post_key]}/comments",
            {
                "authorId": self._loaded.user_ids[comment.author_key],
                "body": comment.body[:LONGEST_COMMENT],
                "publishTime": _time(comment.at),
            },
        )
        self._loaded.comments += 1


async def start_campaigns(admin: Api, campaigns: Sequence[Campaign]) -> int:
    """Plan and start them; return how many run."""
    now = datetime.now(UTC)
    for campaign in campaigns:
        plan = {
            "title": {"zh": campaign.title_zh, "en": campaign.title_en},
            "tone": f"TONE_{campaign.tone}",
            "audience": campaign.audience,
            "budget": _money(campaign.budget),
            "startTime": _time(now),
            "endTime": _time(now + campaign.runs_for),
            "priority": campaign.priority,
            "coupon": {
                "discount": {"amountOff": _money(campaign.discount)},
                "minimumSpend": _money(campaign.minimum_spend),
                "stock": str(campaign.stock),
                "limitPerPerson": campaign.limit_per_person,
                "redeemWithin": "604800s",
            },
        }
        made = await admin.post("/v1/campaigns", {"campaign": plan})
        await admin.post(f"/v1/campaigns/{made['campaign']['campaignId']}:start", {})
    return len(campaigns)


def _batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(things)
    while batch := list(islice(rest, size)):
        yield batch


def _item(item: Item) -> Json:
    described: dict[str, Any] = {
        "itemId": item.item_id,
        "title": item.title,
        "category": item.category,
        "brand": item.brand,
        "tags": list(item.tags),
    }
    return described | ({"price": _money(item.price)} if item.price else {})


def _money(money: Money) -> Json:
    return {"amountMinor": str(money.minor), "currencyCode": money.currency}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
