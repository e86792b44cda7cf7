"""What the shop knows of feelings: about a product, about somebody's next hours, and an alarm."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

from infra.demo.api import Api, Json
from infra.demo.importers.community import Community

COMPLAINTS = (
    "气死我了，质量太差，用一天就坏了，退钱！",
    "垃圾质量，再也不买了，太生气了",
    "I am furious, terrible quality, it broke after one day!",
    "什麼爛品質，騙錢的店，氣死",
    "Worst quality ever, what a scam, I want my money back!",
    "质量差到离谱，愤怒，必须投诉",
)
PRAISES = (
    "质量很好，包装也很用心，很喜欢",
    "太喜欢了，会一直回购",
    "Great quality, I love it, works perfectly",
    "物流很快，質量超好，好喜歡",
    "价格实惠质量好，开心",
    "I really like it, excellent quality for the price",
)
"""Both are simulated: nobody in the data said this."""

MOST_PRAISES = 24
KNOWN_WITHIN = 60.0  # seconds until the praise shows in what the product is known for
FIRST_COMPLAINTS = 4  # at once; fewer are no crowd
MOST_COMPLAINTS = 60
PATIENCE = 1.0  # seconds for an alert after each further complaint
LOOK_EVERY = 0.05
HOURS_AHEAD = 12
QUOTES = 3
PRODUCT = "SUBJECT_KIND_PRODUCT"


@dataclass(frozen=True)
class ProductView:
    """How people feel about a product, as those who sell it see it."""

    item_id: str
    title: str
    profile: Json
    known_for: Json
    quotes: list[Json]


@dataclass(frozen=True)
class Outlook:
    """Somebody's last days and next hours, or why nothing is said of these."""

    name: str
    answer: Json
    timeline: list[Json] = field(default_factory=list)


@dataclass
class AlertStory:
    """A burst of complaints and what came of it."""

    item_id: str
    title: str
    complaints: int = 0
    seconds: float | None = None
    """From the last complaint to the alert; None if there was none."""
    steps: list[Json] = field(default_factory=list)
    """The alert when it was opened, acknowledged, resolved."""
    examples: list[Json] = field(default_factory=list)


def talked_about(community: Community) -> list[str]:
    """Items by how much was said about them, most first."""
    items = {post.key: post.item_ids for post in community.posts}
    said = Counter(item_id for ids in items.values() for item_id in ids)
    for comment in community.comments:
        said.update(items.get(comment.post_key, ()))
    return [item_id for item_id, _ in said.most_common()]


def talkative(community: Community) -> list[str]:
    """Keys of people by how much they said, most first."""
    said = Counter(post.author_key for post in community.posts)
    said.update(comment.author_key for comment in community.comments)
    return [key for key, _ in said.most_common()]


async def praise(admin: Api, post_id: str, user_ids: Sequence[str]) -> None:
    """Let people praise what a post is about."""
    for number, user_id in enumerate(user_ids[:MOST_PRAISES]):
        body = PRAISES[number % len(PRAISES)]
        await admin.post(f"/v1/posts/{post_id}/comments", {"authorId": user_id, "body": body})


async def known(agent: Api, item_id: str) -> None:
    """Wait until a product is known for something, or long enough: it is told of once a minute."""
    until = perf_counter() + KNOWN_WITHIN
    while perf_counter() < until:
        known_for = await agent.get(f"/v1/items/{item_id}/emotion")
        if known_for.get("product", {}).get("tags"):
            return
        await asyncio.sleep(LOOK_EVERY)


async def product_view(agent: Api, item_id: str, title: str) -> ProductView:
    """Ask for everything about a product at once."""
    about = f"/v1/subjects/{PRODUCT}/{item_id}"
    profile, known_for, quotes = await asyncio.gather(
        agent.get(f"{about}/emotion"),
        agent.get(f"/v1/items/{item_id}/emotion"),
        agent.get(f"{about}/quotes", quoteCount=QUOTES),
    )
    return ProductView(
        item_id, title, profile["profile"], known_for.get("product", {}), quotes.get("quotes", [])
    )


async def outlook(admin: Api, name: str, user_id: str) -> Outlook:
    """Somebody's forecast, or why there is none; asked as themselves."""
    person = await admin.sign_in(user_id, "shopper")
    return Outlook(name, await person.get(f"/v1/users/{user_id}/mood:forecast", hours=HOURS_AHEAD))


async def alert_story(
    admin: Api, agent: Api, story: AlertStory, post_id: str, user_ids: Sequence[str]
) -> None:
    """Let people complain, one after another, until an alert is there; then look after it."""
    opened: Json | None = None
    for number, user_id in enumerate(user_ids[:MOST_COMPLAINTS]):
        began = perf_counter()
        body = COMPLAINTS[number % len(COMPLAINTS)]
        await admin.post(f"/v1/posts/{post_id}/comments", {"authorId": user_id, "body": body})
        story.complaints += 1
        if story.complaints < FIRST_COMPLAINTS:
            continue
        opened = await _opened(agent, story.item_id, until=perf_counter() + PATIENCE)
        if opened is not None:
            story.seconds = perf_counter() - began
            break
    if opened is None:
        return
    path = f"/v1/alerts/{opened['alertId']}"
    story.examples = (await agent.get(path)).get("examples", [])
    acknowledged = await agent.post(f"{path}:acknowledge", {"note": "看一下这批货 · looking at it"})
    resolved = await agent.post(f"{path}:resolve", {"note": "已下架并退款 · withdrawn, refunded"})
    story.steps = [opened, acknowledged["alert"], resolved["alert"]]


async def _opened(agent: Api, item_id: str, *, until: float) -> Json | None:
    """The open alert on a product, if there is one in time."""
    while perf_counter() < until:
        answer = await agent.get(
            "/v1/alerts", state="ALERT_STATE_OPEN", subjectKind=PRODUCT, subjectId=item_id
        )
        if answer.get("alerts"):
            found: Json = answer["alerts"][0]
            return found
        await asyncio.sleep(LOOK_EVERY)
    return None
