"""Shows what the shop knows of feelings: a product, somebody's next hours, an alarm."""

import random
from uuid import uuid4

from rich.console import Console

from infra.demo.api import Api, Json
from infra.demo.feelings import (
    AlertStory,
    alert_story,
    outlook,
    praised,
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


async def tour(admin: Api, community: Community, loaded: Loaded, console: Console) -> Json:
    """Show it, and return what of it belongs into the summary; no alert counts as a failure."""
    agent = await admin.sign_in(str(uuid4()), "agent", "operator")
    names = names_of(await admin.get("/v1/emotions"))
    titles = {item.item_id: item.title for item in community.items}
    items = [item_id for item_id in talked_about(community) if item_id in loaded.post_of_item]
    authors = list(loaded.user_ids.values())
    random.shuffle(authors)  # another run has other people speak
    liked, quiet = items[0], items[-1]
    console.print("[dim]Some people praise one product and complain of another; simulated.[/]")
    await praised(admin, agent, liked, loaded.post_of_item[liked], authors)
    view = await product_view(agent, liked, titles[liked])
    console.print(product_panel(view, names))
    ahead = await outlook(admin, _allowing(community, loaded))
    console.print(outlook_panel(ahead, names))
    story = AlertStory(quiet, titles[quiet])
    await alert_story(admin, agent, story, loaded.post_of_item[quiet], authors)
    console.print(alert_panel(story))
    if not story.steps:
        admin.failures.append(f"no alert after {story.complaints} complaints")
    return summary_of(view, ahead, story)


def _allowing(community: Community, loaded: Loaded) -> list[tuple[str, str]]:
    """Name and id of those who let their mood be used, the most talkative first."""
    people = {
        user.key: user.display_name
        for number, user in enumerate(community.users)
        if "EMOTION_INFERENCE" in purposes_of(number)
    }
    return [(people[key], loaded.user_ids[key]) for key in talkative(community) if key in people]
