"""The loop as one shopper meets it: what they said, what was heard, what changed for them."""

import asyncio
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from infra.demo.api import Api, Json

SHOWN = 5  # recommendations in the picture
MOOD_TIMEOUT = 5.0  # seconds until a comment must have moved the mood
LOOK_EVERY = 0.02


@dataclass(frozen=True)
class View:
    """What a shopper has before or after they said something."""

    mood: Json
    recommendations: Json
    offers: Json


@dataclass(frozen=True)
class Story:
    """Everything about one thing that one shopper said."""

    name: str
    text: str
    tag: Json
    before: View
    after: View
    is_simulated: bool
    allows_mood: bool
    evidence: list[str] = field(default_factory=list)


async def look(shopper: Api, user_id: str) -> View:
    """Ask for mood, recommendations and offers, as the shopper's app would."""
    mood, recommendations, offers = await asyncio.gather(
        shopper.get(f"/v1/users/{user_id}/mood"),
        shopper.get(f"/v1/users/{user_id}/recommendations", pageSize=SHOWN),
        shopper.get(f"/v1/users/{user_id}/offers"),
    )
    return View(mood["mood"], recommendations, offers)


async def tell(
    shopper: Api,
    user_id: str,
    *,
    name: str,
    post_id: str,
    text: str,
    is_simulated: bool,
    allows_mood: bool,
) -> Story:
    """Let a shopper comment and show what that changes for them.

    Without the consent `emotion_inference` nothing may change, which is waited for as well.
    """
    before = await look(shopper, user_id)
    tag = (await shopper.post("/v1/emotions:tag", {"text": text, "kind": "TEXT_KIND_COMMENT"}))[
        "tag"
    ]
    await shopper.post(f"/v1/posts/{post_id}/comments", {"authorId": user_id, "body": text})
    version = _version(before.mood)
    give_up_at = monotonic() + (MOOD_TIMEOUT if allows_mood else 1.0)
    after = before
    while monotonic() < give_up_at:
        after = await look(shopper, user_id)
        if int(after.recommendations.get("moodVersion", 0)) > version:
            break
        await asyncio.sleep(LOOK_EVERY)
    return Story(
        name=name,
        text=text,
        tag=tag,
        before=before,
        after=after,
        is_simulated=is_simulated,
        allows_mood=allows_mood,
        evidence=[text[_at(span, "start") : _at(span, "end")] for span in tag.get("evidence", [])],
    )


def _version(mood: Json) -> int:
    return int(mood.get("version", 0))


def _at(span: dict[str, Any], which: str) -> int:
    return int(span.get(which, 0))
