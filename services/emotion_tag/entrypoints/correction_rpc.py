"""Corrections and the review queue over gRPC."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from resonance.emotion_tag.v1 import model_service_pb2 as pb
from resonance.emotion_tag.v1.model_service_pb2_grpc import ModelServiceServicer
from services.chassis.kernel.ids import parse_id
from services.chassis.rpc.identity import current_caller
from services.chassis.rpc.page_tokens import page_size
from services.emotion_tag.application.governance.model_report import MOST_RATINGS, RATINGS_OF
from services.emotion_tag.application.governance.review_contents import claim_reviews, skip_review
from services.emotion_tag.application.governance.submit_correction import (
    SubmitCorrection,
    submit_correction,
)
from services.emotion_tag.domain.errors import NotARater
from services.emotion_tag.domain.rating import agreement_of
from services.emotion_tag.entrypoints.correction_wire import (
    from_aspects,
    from_emotion,
    from_polarity,
    kind_or_all,
    to_adjudication,
    to_agreement,
    to_correction,
    to_review,
)
from services.emotion_tag.entrypoints.model_parts import ModelParts
from services.emotion_tag.entrypoints.pages import PAGES

PAGE = 50
CLAIMED_AT_ONCE = 10


class CorrectionRpc(ModelServiceServicer):
    def __init__(self, parts: ModelParts) -> None:
        self._parts = parts

    async def SubmitCorrection(
        self, request: pb.SubmitCorrectionRequest, context: Any
    ) -> pb.SubmitCorrectionResponse:
        caller = current_caller()
        command = SubmitCorrection(
            content_id=parse_id(request.content_id, "content_id"),
            rater_id=caller.subject,
            roles=caller.roles,
            emotion=from_emotion(request.emotion),
            polarity=from_polarity(request.polarity),
            aspects=from_aspects(request.aspects),
            reason=request.reason,
        )
        parts = self._parts
        said, decided = await submit_correction(
            command, parts.transactions, parts.clock, half_life=parts.half_life
        )
        return pb.SubmitCorrectionResponse(
            correction=to_correction(said), adjudication=to_adjudication(decided)
        )

    async def ListCorrections(
        self, request: pb.ListCorrectionsRequest, context: Any
    ) -> pb.ListCorrectionsResponse:
        size = page_size(request.page_size, PAGE)
        name = f"corrections {request.content_id} {request.rater_id} {request.include_superseded}"
        async with self._parts.reads() as reads:
            found = await reads.corrections.listed(
                content_id=UUID(request.content_id) if request.content_id else None,
                rater_id=UUID(request.rater_id) if request.rater_id else None,
                superseded=request.include_superseded,
                before=PAGES.after(name, request.page_token),
                limit=size,
            )
        return pb.ListCorrectionsResponse(
            corrections=[to_correction(one) for one in found],
            next_page_token=PAGES.following(
                name, found, size, found[-1].correction_id if found else None
            ),
        )

    async def GetAgreement(
        self, request: pb.GetAgreementRequest, context: Any
    ) -> pb.GetAgreementResponse:
        span = timedelta(days=request.days) if request.days else RATINGS_OF
        since = self._parts.clock.now() - span
        async with self._parts.reads() as reads:
            ratings = await reads.corrections.ratings(
                since, kind_or_all(request.kind), MOST_RATINGS
            )
        return pb.GetAgreementResponse(agreement=to_agreement(agreement_of(ratings)))

    async def ListReviewQueue(
        self, request: pb.ListReviewQueueRequest, context: Any
    ) -> pb.ListReviewQueueResponse:
        size = page_size(request.page_size, PAGE)
        name = f"reviews {request.kind}"
        async with self._parts.reads() as reads:
            found = await reads.reviews.listed(
                kind_or_all(request.kind), PAGES.after(name, request.page_token), size
            )
        return pb.ListReviewQueueResponse(
            reviews=[to_review(one) for one in found],
            next_page_token=PAGES.following(
                name, found, size, found[-1].content_id if found else None
            ),
        )

    async def ClaimReviews(
        self, request: pb.ClaimReviewsRequest, context: Any
    ) -> pb.ClaimReviewsResponse:
        parts = self._parts
        found = await claim_reviews(
            _rater(),
            kind_or_all(request.kind),
            request.count or CLAIMED_AT_ONCE,
            parts.transactions,
            parts.contents,
            parts.clock,
        )
        return pb.ClaimReviewsResponse(reviews=[to_review(one) for one in found])

    async def SkipReview(
        self, request: pb.SkipReviewRequest, context: Any
    ) -> pb.SkipReviewResponse:
        content_id = parse_id(request.content_id, "content_id")
        await skip_review(content_id, _rater(), self._parts.transactions)
        return pb.SkipReviewResponse()


def _rater() -> UUID:
    """The person who calls.

    Raises:
        NotARater: no person stands behind the call.
    """
    subject = current_caller().subject
    if subject is None:
        raise NotARater("Reviews are for people: call with the token of one.")
    return subject
