"""Shows what the shop knows of feelings: a product, somebody's next hours, an alarm."""

import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from rich.console import Console

from infra.demo.api import Api, Json
from infra.demo.diary import keep_diary, look_ahead
from infra.demo.feelings import (
    AlertStory,
    Outlook,
    ProductView,
    alert_story,
    known,
    outlook,
    praise,
    product_view,
    talkative,
    talked_about,
)
from infra.demo.feelings_picture import (
    alert_panel,
    names_of,
    outlook_panel,
    product_panel,
    summary_of,
)
from infra.demo.importers.community import Community
from infra.demo.loading import Loaded, purposes_of

QUIET = 20
"""One of so many items that are hardly talked of is complained of, so mostly another each run."""


@dataclass(frozen=True, kw_only=True)
class Tour:
    """What was shown."""

    names: Mapping[str, Mapping[str, str]]
    """Of the emotions, by language."""
    product: ProductView
    diary: Outlook
    other: Outlook
    alert: AlertStory

    def summary(self) -> Json:
        return summary_of(self.product, self.diary, self.alert)


async def prepare(admin: Api, community: Community, loaded: Loaded) -> None:
    """Let a product be praised, some time before it is shown what it is known for."""
    liked = _items(community, loaded)[0]
    await praise(admin, loaded.post_of_item[liked], _authors(loaded))


async def tour(
    admin: Api,
    community: Community,
    loaded: Loaded,
    console: Console,
    hear: Callable[[], Awaitable[None]],
) -> Tour:
    """Show it; no forecast of lasting moods and no alert count as failures.

    `hear` waits until everything that was told is known everywhere.
    """
    agent = await admin.sign_in(str(uuid4()), "agent", "operator")
    taxonomy = await admin.get("/v1/emotions")
    names = names_of(taxonomy)
    titles = {item.item_id: item.title for item in community.items}
    items = _items(community, loaded)
    liked, quiet = items[0], random.choice(items[-QUIET:])  # noqa: S311 - no secret
    console.print("[dim]Some people praise one product and complain of another; simulated.[/]")
    now = datetime.now(UTC)
    person = await keep_diary(admin, now, hear)
    await known(agent, liked)
    view = await product_view(agent, liked, titles[liked])
    console.print(product_panel(view, names))
    diary = await look_ahead(admin, *person, now)
    other = await outlook(admin, *_most_talkative(community, loaded))
    for one in (diary, other):
        console.print(outlook_panel(one, names))
    story = AlertStory(quiet, titles[quiet])
    await alert_story(admin, agent, story, loaded.post_of_item[quiet], _authors(loaded))
    console.print(alert_panel(story))
    if "forecast" not in diary.answer:
        admin.failures.append(f"no forecast of lasting moods: {diary.answer}")
    if not story.steps:
        admin.failures.append(f"no alert after {story.complaints} complaints")
    by_language = {one["emotion"]: one["name"] for one in taxonomy["emotions"]}
    return Tour(names=by_language, product=view, diary=diary, other=other, alert=story)


def _items(community: Community, loaded: Loaded) -> list[str]:
    """What can be spoken of, most talked about first."""
    return [item_id for item_id in talked_about(community) if item_id in loaded.post_of_item]


def _authors(loaded: Loaded) -> list[str]:
    """Everybody, in another order each time: another run has other people speak."""
    authors = list(loaded.user_ids.values())
    random.shuffle(authors)
    return authors


def _most_talkative(community: Community, loaded: Loaded) -> tuple[str, str]:
    """Name and id of who has said most among those who let their mood be used."""
    people = {
        user.key: user.display_name
        for number, user in enumerate(community.users)
        if "EMOTION_INFERENCE" in purposes_of(number)
    }
    key = next(key for key in talkative(community) if key in people)
    return people[key], loaded.user_ids[key]
