"""RecommendationService over gRPC: protobuf in, a use case called, protobuf out."""

from typing import Any
from uuid import UUID

from resonance.recommendation.v1 import recommendation_service_pb2 as pb
from resonance.recommendation.v1 import recommendation_service_pb2_grpc as pb_grpc
from services.chassis.kernel.clock import Clock
from services.chassis.kernel.errors import InvalidField
from services.chassis.kernel.ids import new_id, parse_id
from services.chassis.rpc.identity import Caller, current_caller
from services.recommendation.application.get_item import get_item
from services.recommendation.application.list_recommendations import Answer, Recommender
from services.recommendation.application.ports import Transactions
from services.recommendation.application.train import get_training, start_training
from services.recommendation.application.upsert_items import upsert_items
from services.recommendation.entrypoints.wire import (
    from_answer,
    from_item,
    from_training,
    to_item,
    to_query,
)

_MAY_KNOW_MOODS = frozenset({"agent", "admin"})  # those that GetMood lets in


class RecommendationServicer(pb_grpc.RecommendationServiceServicer):
    def __init__(
        self,
        *,
        transactions: Transactions,
        reads: Transactions,
        recommender: Recommender,
        clock: Clock,
    ) -> None:
        self._transactions, self._reads, self._clock = transactions, reads, clock
        self._recommender = recommender

    async def BatchUpsertItems(
        self, request: pb.BatchUpsertItemsRequest, context: Any
    ) -> pb.BatchUpsertItemsResponse:
        _refuse_repeats([item.item_id for item in request.items])
        now = self._clock.now()
        done = await upsert_items(
            [to_item(item, now) for item in request.items], self._transactions
        )
        return pb.BatchUpsertItemsResponse(
            created_count=done.created_count, changed_count=done.changed_count
        )

    async def GetItem(self, request: pb.GetItemRequest, context: Any) -> pb.GetItemResponse:
        item, standing = await get_item(request.item_id, self._reads)
        return pb.GetItemResponse(item=from_item(item, standing, self._clock.now()))

    async def ListRecommendations(
        self, request: pb.ListRecommendationsRequest, context: Any
    ) -> pb.ListRecommendationsResponse:
        """Answer from bytes made before, as long as they hold.

        The answers to a person are kept with the person at hand, and so forgotten with them.
        """
        user_id = request.user_id
        now = self._recommender.now()
        person_id = UUID(user_id)
        known = await self._recommender.known(person_id, now)
        if not _may_know_mood(current_caller(), person_id):
            request.ignore_mood = True
        request.ClearField("user_id")
        key = request.SerializeToString(deterministic=True)
        kept: tuple[Answer, bytes] | None = known.answers.get(key)
        if kept is None or not kept[0].holds(self._recommender.desk.stock, now):
            request.user_id = user_id
            answer = self._recommender.answer(known, to_query(request, _about(request)), now)
            kept = answer, from_answer(answer).SerializeToString()
            known.keep(key, kept)
        response = pb.ListRecommendationsResponse()
        response.ParseFromString(kept[1])
        response.recommendation_id = str(new_id())
        return response

    async def StartTraining(
        self, request: pb.StartTrainingRequest, context: Any
    ) -> pb.StartTrainingResponse:
        training = await start_training(self._transactions, self._clock)
        return pb.StartTrainingResponse(training=from_training(training))

    async def GetTraining(
        self, request: pb.GetTrainingRequest, context: Any
    ) -> pb.GetTrainingResponse:
        wanted = parse_id(request.training_id, "training_id") if request.training_id else None
        return pb.GetTrainingResponse(
            training=from_training(await get_training(wanted, self._reads))
        )


def _may_know_mood(caller: Caller, user_id: UUID) -> bool:
    """A list tells the mood it is made for: its owner may see that, a host may not."""
    return (
        caller.is_internal
        or caller.subject == user_id
        or not caller.roles.isdisjoint(_MAY_KNOW_MOODS)
    )


def _about(request: pb.ListRecommendationsRequest) -> bytes:
    """All that a page token must agree with."""
    about = pb.ListRecommendationsRequest()
    about.CopyFrom(request)
    about.ClearField("page_token")
    return about.SerializeToString(deterministic=True)


def _refuse_repeats(item_ids: list[str]) -> None:
    seen: set[str] = set()
    for at, item_id in enumerate(item_ids):
        if item_id in seen:
            raise InvalidField(
                f"items[{at}].item_id", "items.unique", "Each item may be sent once in a call."
            )
        seen.add(item_id)
