"""Calls a second: services against a bare echo, the gateway against direct calls and Envoy."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import grpc

from resonance.emotion_tag.v1 import emotion_tag_service_pb2 as emotion
from resonance.emotion_tag.v1.emotion_pb2 import TEXT_KIND_DANMAKU
from resonance.recommendation.v1 import recommendation_service_pb2 as recommendation
from tests.bench.envoy import envoy
from tests.bench.measuring import Load, echo_of, in_turn
from tests.bench.row import Row
from tests.bench.scene import Scene
from tests.bench.texts import danmaku

ITEMS = 20
TEXTS = 10_000  # more than the service remembers
PRAISE = ("这把吉他音色太好听了", "客服很耐心，点赞", "Love the sound of it", "這個真的超好用")
BLAME = ("就是物流慢了点", "包装有点破损，失望", "but it broke after a week", "客服不理人，生气")


@dataclass(frozen=True)
class Endpoint:
    """One RPC and its HTTP form, with the same questions in the same order."""

    name: str
    area: str
    method: str
    payloads: Sequence[bytes]
    over: Sequence[str]
    """Verb, path and body of each."""

    def over_grpc(self, address: str) -> Load:
        return Load(["grpc", address, self.method], [each.hex() for each in self.payloads])

    def over_http(self, address: str, token: str = "") -> Load:
        return Load(["http", address, "--token", token], self.over)


def endpoints(user_ids: Sequence[str]) -> list[Endpoint]:
    """The two calls that the goals name: a list for each person in turn, a new text each time.

    The texts praise and blame in one: the slow part of the model reads nine in ten.
    """
    texts = [f"{PRAISE[number % 4]}，{BLAME[number // 4 % 4]} {number}" for number in range(TEXTS)]
    return [
        Endpoint(
            name="ListRecommendations",
            area="recommendation",
            method="/resonance.recommendation.v1.RecommendationService/ListRecommendations",
            payloads=[
                recommendation.ListRecommendationsRequest(
                    user_id=user_id, page_size=ITEMS
                ).SerializeToString()
                for user_id in user_ids
            ],
            over=[f"GET /v1/users/{one}/recommendations?pageSize={ITEMS} " for one in user_ids],
        ),
        Endpoint(
            name="TagText",
            area="emotion_tag",
            method="/resonance.emotion_tag.v1.EmotionTagService/TagText",
            payloads=[emotion.TagTextRequest(text=text).SerializeToString() for text in texts],
            over=[f'POST /v1/emotions:tag {{"text": "{text}"}}' for text in texts],
        ),
    ]


def danmaku_endpoint() -> Endpoint:
    """TagText for what live rooms say, of which the slow part of the model reads little."""
    said = danmaku(TEXTS)
    return Endpoint(
        name="TagText of danmaku",
        area="emotion_tag",
        method="/resonance.emotion_tag.v1.EmotionTagService/TagText",
        payloads=[
            emotion.TagTextRequest(text=text, kind=TEXT_KIND_DANMAKU).SerializeToString()
            for text in said
        ],
        over=[
            "POST /v1/emotions:tag " + json.dumps({"text": text, "kind": "TEXT_KIND_DANMAKU"})
            for text in said
        ],
    )


async def service_rows(scene: Scene, areas: frozenset[str]) -> AsyncIterator[Row]:
    """Each service's call against a bare echo with an equal answer."""
    for endpoint in (*endpoints(scene.user_ids), danmaku_endpoint()):
        if endpoint.area not in areas:
            continue
        address = scene.stack.address(endpoint.area)
        answer = await _answer(address, endpoint)
        async with echo_of(answer) as echo:
            rates = await in_turn(
                {
                    endpoint.name: endpoint.over_grpc(address),
                    "a bare echo": endpoint.over_grpc(echo),
                }
            )
        yield Row(
            name=f"{endpoint.name} over gRPC against a bare echo",
            area=endpoint.area,
            value=rates.ratio(endpoint.name, "a bare echo"),
            unit="of the echo's rate",
            goal="≥ 0.6",
            detail=f"answer of {len(answer)} bytes; {rates.detail(endpoint.name, 'a bare echo')}",
        )


async def gateway_rows(scene: Scene) -> AsyncIterator[Row]:
    """The same calls through the gateway, directly, and through Envoy's transcoder."""
    gateway = scene.stack.address("gateway")
    for endpoint in endpoints(scene.user_ids):
        address = scene.stack.address(endpoint.area)
        async with envoy(address, scene.stack.folder.ports.of("envoy")) as peer:
            rates = await in_turn(
                {
                    "the gateway": endpoint.over_http(gateway, scene.token),
                    "direct gRPC": endpoint.over_grpc(address),
                    "Envoy": endpoint.over_http(peer),
                }
            )
        yield Row(
            name=f"{endpoint.name} through the gateway against direct gRPC",
            area="gateway",
            value=rates.ratio("the gateway", "direct gRPC"),
            unit="of the direct rate",
            goal="≥ 0.65",
            detail=rates.detail("the gateway", "direct gRPC") + "; token checked, limits on",
        )
        yield Row(
            name=f"{endpoint.name} through the gateway against Envoy's transcoder",
            area="gateway",
            value=rates.ratio("the gateway", "Envoy"),
            unit="of Envoy's rate",
            goal="≥ 0.7",
            detail=rates.detail("the gateway", "Envoy") + "; Envoy checks no token, no limits",
        )


async def _answer(address: str, endpoint: Endpoint) -> bytes:
    async with grpc.aio.insecure_channel(address) as channel:
        call: Any = channel.unary_unary(endpoint.method)
        return bytes(await call(endpoint.payloads[0]))
