"""Calls a second: services against a bare echo, the gateway against direct calls and Envoy."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import grpc

from resonance.emotion_tag.v1 import emotion_tag_service_pb2 as emotion
from resonance.recommendation.v1 import recommendation_service_pb2 as recommendation
from tests.bench.envoy import envoy
from tests.bench.measuring import Load, echo_of, in_turn
from tests.bench.row import Row
from tests.bench.scene import Scene

TEXT = "这把吉他的音色真的太好听了，就是物流慢了点"
ITEMS = 20


@dataclass(frozen=True)
class Endpoint:
    """One RPC and its HTTP form, with the same question."""

    name: str
    area: str
    method: str
    request: bytes
    verb: str
    path: str
    body: str = ""

    def over_grpc(self, address: str) -> Load:
        return Load(["grpc", address, self.method, "--payload", self.request.hex()])

    def over_http(self, address: str, token: str = "") -> Load:
        return Load(["http", address, self.verb, self.path, "--body", self.body, "--token", token])


def endpoints(user_id: str) -> list[Endpoint]:
    """The two calls that the goals name."""
    return [
        Endpoint(
            name="ListRecommendations",
            area="recommendation",
            method="/resonance.recommendation.v1.RecommendationService/ListRecommendations",
            request=recommendation.ListRecommendationsRequest(
                user_id=user_id, page_size=ITEMS
            ).SerializeToString(),
            verb="GET",
            path=f"/v1/users/{user_id}/recommendations?pageSize={ITEMS}",
        ),
        Endpoint(
            name="TagText",
            area="emotion_tag",
            method="/resonance.emotion_tag.v1.EmotionTagService/TagText",
            request=emotion.TagTextRequest(text=TEXT).SerializeToString(),
            verb="POST",
            path="/v1/emotions:tag",
            body=f'{{"text": "{TEXT}"}}',
        ),
    ]


async def service_rows(scene: Scene, areas: frozenset[str]) -> AsyncIterator[Row]:
    """Each service's call against a bare echo with an equal answer."""
    for endpoint in endpoints(scene.user_ids[0]):
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
    for endpoint in endpoints(scene.user_ids[0]):
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
        return bytes(await call(endpoint.request))
