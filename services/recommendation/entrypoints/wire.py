"""Protobuf to domain and back, for the RPCs."""

from datetime import datetime

from resonance.emotion_tag.v1 import subject_pb2
from resonance.recommendation.v1 import item_pb2
from resonance.recommendation.v1 import recommendation_service_pb2 as pb
from resonance.type.v1 import money_pb2, text_pb2
from services.chassis.kernel.money import Money
from services.recommendation.application.list_recommendations import Answer, Query
from services.recommendation.domain.evaluation import Evaluation
from services.recommendation.domain.felt import KnownFor
from services.recommendation.domain.item import Item, Standing
from services.recommendation.domain.listing import Entry
from services.recommendation.domain.training import Training
from services.recommendation.domain.words import Scene

USUAL_PAGE = 20


def to_item(told: item_pb2.Item, now: datetime) -> Item:
    price = None
    if told.HasField("price"):
        price = Money(told.price.amount_minor, told.price.currency_code)
    return Item(
        item_id=told.item_id,
        title=told.title,
        category=told.category,
        brand=told.brand,
        tags=tuple(told.tags),
        price=price,
        is_unavailable=told.is_unavailable,
        created_at=now,
    )


def from_item(item: Item, standing: Standing, now: datetime) -> item_pb2.Item:
    told = item_pb2.Item(
        item_id=item.item_id,
        title=item.title,
        category=item.category,
        brand=item.brand,
        tags=item.tags,
        is_unavailable=item.is_unavailable,
    )
    if item.price is not None:
        price = money_pb2.Money(
            amount_minor=item.price.amount_minor, currency_code=item.price.currency
        )
        told.price.CopyFrom(price)
    told.create_time.FromDatetime(item.created_at)
    if standing.emotion is not None:
        emotion = item_pb2.ItemEmotion(
            emotion=standing.emotion.value,  # type: ignore[arg-type]  # a number on the wire
            positive_share=standing.positive_share(now),
            valence=standing.mean_valence(),
            mention_count=standing.mention_count,
            tags=[_from_known_for(tag) for tag in standing.felt.known_for],
        )
        told.emotion.CopyFrom(emotion)
    return told


def _from_known_for(tag: KnownFor) -> subject_pb2.ProductEmotionTag:
    return subject_pb2.ProductEmotionTag(
        names=tag.names,
        emotion=tag.emotion.value if tag.emotion else 0,  # type: ignore[arg-type]  # a number
        aspect=tag.aspect,  # type: ignore[arg-type]  # a number
        polarity=tag.polarity.value,  # type: ignore[arg-type]  # a number
        share=tag.share,
        confidence=tag.confidence,
    )


def to_query(request: pb.ListRecommendationsRequest, about: bytes) -> Query:
    return Query(
        scene=Scene(request.scene or Scene.HOME),
        size=request.page_size or USUAL_PAGE,
        page_token=request.page_token,
        categories=frozenset(request.categories),
        excluded=frozenset(request.exclude_item_ids),
        max_price_minor=request.max_price_minor,
        context_item_id=request.context_item_id,
        ignore_mood=request.ignore_mood,
        about=about,
    )


def from_answer(answer: Answer) -> pb.ListRecommendationsResponse:
    """All but the id of the answer."""
    return pb.ListRecommendationsResponse(
        items=[_from_entry(entry) for entry in answer.entries],
        is_personalized=answer.is_personalized,
        mood=answer.mood.value if answer.mood else 0,  # type: ignore[arg-type]  # a number
        mood_version=answer.mood_version,
        model_version=answer.model_version,
        next_page_token=answer.next_page_token,
    )


def from_training(training: Training) -> pb.Training:
    if training.is_running:
        state = pb.TRAINING_STATE_RUNNING
    elif training.has_failed:
        state = pb.TRAINING_STATE_FAILED
    else:
        state = pb.TRAINING_STATE_SUCCEEDED
    told = pb.Training(
        training_id=str(training.training_id),
        state=state,
        progress=training.progress,
        fit_seconds=training.fit_seconds,
        interaction_count=training.interaction_count,
        evaluations=[_from_evaluation(one) for one in training.evaluations],
        model_version=training.model_version,
        error=training.error,
    )
    told.create_time.FromDatetime(training.created_at)
    if training.ended_at is not None:
        told.end_time.FromDatetime(training.ended_at)
    return told


def _from_entry(entry: Entry) -> pb.RecommendedItem:
    return pb.RecommendedItem(
        item_id=entry.item.item_id,
        title=entry.item.title,
        category=entry.item.category,
        score=entry.score,
        reasons=[
            pb.Reason(
                signal=reason.signal.value,  # type: ignore[arg-type]  # a number on the wire
                share=reason.share,
                text=text_pb2.LocalizedText(zh=reason.zh, en=reason.en),
                item_id=reason.item_id,
            )
            for reason in entry.reasons
        ],
    )


def _from_evaluation(evaluation: Evaluation) -> pb.Evaluation:
    return pb.Evaluation(
        ranking=evaluation.ranking,
        precision_at_10=evaluation.precision,
        ndcg_at_10=evaluation.ndcg,
        coverage_at_10=evaluation.coverage,
        people_count=evaluation.people_count,
    )
