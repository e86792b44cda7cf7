"""SubjectService over gRPC: protobuf in, a use case called, protobuf out."""

import struct
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration

from resonance.emotion_tag.v1 import subject_pb2
from resonance.emotion_tag.v1 import subject_service_pb2 as pb
from resonance.emotion_tag.v1.subject_service_pb2_grpc import SubjectServiceServicer
from services.chassis.kernel.clock import Clock
from services.chassis.kernel.errors import InvalidField
from services.emotion_tag.application.ports import Contents
from services.emotion_tag.application.subjects.get_product import get_product, list_product_tags
from services.emotion_tag.application.subjects.get_profile import (
    SeenProfile,
    compare_subjects,
    get_profiles,
)
from services.emotion_tag.application.subjects.list_quotes import ListQuotes, list_quotes
from services.emotion_tag.application.subjects.ports import HeldTag, Reads, TagFilter
from services.emotion_tag.application.trends.name_topics import name_topics
from services.emotion_tag.application.trends.ports import TrendReads
from services.emotion_tag.domain.quote import Quote
from services.emotion_tag.domain.subject import HALF_LIVES, Subject
from services.emotion_tag.domain.subject_comparison import AspectDifference
from services.emotion_tag.entrypoints.pages import PAGES
from services.emotion_tag.subject_wire import (
    from_subject,
    to_duration,
    to_product,
    to_product_tag,
    to_profile,
    to_slope,
    to_span,
    to_subject,
)
from services.emotion_tag.wire import (
    ASPECT_NUMBERS,
    EMOTION_NUMBERS,
    POLARITY_NUMBERS,
    to_tag,
    to_time,
)

# As the comments of the contract say.
QUOTES = 5
TAGS_PAGE = 50

_EMOTIONS = {number: emotion for emotion, number in EMOTION_NUMBERS.items()}
_ASPECTS = {number: aspect for aspect, number in ASPECT_NUMBERS.items()}
_POLARITIES = {number: polarity for polarity, number in POLARITY_NUMBERS.items()}
_CONFIDENCE = struct.Struct(">d")


class SubjectRpc(SubjectServiceServicer):
    def __init__(self, reads: Reads, topics: TrendReads, contents: Contents, clock: Clock) -> None:
        self._reads, self._topics = reads, topics
        self._contents, self._clock = contents, clock

    async def GetSubjectProfile(
        self, request: pb.GetSubjectProfileRequest, context: Any
    ) -> pb.GetSubjectProfileResponse:
        subject = from_subject(request.kind, request.subject_id)
        window = _window(request.window) if request.HasField("window") else None
        (seen,) = await get_profiles([subject], self._reads, self._clock, window=window)
        names = await name_topics([subject], self._topics, self._clock)
        return pb.GetSubjectProfileResponse(profile=_to_profile(seen, names))

    async def CompareSubjects(
        self, request: pb.CompareSubjectsRequest, context: Any
    ) -> pb.CompareSubjectsResponse:
        subjects = [from_subject(one.kind, one.subject_id) for one in request.subjects]
        if len(set(subjects)) != len(subjects):
            raise InvalidField("subjects", "subjects.unique", "Must be different things.")
        window = _window(request.window) if request.HasField("window") else None
        seen, differences = await compare_subjects(
            subjects, self._reads, self._clock, window=window
        )
        names = await name_topics(subjects, self._topics, self._clock)
        return pb.CompareSubjectsResponse(
            profiles=[_to_profile(one, names) for one in seen],
            differences=[_to_difference(one, names) for one in differences],
        )

    async def GetSubjectQuotes(
        self, request: pb.GetSubjectQuotesRequest, context: Any
    ) -> pb.GetSubjectQuotesResponse:
        query = ListQuotes(
            subject=from_subject(request.kind, request.subject_id),
            polarity=_POLARITIES.get(request.polarity),
            limit=request.quote_count or QUOTES,
        )
        quotes = await list_quotes(query, self._reads, self._contents, self._clock)
        return pb.GetSubjectQuotesResponse(quotes=[_to_quote(one) for one in quotes])

    async def GetProductEmotion(
        self, request: pb.GetProductEmotionRequest, context: Any
    ) -> pb.GetProductEmotionResponse:
        product, tags = await get_product(request.item_id, self._reads, self._clock)
        found = to_product(product)
        del found.tags[:]
        found.tags.extend(_to_tag(tag) for tag in tags)
        return pb.GetProductEmotionResponse(product=found)

    async def ListProductEmotionTags(
        self, request: pb.ListProductEmotionTagsRequest, context: Any
    ) -> pb.ListProductEmotionTagsResponse:
        wanted = TagFilter(
            emotion=_EMOTIONS.get(request.emotion),
            aspect=_ASPECTS.get(request.aspect),
            polarity=_POLARITIES.get(request.polarity),
        )
        limit = request.page_size or TAGS_PAGE
        after = _read_token(wanted, request.page_token)
        tags = await list_product_tags(wanted, self._reads, after=after, limit=limit)
        return pb.ListProductEmotionTagsResponse(
            products=[pb.TaggedProduct(item_id=tag.item_id, tag=_to_tag(tag)) for tag in tags],
            next_page_token=_next_token(wanted, tags, limit),
        )


