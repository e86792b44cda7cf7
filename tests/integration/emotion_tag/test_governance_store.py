"""What governance keeps in PostgreSQL, also when several replicas and people are at it at once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import pytest

from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.chassis.kernel.ids import new_id
from services.emotion_tag.adapters.store.governance import PostgresGovernance
from services.emotion_tag.adapters.store.tables import platform
from services.emotion_tag.application.governance.import_gold import GoldInput, import_gold
from services.emotion_tag.application.governance.ports import GovernanceTransactions
from services.emotion_tag.application.governance.review_contents import (
    claim_reviews,
    prune_reviews,
    skip_review,
)
from services.emotion_tag.application.governance.submit_correction import (
    SubmitCorrection,
    submit_correction,
)
from services.emotion_tag.domain.aspect import Aspect
from services.emotion_tag.domain.content import Content, TaggedContent
from services.emotion_tag.domain.correction import PEOPLE, AspectLabel
from services.emotion_tag.domain.errors import (
    EvaluationNotFound,
    GoldSetExists,
    GoldSetFull,
    GoldSetNotFound,
    NotAdjudicated,
    ReviewNotFound,
    TagNotFound,
)
from services.emotion_tag.domain.evaluation import Answer, Evaluation, figures_of
from services.emotion_tag.domain.gold import MAX_ROWS, GoldRow, GoldSet
from services.emotion_tag.domain.labels import LabelSpace
from services.emotion_tag.domain.model_version import ModelAction, ModelChange, ModelState
from services.emotion_tag.domain.mood import HALF_LIFE
from services.emotion_tag.domain.promotion import Gate
from services.emotion_tag.domain.review import LONGEST_WAIT, Review, ReviewCause
from services.emotion_tag.domain.shadow import ShadowCount, ShadowTimes
from services.emotion_tag.domain.tag import TextKind
from services.emotion_tag.domain.taxonomy import Emotion, Polarity
from tests.support.clock import FixedClock
from tests.support.saying import NOON, text_of

CLOCK = FixedClock(NOON)
HOUR = timedelta(hours=1)
ANN, BEN, EVE = (UUID(int=one) for one in (1, 2, 3))


@dataclass
class Store:
    """The store as two replicas have it."""

    database: Database
    switched: list[None] = field(default_factory=list)

    @property
    def transactions(self) -> GovernanceTransactions:
        return self.database.transactions(
            lambda on: PostgresGovernance(on, lambda: self.switched.append(None))
        )

    async def tagged(self, *texts: TaggedContent) -> None:
        async with self.transactions() as tx:
            await tx.tags.put(texts)

    async def told(self) -> int:
        async with self.database.reads(lambda connection: connection)() as connection:
            return len((await connection.execute(platform.outbox.select())).all())


@pytest.fixture
async def store(database_url_of: Callable[[str], str]) -> AsyncIterator[Store]:
    engine = make_engine(database_url_of("emotion_tag"), pool_size=16)
    yield Store(Database(engine))
    await engine.dispose()


async def say(
    store: Store,
    text: TaggedContent,
    emotion: Emotion,
    rater_id: UUID = ANN,
    aspects: Sequence[AspectLabel] = (),
    reason: str = "",
) -> None:
    """A rater says what a text feels like."""
    command = SubmitCorrection(
        content_id=text.content_id,
        rater_id=rater_id,
        roles={"agent"},
        emotion=emotion,
        polarity=Polarity.POSITIVE,
        aspects=tuple(aspects),
        reason=reason,
    )
    await submit_correction(command, store.transactions, CLOCK, half_life=HALF_LIFE)


def review(content_id: UUID | None = None, **other: object) -> Review:
    one = Review(
        content_id=content_id or new_id(),
        kind=TextKind.COMMENT,
        language="zh-Hans",
        emotion=Emotion.ANGER,
        confidence=0.5,
        uncertainty=0.5,
        weight=1.0,
        reach=0,
        cause=ReviewCause.UNCERTAIN,
        wanted_count=1,
        rating_count=0,
        created_at=NOON,
    )
    return replace(one, **other)  # type: ignore[arg-type]  # other fields of a review


async def queue(store: Store, *waiting: Review) -> None:
    """Let texts wait that are tagged."""
    await store.tagged(*(replace(text_of(), content_id=one.content_id) for one in waiting))
    async with store.transactions() as tx:
        await tx.reviews.put(waiting)


class Texts:
    """A neighbour that has a text for everything."""

    async def read(self, content_ids: Sequence[UUID]) -> Sequence[Content]:
        return [
            Content(
                content_id=one,
                author_id=EVE,
                kind=TextKind.COMMENT,
                text="呵呵",
                item_ids=(),
                published_at=NOON,
            )
            for one in content_ids
        ]


async def claim(store: Store, rater_id: UUID, count: int, clock: FixedClock = CLOCK) -> set[UUID]:
    found = await claim_reviews(rater_id, None, count, store.transactions, Texts(), clock)
    return {one.content_id for one in found}


def gold_set(name: str = "comments", space: LabelSpace = LabelSpace.EMOTION) -> GoldSet:
    return GoldSet(
        gold_set_id=new_id(),
        name=name,
        kind=TextKind.COMMENT,
        space=space,
        source="tests",
        licence="own",
        row_count=0,
        creator_id=ANN,
        created_at=NOON,
    )


def gold_of(text: str, label: str, content_id: UUID | None = None) -> GoldInput:
    return GoldInput(text=text, label=label, content_id=content_id, slices=())


async def made(store: Store, gold: GoldSet) -> GoldSet:
    async with store.transactions() as tx:
        await tx.gold.create(gold)
    return gold


def evaluation(gold: GoldSet, version: str = "one") -> Evaluation:
    return Evaluation(
        evaluation_id=new_id(), version=version, gold_set_id=gold.gold_set_id, created_at=NOON
    )


async def test_raters_who_correct_at_once_come_to_one_decision(store: Store) -> None:
    text, raters = text_of(Emotion.ANGER), [new_id() for _ in range(9)]
    await store.tagged(text)

    await asyncio.gather(
        *(say(store, text, Emotion.JOY, one) for one in raters[:6]),
        *(say(store, text, Emotion.FEAR, one) for one in raters[6:]),
    )

    async with store.transactions() as tx:
        content, decided, model = await tx.corrections.hold(text.content_id)
        current = await tx.corrections.current(text.content_id)
    assert decided is not None
    assert (decided.emotion, decided.rater_count, decided.is_by_author) == (Emotion.JOY, 6, False)
    assert (content.tag.emotion, content.tag.model_version) == (Emotion.JOY, PEOPLE)
    assert model == text.tag
    assert len(current) == 9


async def test_a_rater_who_says_two_things_at_once_has_said_one(store: Store) -> None:
    text = text_of(Emotion.ANGER)
    await store.tagged(text)

    await asyncio.gather(*(say(store, text, Emotion.JOY, ANN, (), str(n)) for n in range(8)))

    async with store.transactions() as tx:
        current = await tx.corrections.current(text.content_id)
        history = await tx.corrections.listed(
            content_id=text.content_id, rater_id=None, superseded=True, before=None, limit=20
        )
    assert len(current) == 1
    assert len(history) == 8
    assert sum(one.superseded_at is None for one in history) == 1


async def test_corrections_are_listed_as_asked_and_rated_by_kind(store: Store) -> None:
    texts = [text_of(kind=kind) for kind in (TextKind.COMMENT, TextKind.POST)]
    await store.tagged(*texts)
    labels = [AspectLabel(Aspect.PRICE, Polarity.NEGATIVE)]
    await say(store, texts[0], Emotion.FEAR, ANN, labels, "a joke")
    await say(store, texts[0], Emotion.JOY, ANN)
    await say(store, texts[1], Emotion.JOY, BEN)

    async with store.transactions() as tx:
        of_ann = await tx.corrections.listed(
            content_id=None, rater_id=ANN, superseded=True, before=None, limit=9
        )
        older = await tx.corrections.listed(
            content_id=None,
            rater_id=None,
            superseded=True,
            before=of_ann[0].correction_id,
            limit=9,
        )
        ratings = await tx.corrections.ratings(NOON - HOUR, None, 9)
        of_posts = await tx.corrections.ratings(NOON - HOUR, TextKind.POST, 9)
        late = await tx.corrections.ratings(NOON + HOUR, None, 9)
        with pytest.raises(TagNotFound):
            await tx.corrections.hold(new_id())

    assert [one.emotion for one in of_ann] == [Emotion.JOY, Emotion.FEAR]
    assert (of_ann[1].aspects, of_ann[1].reason) == (tuple(labels), "a joke")
    assert older == [of_ann[1]]
    assert {(one.content_id, one.rater_id) for one in ratings} == {
        (texts[0].content_id, ANN),
        (texts[1].content_id, BEN),
    }
    assert [one.rater_id for one in of_posts] == [BEN]
    assert not late


async def test_raters_who_claim_at_once_get_different_texts(store: Store) -> None:
    single, double = [review() for _ in range(20)], [review(wanted_count=2) for _ in range(5)]
    await queue(store, *single, *double)
    raters = [new_id() for _ in range(10)]

    claims = await asyncio.gather(*(claim(store, one, 3) for one in raters for _ in range(2)))

    held: dict[UUID, set[UUID]] = {}
    for rater_id, taken in zip([one for one in raters for _ in range(2)], claims, strict=True):
        for content_id in taken:
            held.setdefault(content_id, set()).add(rater_id)
    assert all(len(held.get(one.content_id, ())) <= 1 for one in single)
    assert all(len(held.get(one.content_id, ())) <= 2 for one in double)
    assert sum(map(len, held.values())) <= 30


async def test_a_claim_is_kept_ends_and_comes_back(store: Store) -> None:
    one, other = review(), review(kind=TextKind.POST, uncertainty=0.9)
    await queue(store, one, other)
    await queue(store, replace(one, uncertainty=1.0))  # waits already

    taken = await claim(store, ANN, 5)
    again = await claim(store, ANN, 5)
    nothing = await claim(store, BEN, 5)
    later = await claim(store, BEN, 5, FixedClock(NOON + HOUR))
    await skip_review(one.content_id, BEN, store.transactions)
    with pytest.raises(ReviewNotFound):
        await skip_review(one.content_id, BEN, store.transactions)
    async with store.transactions() as tx:
        held = await tx.reviews.held_by(BEN, None, NOON + HOUR, 9)
        posts = await tx.reviews.held_by(BEN, TextKind.POST, NOON + HOUR, 9)
        comments = await tx.reviews.free_for(EVE, TextKind.COMMENT, NOON + HOUR, 9)
        listed = await tx.reviews.listed(None, None, 9)
        behind = await tx.reviews.listed(None, listed[0].content_id, 9)

    assert taken == again == later == {one.content_id, other.content_id}
    assert not nothing
    assert [review.content_id for review in held] == [other.content_id]
    assert held == posts
    assert [review.content_id for review in comments] == [one.content_id]
    assert [review.content_id for review in listed] == [other.content_id, one.content_id]
    assert [review.content_id for review in behind] == [one.content_id]


async def test_what_is_heard_of_at_once_adds_up_and_the_queue_is_cut(store: Store) -> None:
    loud, quiet, old = review(), review(uncertainty=0.9), review(uncertainty=1.0)
    old = replace(old, created_at=NOON - LONGEST_WAIT - HOUR)
    await queue(store, loud, quiet, old)

    async def hear() -> None:
        async with store.transactions() as tx:
            await tx.reviews.heard({loud.content_id: 2, quiet.content_id: 0, new_id(): 5})

    await asyncio.gather(*(hear() for _ in range(10)))
    gone = await prune_reviews(store.transactions, CLOCK)

    async with store.transactions() as tx:
        left = await tx.reviews.listed(None, None, 9)
        pruned = await tx.reviews.prune(NOON - LONGEST_WAIT, 1)
        await tx.reviews.remove([loud.content_id])
        nothing = await tx.reviews.listed(TextKind.COMMENT, None, 9)
    assert (gone, pruned) == (1, 1)
    assert [(one.content_id, one.reach) for one in left] == [
        (loud.content_id, 20),
        (quiet.content_id, 0),
    ]
    assert left[0].score == pytest.approx(replace(loud, reach=20).score)
    assert not nothing


async def test_gold_that_is_imported_at_once_is_there_once_and_never_too_much(
    store: Store,
) -> None:
    gold = await made(store, gold_set())
    inputs = [gold_of(f"{at}", "joy", None) for at in range(20)]

    added = await asyncio.gather(
        *(
            import_gold(gold.gold_set_id, inputs[:: -1 if n % 2 else 1], store.transactions)
            for n in range(6)
        )
    )
    async with store.transactions() as tx:
        rows = [GoldRow(row_id=new_id(), label="joy", text=f"x{n}") for n in range(MAX_ROWS - 25)]
        await tx.gold.add(gold.gold_set_id, rows)
    outcomes = await asyncio.gather(
        *(
            import_gold(
                gold.gold_set_id,
                [gold_of(f"{n} {at}", "joy", None) for at in range(3)],
                store.transactions,
            )
            for n in range(4)
        ),
        return_exceptions=True,
    )

    assert sum(count for _, count in added) == 20
    assert sum(isinstance(one, GoldSetFull) for one in outcomes) == 3
    async with store.transactions() as tx:
        assert (await tx.gold.find(gold.gold_set_id)).row_count == MAX_ROWS - 2


async def test_gold_is_paged_both_ways_and_deleted(store: Store) -> None:
    gold = await made(store, gold_set())
    rows = [
        GoldRow(row_id=new_id(), label="joy", text=f"{n}", slices=("short", "odd"))
        for n in range(5)
    ]
    async with store.transactions() as tx:
        await tx.gold.add(gold.gold_set_id, rows)
        latest = await tx.gold.rows(gold.gold_set_id, None, 2)
        older = await tx.gold.rows(gold.gold_set_id, latest[-1].row_id, 9)
        first = await tx.gold.rows_after(gold.gold_set_id, None, 2)
        later = await tx.gold.rows_after(gold.gold_set_id, first[-1].row_id, 9)
        gone = await tx.gold.delete_rows(gold.gold_set_id, [rows[0].row_id, new_id()])
        found = await tx.gold.find(gold.gold_set_id, lock=True)

    assert [*latest, *older] == rows[::-1]
    assert [*first, *later] == rows
    assert (gone, found.row_count) == (1, 4)
    with pytest.raises(GoldSetExists):
        await made(store, gold_set())
    other = await made(store, gold_set("other"))
    async with store.transactions() as tx:
        assert [one.name for one in await tx.gold.sets(None, 9)] == ["other", "comments"]
        assert [one.name for one in await tx.gold.sets(other.gold_set_id, 9)] == ["comments"]
        await tx.gold.delete(gold.gold_set_id)
    async with store.transactions() as tx:
        with pytest.raises(GoldSetNotFound):
            await tx.gold.find(gold.gold_set_id)


@pytest.mark.parametrize(
    ("space", "label", "changed"),
    [
        (LabelSpace.EMOTION, "disappointment", "joy"),
        (LabelSpace.SMP_SIX, "sad", "happy"),
        (LabelSpace.EKMAN, "sadness", "joy"),
        (LabelSpace.POLARITY, "positive", "positive"),
    ],
)
async def test_a_row_by_content_is_labelled_as_people_decide_in_the_space_of_its_set(
    store: Store, space: LabelSpace, label: str, changed: str
) -> None:
    text, gold = text_of(Emotion.ANGER), await made(store, gold_set(space=space))
    await store.tagged(text)
    given = [gold_of("", "", text.content_id)]
    with pytest.raises(NotAdjudicated):
        await import_gold(gold.gold_set_id, given, store.transactions)
    for rater_id in (ANN, BEN):
        await say(store, text, Emotion.DISAPPOINTMENT, rater_id)
    await import_gold(gold.gold_set_id, given, store.transactions)

    async def now() -> list[str]:
        async with store.transactions() as tx:
            return [row.label for row in await tx.gold.rows(gold.gold_set_id, None, 9)]

    labels = [await now()]
    for rater_id in (ANN, BEN):
        await say(store, text, Emotion.JOY, rater_id)
        labels.append(await now())
    async with store.transactions() as tx:
        await tx.tags.forget(text.content_id)

    assert labels == [[label], [""], [changed]]
    assert await now() == []


async def test_replicas_take_up_different_evaluations_and_one_that_was_left(store: Store) -> None:
    gold = await made(store, gold_set())
    started = [evaluation(gold, f"model {n}") for n in range(4)]
    async with store.transactions() as tx:
        for one in started:
            await tx.evaluations.start(one)
        assert (await tx.evaluations.start(evaluation(gold, "model 0"))).evaluation_id == (
            started[0].evaluation_id
        )

    async def take() -> Evaluation | None:
        async with store.transactions() as tx:
            return await tx.evaluations.take_up(NOON, NOON + HOUR)

    taken = await asyncio.gather(*(take() for _ in range(8)))
    found = {one.evaluation_id for one in taken if one}
    async with store.transactions() as tx:
        await tx.evaluations.let_go(started[2].evaluation_id)
    again = await take()
    async with store.transactions() as tx:
        expired = await tx.evaluations.take_up(NOON + 2 * HOUR, NOON + 3 * HOUR)

    # One may be passed over while another replica looks at it; it is there next time.
    assert len(found) == sum(one is not None for one in taken)
    assert found <= {one.evaluation_id for one in started}
    assert again is not None
    assert expired is not None


async def test_an_evaluation_is_what_its_chunks_say_and_ends_once(store: Store) -> None:
    gold, one = await made(store, gold_set()), None
    one = evaluation(gold)
    answers = [
        Answer(new_id(), "joy", "joy" if n % 4 else "fear", 0.75, ("slice:odd", "language:en"))
        for n in range(8)
    ]
    figures = figures_of(answers, LabelSpace.EMOTION, texts_per_second=100.0)
    async with store.transactions() as tx:
        await tx.evaluations.start(one)
        nowhere = await tx.evaluations.where(one.evaluation_id)
        await tx.evaluations.add_chunk(one.evaluation_id, 0, answers[4].row_id, answers[:5], 0.25)
        await tx.evaluations.add_chunk(one.evaluation_id, 1, answers[7].row_id, answers[5:], 0.5)
        held = await tx.evaluations.hold_on(one.evaluation_id, 0.5, NOON + HOUR)
        where = await tx.evaluations.where(one.evaluation_id)
        kept, seconds = await tx.evaluations.answers(one.evaluation_id)
        early = await tx.evaluations.latest(one.version, gold.gold_set_id)
        ended = replace(one, progress=1.0, ended_at=NOON + HOUR, figures=figures)
        await tx.evaluations.end(ended)
        late = await tx.evaluations.hold_on(one.evaluation_id, 0.7, NOON + HOUR)
        other = await tx.evaluations.start(evaluation(gold))

    async with store.transactions() as tx:
        latest = await tx.evaluations.latest(one.version, gold.gold_set_id)
        listed = await tx.evaluations.listed(one.version, gold.gold_set_id, None, 9)
        older = await tx.evaluations.listed("", None, other.evaluation_id, 9)
        with pytest.raises(EvaluationNotFound):
            await tx.evaluations.find(new_id())
        versions = await tx.models.known_versions()
    assert (nowhere, where) == ((0, 0, None), (2, 8, answers[7].row_id))
    assert (kept, seconds) == (answers, 0.75)
    assert (held, late) == (True, False)
    assert early is None
    assert latest is not None
    assert latest.figures == figures
    assert [it.evaluation_id for it in listed] == [other.evaluation_id, one.evaluation_id]
    assert [it.evaluation_id for it in older] == [one.evaluation_id]
    assert versions == ["one"]


async def test_one_of_two_promotions_at_once_sees_the_other(store: Store) -> None:
    async def promote(version: str) -> None:
        async with store.transactions() as tx:
            state = await tx.models.state(lock=True)
            await asyncio.sleep(0.01)
            await tx.models.change(state.promoted(version))

    await asyncio.gather(*(promote(f"model {n}") for n in range(5)))

    async with store.transactions() as tx:
        state = await tx.models.state()
    assert state.number == 5
    assert state.previous.startswith("model")
    assert state.active != state.previous
    assert len(store.switched) == 5
    rolled = state.rolled_back()
    assert (rolled.active, rolled.previous) == (state.previous, state.active)


async def test_changes_of_models_are_kept_as_they_were_said(store: Store) -> None:
    gate = Gate(
        name="shadow",
        is_passed=False,
        measured=3,
        limit=500,
        detail_zh="太少",
        detail_en="too few",
        gold_set_id=new_id(),
    )
    changes = [
        ModelChange(
            change_id=new_id(),
            action=action,
            version="two",
            former_version="one",
            actor_id=ANN,
            reason="better",
            override_reason="drill",
            gates=(gate,),
            created_at=NOON,
        )
        for action in ModelAction
    ]
    async with store.transactions() as tx:
        for one in changes:
            await tx.models.log(one)
        listed = await tx.models.changes(None, 9)
        older = await tx.models.changes(listed[0].change_id, 1)
        versions = await tx.models.known_versions()
        untouched = await tx.models.state()

    assert listed == changes[::-1]
    assert older == [listed[1]]
    assert versions == ["two"]
    assert untouched == ModelState()


async def test_counts_of_replicas_that_shadow_at_once_add_up(store: Store) -> None:
    pairs = [
        ShadowCount(
            active_emotion=active,
            candidate_emotion=candidate,
            count=3,
            same_polarity=2,
            active_unsure=1,
            candidate_unsure=0,
            active_confidence=2.25,
            candidate_confidence=2.5,
        )
        for active in (Emotion.JOY, Emotion.ANGER)
        for candidate in (Emotion.JOY, Emotion.FEAR)
    ]
    times = ShadowTimes(texts=12, active_seconds=0.5, candidate_seconds=0.25)

    async def add(order: int) -> None:
        async with store.transactions() as tx:
            await tx.shadows.add("two", "one", pairs[::order], times)

    await asyncio.gather(*(add(1 if n % 2 else -1) for n in range(8)))

    async with store.transactions() as tx:
        counts, spent = await tx.shadows.find("two", "one")
        nothing, no_time = await tx.shadows.find("three", "one")
    assert {one.count for one in counts} == {24}
    assert {one.active_confidence for one in counts} == {18.0}
    assert len(counts) == 4
    assert (spent.texts, spent.active_seconds, spent.candidate_seconds) == (96, 4.0, 2.0)
    assert (nothing, no_time.texts) == ([], 0)


async def test_drift_that_replicas_count_at_once_adds_up_by_hour_and_kind(store: Store) -> None:
    counts = {
        (NOON, "comment", "emotion", "joy"): 2,
        (NOON, "post", "emotion", "joy"): 1,
        (NOON + HOUR, "comment", "emotion", "anger"): 4,
        (NOON, "comment", "length", "short"): 3,
    }

    async def add(order: int) -> None:
        async with store.transactions() as tx:
            await tx.drift.add(dict(list(counts.items())[::order]))

    await asyncio.gather(*(add(1 if n % 2 else -1) for n in range(8)))

    async with store.transactions() as tx:
        everything = await tx.drift.between(NOON, NOON + 2 * HOUR, None)
        comments = await tx.drift.between(NOON, NOON + HOUR, TextKind.COMMENT)
        await tx.drift.prune(NOON + HOUR)
        left = await tx.drift.between(NOON, NOON + 2 * HOUR, None)
    assert everything == {"emotion": {"joy": 24, "anger": 32}, "length": {"short": 24}}
    assert comments == {"emotion": {"joy": 16}, "length": {"short": 24}}
    assert left == {"emotion": {"anger": 32}}


async def test_what_was_said_before_a_failure_is_not_kept(store: Store) -> None:
    gold = await made(store, gold_set())

    async def fail() -> None:
        async with store.transactions() as tx:
            await tx.gold.add(gold.gold_set_id, [GoldRow(row_id=new_id(), label="joy", text="好")])
            await tx.models.change(ModelState(number=1, active="two"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    async with store.transactions() as tx:
        assert (await tx.gold.find(gold.gold_set_id)).row_count == 0
        assert await tx.models.state() == ModelState()
    assert await store.told() == 0
