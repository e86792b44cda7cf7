"""Replays live shopping and talk at a readable pace, and times each comment's way to its effect."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import perf_counter
from uuid import uuid4

import grpc

from infra.demo.api import Api, Json
from resonance.recommendation.v1 import recommendation_service_pb2 as pb
from resonance.recommendation.v1.recommendation_service_pb2_grpc import RecommendationServiceStub

EFFECT_TIMEOUT = 5.0  # seconds until a comment must have had its effect
LOOK_EVERY = 0.003
LONGEST_COMMENT = 1_000  # characters, as the contract says


@dataclass(frozen=True)
class Line:
    """Something that somebody says live; `post_id` is what they say it under."""

    name: str
    user_id: str
    post_id: str
    text: str
    item_ids: Sequence[str]
    is_simulated: bool
    allows_mood: bool


@dataclass
class Replayed:
    """What the replay came to; latencies are in milliseconds, from the HTTP post to the effect."""

    lines: int = 0
    latencies_ms: list[float] = field(default_factory=list)
    late: list[str] = field(default_factory=list)

    def percentile(self, share: float) -> float | None:
        """The latency below which that share lies; None if nothing was timed."""
        taken = sorted(self.latencies_ms)
        return taken[min(int(len(taken) * share), len(taken) - 1)] if taken else None


class Replay:
    """Lets people look at things and say things, one line after another."""

    def __init__(self, admin: Api, channel: grpc.aio.Channel) -> None:
        self._admin = admin
        self._stub = RecommendationServiceStub(channel)
        self.result = Replayed()

    async def run(
        self,
        lines: Sequence[Line],
        *,
        pace: float,
        show: Callable[[Line, Json, float | None], None],
    ) -> None:
        """Say each line, at most one every `pace` seconds."""
        for line in lines:
            began = perf_counter()
            await self._look_around(line)
            tag, latency = await self._say(line)
            self.result.lines += 1
            show(line, tag, latency)
            await asyncio.sleep(max(0.0, pace - (perf_counter() - began)))

    async def _look_around(self, line: Line) -> None:
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        views = [
            {
                "eventId": str(uuid4()),
                "userId": line.user_id,
                "type": "BEHAVIOR_TYPE_VIEW",
                "itemId": item_id,
                "occurTime": now,
                "platform": "app",
            }
            for item_id in line.item_ids
        ]
        if views:
            await self._admin.post("/v1/behaviors:batchRecord", {"behaviors": views})

    async def _say(self, line: Line) -> tuple[Json, float | None]:
        """Comment; the tag of the text, and the time to its effect where one is due."""
        tag = (await self._admin.post("/v1/emotions:tag", {"text": line.text}))["tag"]
        request = pb.ListRecommendationsRequest(user_id=line.user_id, page_size=20)
        before = (await self._stub.ListRecommendations(request)).mood_version
        began = perf_counter()
        await self._admin.post(
            f"/v1/posts/{line.post_id}/comments", {"authorId": line.user_id, "body": line.text}
        )
        if not line.allows_mood or tag.get("unsure"):
            return tag, None  # nothing may change, or nothing need
        while perf_counter() - began < EFFECT_TIMEOUT:
            if (await self._stub.ListRecommendations(request)).mood_version > before:
                latency = 1000 * (perf_counter() - began)
                self.result.latencies_ms.append(latency)
                return tag, latency
            await asyncio.sleep(LOOK_EVERY)
        self.result.late.append(f"no effect of a comment within {EFFECT_TIMEOUT:.0f} s")
        return tag, None
