"""What is said live: the last things that people said, kept back from the loading."""

from collections.abc import Sequence
from typing import Any

from infra.demo.api import Api
from infra.demo.importers.community import Comment, Community, Post
from infra.demo.live import Line
from infra.demo.loading import Loaded, purposes_of

LIVE_LINES = 60


def texts_of(community: Community) -> list[Post | Comment]:
    texts: list[Post | Comment] = [*community.posts, *community.comments]
    return sorted(texts, key=lambda text: text.at)


def live_keys(community: Community) -> frozenset[str]:
    """The last things that were said, one for each person, are kept for the live part."""
    chosen: dict[str, str] = {}
    for text in reversed(texts_of(community)):
        if len(chosen) < LIVE_LINES:
            chosen.setdefault(text.author_key, text.key)
    return frozenset(chosen.values())


def lines_of(community: Community, loaded: Loaded, keys: frozenset[str]) -> list[Line]:
    """The last things that were said, to be said live now."""
    users = {user.key: (number, user) for number, user in enumerate(community.users)}
    posts = {post.key: post for post in community.posts}
    anywhere = next(iter(loaded.post_ids.values()))
    lines = []
    for text in texts_of(community):
        if text.key not in keys:
            continue
        item_ids = text.item_ids if isinstance(text, Post) else posts[text.post_key].item_ids
        number, user = users[text.author_key]
        known = (loaded.post_of_item.get(item_id) for item_id in item_ids)
        lines.append(
            Line(
                name=user.display_name,
                user_id=loaded.user_ids[user.key],
                post_id=next((each for each in known if each), anywhere),
                text=text.body[:1000],
                item_ids=item_ids,
                is_simulated=text.is_simulated,
                allows_mood="EMOTION_INFERENCE" in purposes_of(number),
            )
        )
    return lines


async def chosen(admin: Api, lines: Sequence[Line]) -> list[Line]:
    """The saddest and the gladdest line, and one of somebody who allows no mood."""
    answer = await admin.post(
        "/v1/emotions:batchTag", {"texts": [{"text": line.text} for line in lines]}
    )
    felt = [
        (tag.get("intensity", 0.0) * tag["confidence"] * _sign(tag), line)
        for tag, line in zip(answer["tags"], lines, strict=True)
    ]
    allowed = sorted((pair for pair in felt if pair[1].allows_mood), key=lambda pair: pair[0])
    private = [line for _, line in felt if not line.allows_mood]
    return [allowed[0][1], allowed[-1][1], *private[:1]]


def _sign(tag: Any) -> int:
    return {"POLARITY_POSITIVE": 1, "POLARITY_NEGATIVE": -1}.get(tag.get("polarity", ""), 0)
