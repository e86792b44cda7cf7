"""The life of an alert, and what its sighting says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.kernel.ids import new_id
from services.emotion_tag.domain.alert import (
    SAME_SPIKE,
    Alert,
    AlertMoved,
    AlertState,
    Step,
)
from services.emotion_tag.domain.alert_counts import (
    QUARTER,
    Counts,
    Family,
    counts_of,
    family_of,
    feeling_of,
)
from services.emotion_tag.domain.alert_mention import Mention, added_by, mention_of
from services.emotion_tag.domain.alert_rate import Habit
from services.emotion_tag.domain.alert_sighting import Severity, Sighting, is_normal, sight
from services.emotion_tag.domain.aspect import ASPECTS, Aspect, AspectSentiment
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.errors import WrongAlertState
from services.emotion_tag.domain.subject import Subject, SubjectKind
from services.emotion_tag.domain.tag import EmotionTag, TextKind
from services.emotion_tag.domain.taxonomy import EMOTIONS, Emotion, Polarity

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
CUP = Subject(SubjectKind.PRODUCT, "cup")
ZHEJIANG = Subject(SubjectKind.REGION, "CN-ZJ")
ANN, BEN = b"ann", b"ben"


def seen(severity: Severity = Severity.MINOR, at: datetime = NOON, peak: float = 0.5) -> Sighting:
    return Sighting(
        negatives=10,
        texts=20,
        authors=9,
        expected=0.05,
        expected_low=0.03,
        expected_high=0.08,
        started_at=at,
        last_seen_at=at,
        peak_at=at,
        peak_rate=peak,
        severity=severity,
    )


def opened() -> Alert:
    return Alert.opened(CUP, Family.ANGRY, seen(), NOON)


def step(minutes: int = 0, note: str = "") -> Step:
    return Step(user_id=UUID(int=1), at=NOON + timedelta(minutes=minutes), note=note)


def tag(
    emotion: Emotion = Emotion.ANGER,
    polarity: Polarity = Polarity.NEGATIVE,
    *,
    unsure: bool = False,
    blames: tuple[Aspect, ...] = (),
) -> EmotionTag:
    return EmotionTag(
        emotion=emotion,
        scores=tuple(1.0 if one is emotion else 0.0 for one in EMOTIONS),
        polarity=polarity,
        intensity=0.8,
        confidence=0.9,
        unsure=unsure,
        language="zh-Hans",
        evidence=(),
        model_version="1",
        aspects=tuple(AspectSentiment(one, Polarity.NEGATIVE, 0, 1, 0.9) for one in blames),
    )


def mention(
    author: bytes = ANN, what: EmotionTag | None = None, subjects: tuple[Subject, ...] = (CUP,)
) -> Mention:
    return Mention(
        content_id=new_id(),
        author_key=author,
        subjects=subjects,
        feeling=feeling_of(what or tag()),
        quarter=NOON,
        is_quotable=False,
    )


def test_an_alert_goes_from_open_to_acknowledged_to_resolved_and_tells_each() -> None:
    alert = opened()

    alert.acknowledge(step(1, "I look"))
    alert.resolve(step(2, "done"))

    assert alert.state is AlertState.RESOLVED
    assert (alert.version, len(alert.events)) == (3, 3)
    assert all(isinstance(event, AlertMoved) for event in alert.events)
    assert alert.acknowledgement == step(1, "I look")


def test_an_open_alert_can_be_resolved_at_once() -> None:
    alert = opened()

    alert.resolve(step())

    assert alert.is_over


@pytest.mark.parametrize("first", ["acknowledge", "resolve"])
def test_what_was_done_cannot_be_done_again(first: str) -> None:
    alert = opened()
    getattr(alert, first)(step())

    with pytest.raises(WrongAlertState) as refused:
        alert.acknowledge(step())

    assert refused.value.metadata["state"] == alert.state.value
    assert len(alert.events) == 2


def test_only_a_resolved_alert_is_opened_again() -> None:
    alert = opened()

    with pytest.raises(WrongAlertState):
        alert.reopen(seen(), NOON)


def test_an_alert_that_is_opened_again_waits_for_somebody_and_counts() -> None:
    alert = opened()
    alert.acknowledge(step())
    alert.resolve(step())

    alert.reopen(seen(), NOON + timedelta(hours=2))

    assert alert.state is AlertState.OPEN
    assert alert.acknowledgement is None
    assert alert.resolution is not None
    assert alert.reopen_count == 1


def test_what_flares_up_a_day_later_is_another_alert() -> None:
    alert = opened()
    alert.resolve(step())

    assert alert.is_same_spike(NOON + SAME_SPIKE / 2)
    assert not alert.is_same_spike(NOON + SAME_SPIKE)


@given(st.lists(st.tuples(st.sampled_from(Severity), st.floats(0, 1)), max_size=8))
def test_severity_and_peak_never_fall_and_only_worse_is_told(
    sightings: list[tuple[Severity, float]],
) -> None:
    alert = opened()
    worst, peak = alert.severity, alert.sighting.peak_rate
    for severity, rate in sightings:
        before = alert.version
        alert.see(seen(severity, NOON + QUARTER, rate), NOON)
        assert alert.version == before + (severity > worst)
        worst, peak = max(worst, severity), max(peak, rate)

    assert alert.severity is worst
    assert alert.sighting.peak_rate == peak
    assert alert.sighting.started_at == NOON


def test_families_are_the_parents_of_the_taxonomy_and_a_cold_complaint_disappoints() -> None:
    assert family_of(tag(Emotion.DISGUST)) is Family.ANGRY
    assert family_of(tag(Emotion.DISAPPOINTMENT)) is Family.SAD
    assert family_of(tag(Emotion.FEAR)) is Family.FEAR
    assert family_of(tag(Emotion.NEUTRAL)) is Family.SAD
    assert family_of(tag(Emotion.JOY, Polarity.POSITIVE)) is None


def test_an_unsure_text_counts_a_quarter() -> None:
    sure = counts_of(feeling_of(tag()), SubjectKind.PRODUCT)
    unsure = counts_of(feeling_of(tag(unsure=True)), SubjectKind.PRODUCT)

    assert unsure == sure.times(0.25)


def test_for_a_region_only_what_is_said_of_deliveries_is_negative() -> None:
    late = feeling_of(tag(Emotion.NEUTRAL, Polarity.NEUTRAL, blames=(Aspect.LOGISTICS,)))
    ugly = feeling_of(tag(blames=(Aspect.LOOK,)))

    assert sum(counts_of(late, SubjectKind.REGION).negatives) == 1
    assert sum(counts_of(ugly, SubjectKind.REGION).negatives) == 0
    assert counts_of(ugly, SubjectKind.REGION).texts == 1


def test_one_author_counts_once_a_quarter_and_two_count_twice() -> None:
    first, again, other = mention(), mention(), mention(BEN)
    said = {first.author: [first, again], other.author: [other]}

    added = added_by([first, again, other], said)

    assert added == {(CUP, NOON): Counts(2, (2.0, 0.0, 0.0), (0.0,) * len(ASPECTS))}


def test_what_an_author_said_before_is_not_counted_again() -> None:
    calm = mention(what=tag(Emotion.JOY, Polarity.POSITIVE))
    angry = mention()

    added = added_by([angry], {angry.author: [calm, angry]})

    assert added[CUP, NOON].texts == 0
    assert added[CUP, NOON].negatives[0] == 1


@given(st.permutations(range(6)))
def test_a_batch_counts_the_same_in_any_pieces_and_order(order: list[int]) -> None:
    everything = [
        mention(ANN if i % 2 else BEN, tag(unsure=i % 3 == 0), (CUP, ZHEJIANG)) for i in range(6)
    ]
    of = {author: [m for m in everything if m.author_key == author] for author in (ANN, BEN)}
    at_once = added_by(everything, {(author, NOON): said for author, said in of.items()})

    one_by_one: dict[tuple[Subject, datetime], Counts] = {}
    heard: list[Mention] = []
    for i in order:
        heard.append(everything[i])
        author = everything[i].author
        mine = [m for m in heard if m.author == author]
        for key, counts in added_by([everything[i]], {author: mine}).items():
            one_by_one[key] = one_by_one.get(key, Counts()) + counts

    assert one_by_one == at_once


def content(kind: TextKind = TextKind.COMMENT, at: datetime = NOON) -> TaggedContent:
    return TaggedContent(
        content_id=new_id(),
        author_id=None,
        kind=kind,
        item_ids=("cup",),
        digest=b"",
        tag=tag(),
        published_at=at,
        tagged_at=at,
        author_key=ANN,
    )


def test_what_is_said_in_private_or_of_nothing_watched_is_not_counted() -> None:
    circle = Subject(SubjectKind.CIRCLE, "friends")

    assert mention_of(content(TextKind.CHAT), [CUP], NOON) is None
    assert mention_of(content(), [circle], NOON) is None
    assert mention_of(content(), [], NOON) is None


def test_what_comes_a_little_late_counts_as_said_now_and_history_stays_where_it_was() -> None:
    now = NOON + timedelta(minutes=1)

    late = mention_of(content(at=NOON - timedelta(minutes=2)), [CUP], now)
    old = mention_of(content(at=NOON - timedelta(days=3)), [CUP], now)

    assert late is not None
    assert late.quarter == NOON
    assert old is not None
    assert old.quarter == NOON - timedelta(days=3)


def quarters(*counts: tuple[float, float, float]) -> dict[datetime, Counts]:
    """Texts, angry ones and complaints of deliveries of each quarter from noon on."""
    at = ASPECTS.index(Aspect.LOGISTICS)
    return {
        NOON + i * QUARTER: Counts(
            texts,
            (angry, 0.0, 0.0),
            tuple(late if j == at else 0.0 for j in range(len(ASPECTS))),
        )
        for i, (texts, angry, late) in enumerate(counts)
    }


def measured(authors: int, *counts: tuple[float, float, float]) -> Sighting:
    return sight(
        Family.ANGRY,
        Habit(NOON),
        Habit(NOON),
        quarters(*counts),
        since=NOON,
        last_seen_at=NOON,
        authors=authors,
        examples=(),
    )


def test_a_sighting_says_how_bad_where_the_peak_is_and_over_what() -> None:
    spike = measured(60, (40, 10, 2), (40, 36, 30))

    assert spike.observed == pytest.approx(46 / 80)
    assert spike.peak_at == NOON + QUARTER
    assert spike.peak_rate == pytest.approx(0.9)
    assert spike.aspect is Aspect.LOGISTICS
    assert spike.aspect_lift > 5
    assert spike.severity is Severity.CRITICAL
    assert spike.expected_low < spike.expected < spike.expected_high


def test_a_spike_of_few_people_is_not_critical_whatever_its_rate() -> None:
    assert measured(8, (8, 8, 0)).severity is Severity.MINOR
    assert measured(20, (20, 20, 0)).severity is Severity.MAJOR


def test_nothing_stands_out_where_few_complain() -> None:
    assert measured(20, (40, 20, 4)).aspect is None


def test_silence_is_normal_and_so_are_a_few() -> None:
    now = NOON + timedelta(hours=1)
    habit = Habit(NOON)

    assert is_normal(Family.ANGRY, habit, habit, {}, now)
    assert is_normal(Family.ANGRY, habit, habit, quarters((3, 3, 0)), now)
    assert not is_normal(Family.ANGRY, habit, habit, quarters((20, 10, 0)), now)
    assert is_normal(Family.ANGRY, habit, habit, quarters((20, 10, 0)), now + timedelta(hours=2))


def test_a_sighting_keeps_what_was_seen_before() -> None:
    first = replace(seen(peak=0.9), aspect=Aspect.PRICE, aspect_lift=3.0)

    later = seen(at=NOON + QUARTER, peak=0.4).after(first)

    assert later.started_at == NOON
    assert later.peak_rate == 0.9
    assert later.aspect is Aspect.PRICE