def _window(window: Duration) -> timedelta:
    return window.ToTimedelta()


def _to_profile(seen: SeenProfile, names: Mapping[Subject, str]) -> subject_pb2.SubjectProfile:
    found = to_profile(seen.profile)
    found.subject.name = names.get(seen.profile.subject, "")
    found.text_count = seen.text_count
    if seen.updated_at is not None:
        found.update_time.CopyFrom(to_time(seen.updated_at))
    if seen.window is None:
        found.half_life.CopyFrom(to_duration(HALF_LIVES[seen.profile.subject.kind]))
    found.trend.CopyFrom(
        subject_pb2.SubjectTrend(
            spans=[to_span(span) for span in seen.spans],
            is_hourly=seen.is_hourly,
            volume_growth=to_slope(seen.trend.volume),
            balance_change=to_slope(seen.trend.balance),
        )
    )
    return found


def _to_difference(one: AspectDifference, names: Mapping[Subject, str]) -> pb.AspectDifference:
    return pb.AspectDifference(
        aspect=ASPECT_NUMBERS[one.aspect],
        praised=to_subject(one.praised, names.get(one.praised, "")),
        missed=to_subject(one.missed, names.get(one.missed, "")),
        difference=one.difference,
        low=one.low,
        high=one.high,
        p_value=one.p_value,
        is_significant=one.is_significant,
    )


def _to_quote(one: Quote) -> pb.SubjectQuote:
    return pb.SubjectQuote(
        content_id=str(one.content_id),
        text=one.text,
        is_cut=one.is_cut,
        tag=to_tag(one.tag),
        publish_time=to_time(one.said_at),
        closeness=one.closeness,
    )


def _to_tag(tag: HeldTag) -> subject_pb2.ProductEmotionTag:
    found = to_product_tag(
        (tag.emotion, tag.aspect, tag.polarity), share=tag.share, confidence=tag.confidence
    )
    found.start_time.CopyFrom(to_time(tag.since))
    return found


def _next_token(wanted: TagFilter, tags: Sequence[HeldTag], limit: int) -> str:
    """The place behind the last tag; "" on the last page."""
    if len(tags) < limit:
        return ""
    last = tags[-1]
    place = _CONFIDENCE.pack(last.confidence) + f"{last.key} {last.item_id}".encode()
    return PAGES.seal(repr(wanted), place)


def _read_token(wanted: TagFilter, token: str) -> tuple[float, str, str] | None:
    if not token:
        return None
    place = PAGES.open(repr(wanted), token)
    (confidence,) = _CONFIDENCE.unpack_from(place)
    key, item_id = place[_CONFIDENCE.size :].decode().split(" ", 1)
    return confidence, item_id, key
