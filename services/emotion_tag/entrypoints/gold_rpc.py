"""Gold sets over gRPC."""

from typing import Any
from uuid import UUID

from resonance.emotion_tag.v1 import gold_pb2
from resonance.emotion_tag.v1 import model_service_pb2 as pb
from resonance.emotion_tag.v1.model_service_pb2_grpc import ModelServiceServicer
from services.chassis.kernel.errors import InvalidField
from services.chassis.kernel.ids import new_id, parse_id
from services.chassis.rpc.identity import current_caller
from services.chassis.rpc.page_tokens import page_size
from services.emotion_tag.application.governance.import_gold import GoldInput, import_gold
from services.emotion_tag.domain.gold import GoldSet
from services.emotion_tag.entrypoints.correction_wire import from_space, to_gold_row, to_gold_set
from services.emotion_tag.entrypoints.model_parts import ModelParts
from services.emotion_tag.entrypoints.pages import PAGES
from services.emotion_tag.wire import from_kind

PAGE = 50
SETS = "gold sets"


class GoldRpc(ModelServiceServicer):
    def __init__(self, parts: ModelParts) -> None:
        self._parts = parts

    async def CreateGoldSet(
        self, request: pb.CreateGoldSetRequest, context: Any
    ) -> pb.CreateGoldSetResponse:
        gold = GoldSet(
            gold_set_id=new_id(),
            name=_filled(request.name, "name"),
            kind=from_kind(request.kind),
            space=from_space(request.label_space),
            source=_filled(request.source, "source"),
            licence=_filled(request.licence, "licence"),
            row_count=0,
            creator_id=current_caller().subject,
            created_at=self._parts.clock.now(),
        )
        async with self._parts.transactions() as tx:
            await tx.gold.create(gold)
        return pb.CreateGoldSetResponse(gold_set=to_gold_set(gold))

    async def ImportGold(
        self, request: pb.ImportGoldRequest, context: Any
    ) -> pb.ImportGoldResponse:
        gold, added = await import_gold(
            parse_id(request.gold_set_id, "gold_set_id"),
            [_input(one) for one in request.rows],
            self._parts.transactions,
        )
        return pb.ImportGoldResponse(gold_set=to_gold_set(gold), added_count=added)

    async def ListGoldSets(
        self, request: pb.ListGoldSetsRequest, context: Any
    ) -> pb.ListGoldSetsResponse:
        size = page_size(request.page_size, PAGE)
        async with self._parts.reads() as reads:
            found = await reads.gold.sets(PAGES.after(SETS, request.page_token), size)
        return pb.ListGoldSetsResponse(
            gold_sets=[to_gold_set(one) for one in found],
            next_page_token=PAGES.following(
                SETS, found, size, found[-1].gold_set_id if found else None
            ),
        )

    async def ListGold(self, request: pb.ListGoldRequest, context: Any) -> pb.ListGoldResponse:
        size = page_size(request.page_size, PAGE)
        gold_set_id = parse_id(request.gold_set_id, "gold_set_id")
        name = f"gold {gold_set_id}"
        async with self._parts.reads() as reads:
            await reads.gold.find(gold_set_id)
            found = await reads.gold.rows(gold_set_id, PAGES.after(name, request.page_token), size)
        return pb.ListGoldResponse(
            rows=[to_gold_row(one) for one in found],
            next_page_token=PAGES.following(name, found, size, found[-1].row_id if found else None),
        )

    async def DeleteGold(
        self, request: pb.DeleteGoldRequest, context: Any
    ) -> pb.DeleteGoldResponse:
        gold_set_id = parse_id(request.gold_set_id, "gold_set_id")
        async with self._parts.transactions() as tx:
            await tx.gold.find(gold_set_id, lock=True)
            deleted = await tx.gold.delete_rows(gold_set_id, [UUID(one) for one in request.row_ids])
        return pb.DeleteGoldResponse(deleted_count=deleted)

    async def DeleteGoldSet(
        self, request: pb.DeleteGoldSetRequest, context: Any
    ) -> pb.DeleteGoldSetResponse:
        gold_set_id = parse_id(request.gold_set_id, "gold_set_id")
        async with self._parts.transactions() as tx:
            await tx.gold.find(gold_set_id, lock=True)
            await tx.gold.delete(gold_set_id)
        return pb.DeleteGoldSetResponse()


def _input(one: gold_pb2.GoldInput) -> GoldInput:
    return GoldInput(
        text=one.text,
        label=one.label,
        content_id=UUID(one.content_id) if one.content_id else None,
        slices=tuple(one.slices),
    )


def _filled(text: str, field: str) -> str:
    """What is left after trimming.

    Raises:
        InvalidField: that is nothing.
    """
    trimmed = text.strip()
    if not trimmed:
        raise InvalidField(field, "string.min_len", "Must say something.")
    return trimmed
