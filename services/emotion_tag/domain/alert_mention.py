"""A text as alerts count it, and what a batch of texts adds to the counts of its subjects."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.emotion_tag.domain.alert_counts import (
    FAMILIES,
    HOUR,
    Counts,
    Family,
    Feeling,
    counts_of,
    feeling_of,
    hour_of,
    of_one_person,
    quarter_of,
)
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.subject import Subject, SubjectKind
from services.emotion_tag.domain.tag import TextKind

LATE = HOUR
"""What is heard within this counts as said now; what is older only teaches what is usual."""

WATCHED = frozenset(SubjectKind) - {SubjectKind.CATEGORY, SubjectKind.CIRCLE}
"""A category is no one's to mend, and a circle's moods are its own."""

Author = tuple[bytes, datetime]
"""The key of an author for the day, and a quarter of an hour."""
Said = Mapping[Author, Sequence["Mention"]]
"""All that authors said in their quarters."""
Added = Mapping[tuple[Subject, datetime], Counts]
"""Counts by subject and quarter."""


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A text as it was counted; kept for the days in which it may have to be taken back."""

    content_id: UUID
    author_key: bytes
    subjects: tuple[Subject, ...]
    feeling: Feeling
    quarter: datetime
    is_quotable: bool
    """Whether its author allowed feelings to be inferred."""

    @property
    def author(self) -> Author:
        return self.author_key, self.quarter

    def felt_as(self, other: "Mention") -> "Mention":
        """The same text, counted where it was, as `other` says that it feels."""
        return replace(self, feeling=other.feeling, is_quotable=other.is_quotable)

    def families(self, subject: Subject) -> list[Family]:
        """Those in which it counts as negative for a subject."""
        negatives = counts_of(self.feeling, subject.kind).negatives
        return [family for family, k in zip(FAMILIES, negatives, strict=True) if k]


def mention_of(
    content: TaggedContent, subjects: Iterable[Subject], now: datetime
) -> Mention | None:
    """What counts of a text; None if it is about nothing watched, or not public."""
    watched = tuple(subject for subject in subjects if subject.kind in WATCHED)
    if not watched or content.kind is TextKind.CHAT:
        return None
    said_at = content.published_at
    is_lately = hour_of(said_at) >= hour_of(now) or now - said_at > LATE
    return Mention(
        content_id=content.content_id,
        author_key=content.author_key or content.content_id.bytes,
        subjects=watched,
        feeling=feeling_of(content.tag),
        quarter=quarter_of(said_at if is_lately else now),
        is_quotable=content.author_id is not None,
    )


def added_by(new: Sequence[Mention], said: Said) -> Added:
    """What `new` adds to the counts; `said` is all of its authors in their quarters, new or not."""
    ids = {mention.content_id for mention in new}
    after = {author: said[author] for author in {mention.author for mention in new}}
    before = {
        author: [mention for mention in mentions if mention.content_id not in ids]
        for author, mentions in after.items()
    }
    return difference(before, after)


def difference(before: Said, after: Said) -> Added:
    """What is to be added to the counts if authors have said `after` rather than `before`."""
    added: dict[tuple[Subject, datetime], Counts] = defaultdict(Counts)
    for author in {**before, **after}:
        was, is_now = before.get(author, ()), after.get(author, ())
        for subject in {s for mention in (*was, *is_now) for s in mention.subjects}:
            more = _of_author(is_now, subject) - _of_author(was, subject)
            if not more.is_nothing:
                added[subject, author[1]] += more
    return dict(added)


def _of_author(mentions: Iterable[Mention], subject: Subject) -> Counts:
    return of_one_person(
        counts_of(mention.feeling, subject.kind)
        for mention in mentions
        if subject in mention.subjects
    )
