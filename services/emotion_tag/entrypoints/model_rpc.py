"""ModelService over gRPC: protobuf in, a use case called, protobuf out."""

import asyncio
from datetime import timedelta
from typing import Any

from google.api.httpbody_pb2 import HttpBody

from resonance.emotion_tag.v1 import model_service_pb2 as pb
from services.emotion_tag.application.governance.model_report import MOST_GOLD_SETS, report_model
from services.emotion_tag.application.governance.watch_drift import CURRENT, REFERENCE, get_drift
from services.emotion_tag.entrypoints.correction_rpc import CorrectionRpc
from services.emotion_tag.entrypoints.correction_wire import kind_or_all
from services.emotion_tag.entrypoints.gold_rpc import GoldRpc
from services.emotion_tag.entrypoints.model_parts import ModelParts
from services.emotion_tag.entrypoints.model_wire import to_drift, to_fairness
from services.emotion_tag.entrypoints.version_rpc import VersionRpc

HTML = "text/html; charset=utf-8"
LANGUAGE = "zh"


class ModelRpc(CorrectionRpc, GoldRpc, VersionRpc):
    """All calls; those about what is seen and measured are here."""

    def __init__(self, parts: ModelParts) -> None:
        super().__init__(parts)
        self._parts = parts

    async def GetDrift(self, request: pb.GetDriftRequest, context: Any) -> pb.GetDriftResponse:
        current = timedelta(hours=request.current_hours) or CURRENT
        reference = timedelta(days=request.reference_days) or REFERENCE
        async with self._parts.reads() as reads:
            found = await get_drift(
                reads,
                self._parts.clock.now(),
                kind=kind_or_all(request.kind),
                current=current,
                reference=reference,
            )
        return pb.GetDriftResponse(drift=to_drift(found))

    async def GetFairness(
        self, request: pb.GetFairnessRequest, context: Any
    ) -> pb.GetFairnessResponse:
        found = await self._parts.fairness.measure(request.version)
        gold = []
        async with self._parts.reads() as reads:
            for one in await reads.gold.sets(None, MOST_GOLD_SETS):
                latest = await reads.evaluations.latest(request.version, one.gold_set_id)
                if latest is not None and latest.figures is not None:
                    gold.append((one, latest.figures.slices))
        return pb.GetFairnessResponse(fairness=to_fairness(found, gold))

    async def GetModelReport(
        self, request: pb.GetModelReportRequest, context: Any
    ) -> pb.GetModelReportResponse:
        parts = self._parts
        fairness = await parts.fairness.measure(request.version)
        async with parts.reads() as reads:
            report = await report_model(
                request.version, fairness, parts.desk, reads, parts.clock.now()
            )
        page = await asyncio.to_thread(parts.render, report, request.language_code or LANGUAGE)
        return pb.GetModelReportResponse(page=HttpBody(content_type=HTML, data=page))
