"""Versions, evaluations, shadow, promotion and rollback over gRPC."""

from typing import Any
from uuid import UUID

from resonance.emotion_tag.v1 import model_pb2
from resonance.emotion_tag.v1 import model_service_pb2 as pb
from resonance.emotion_tag.v1.model_service_pb2_grpc import ModelServiceServicer
from services.chassis.kernel.ids import parse_id
from services.chassis.rpc.page_tokens import page_size
from services.emotion_tag.application.governance.compare_models import compare_models
from services.emotion_tag.application.governance.run_evaluations import start_evaluation
from services.emotion_tag.domain.errors import ModelNotFound
from services.emotion_tag.domain.model_version import ModelState
from services.emotion_tag.domain.shadow import shadow_figures
from services.emotion_tag.entrypoints.model_parts import ModelParts, act_of
from services.emotion_tag.entrypoints.model_wire import (
    to_change,
    to_comparison,
    to_evaluation,
    to_gates,
    to_model,
    to_shadow,
)
from services.emotion_tag.entrypoints.pages import PAGES

PAGE, EVALUATIONS_PAGE = 50, 20
CHANGES = "model changes"


class VersionRpc(ModelServiceServicer):
    def __init__(self, parts: ModelParts) -> None:
        self._parts = parts

    async def ListModelVersions(
        self, request: pb.ListModelVersionsRequest, context: Any
    ) -> pb.ListModelVersionsResponse:
        async with self._parts.reads() as reads:
            state = await self._parts.desk.state(reads)
            known = await reads.models.known_versions()
        folders = {folder.version: folder for folder in self._parts.shelf.folders()}
        versions = sorted(
            {*folders, *known, state.active}, key=lambda one: (one != state.active, one)
        )
        return pb.ListModelVersionsResponse(
            models=[to_model(version, folders.get(version), state) for version in versions]
        )

    async def EvaluateModel(
        self, request: pb.EvaluateModelRequest, context: Any
    ) -> pb.EvaluateModelResponse:
        parts = self._parts
        started = await start_evaluation(
            request.version,
            parse_id(request.gold_set_id, "gold_set_id"),
            parts.transactions,
            parts.shelf,
            parts.wake,
            parts.clock,
        )
        return pb.EvaluateModelResponse(evaluation=to_evaluation(started))

    async def GetEvaluation(
        self, request: pb.GetEvaluationRequest, context: Any
    ) -> pb.GetEvaluationResponse:
        async with self._parts.reads() as reads:
            found = await reads.evaluations.find(parse_id(request.evaluation_id, "evaluation_id"))
        return pb.GetEvaluationResponse(evaluation=to_evaluation(found))

    async def ListEvaluations(
        self, request: pb.ListEvaluationsRequest, context: Any
    ) -> pb.ListEvaluationsResponse:
        size = page_size(request.page_size, EVALUATIONS_PAGE)
        name = f"evaluations {request.version} {request.gold_set_id}"
        async with self._parts.reads() as reads:
            found = await reads.evaluations.listed(
                request.version,
                UUID(request.gold_set_id) if request.gold_set_id else None,
                PAGES.after(name, request.page_token),
                size,
            )
        return pb.ListEvaluationsResponse(
            evaluations=[to_evaluation(one) for one in found],
            next_page_token=PAGES.following(
                name, found, size, found[-1].evaluation_id if found else None
            ),
        )

    async def CompareModels(
        self, request: pb.CompareModelsRequest, context: Any
    ) -> pb.CompareModelsResponse:
        async with self._parts.reads() as reads:
            other = request.other_version or (await self._parts.desk.state(reads)).active
            gold_set_id = parse_id(request.gold_set_id, "gold_set_id")
            found = await compare_models(request.version, other, gold_set_id, reads)
        return pb.CompareModelsResponse(
            comparison=to_comparison(request.version, other, request.gold_set_id, found)
        )

    async def SetShadow(self, request: pb.SetShadowRequest, context: Any) -> pb.SetShadowResponse:
        state = await self._parts.desk.shadow(request.version, request.sample_per_mille, act_of(""))
        return pb.SetShadowResponse(model=self._model(request.version, state))

    async def GetShadow(self, request: pb.GetShadowRequest, context: Any) -> pb.GetShadowResponse:
        async with self._parts.reads() as reads:
            state = await self._parts.desk.state(reads)
            counts, times = await reads.shadows.find(request.version, state.active)
        figures = shadow_figures(counts, times)
        return pb.GetShadowResponse(shadow=to_shadow(request.version, state, figures))

    async def CheckGates(
        self, request: pb.CheckGatesRequest, context: Any
    ) -> pb.CheckGatesResponse:
        async with self._parts.reads() as reads:
            found = await self._parts.desk.check(request.version, reads)
        return pb.CheckGatesResponse(
            gates=to_gates(found), may_be_promoted=all(gate.is_passed for gate in found)
        )

    async def PromoteModel(
        self, request: pb.PromoteModelRequest, context: Any
    ) -> pb.PromoteModelResponse:
        act = act_of(request.reason, request.override_reason)
        state, found = await self._parts.desk.promote(request.version, act)
        return pb.PromoteModelResponse(
            model=self._model(request.version, state), gates=to_gates(found)
        )

    async def RollbackModel(
        self, request: pb.RollbackModelRequest, context: Any
    ) -> pb.RollbackModelResponse:
        state = await self._parts.desk.roll_back(act_of(request.reason))
        return pb.RollbackModelResponse(model=self._model(state.active, state))

    async def ListModelChanges(
        self, request: pb.ListModelChangesRequest, context: Any
    ) -> pb.ListModelChangesResponse:
        size = page_size(request.page_size, PAGE)
        async with self._parts.reads() as reads:
            found = await reads.models.changes(PAGES.after(CHANGES, request.page_token), size)
        return pb.ListModelChangesResponse(
            changes=[to_change(one) for one in found],
            next_page_token=PAGES.following(
                CHANGES, found, size, found[-1].change_id if found else None
            ),
        )

    def _model(self, version: str, state: ModelState) -> model_pb2.ModelVersion:
        try:
            folder = self._parts.shelf.find(version)
        except ModelNotFound:
            folder = None
        return to_model(version, folder, state)
