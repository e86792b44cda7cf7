"""What people feel about: products, brands, categories, topics, circles, rooms, regions."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Self

from services.emotion_tag.domain.content import Place
from services.emotion_tag.domain.folding import folded

LONGEST_SUBJECT_ID = 100  # emotion.proto says the same


class SubjectKind(StrEnum):
    """In the order of the contract."""

    PRODUCT = "product"
    BRAND = "brand"
    CATEGORY = "category"
    TOPIC = "topic"
    CIRCLE = "circle"
    ROOM = "room"
    REGION = "region"


_CATALOGUED = (SubjectKind.BRAND, SubjectKind.CATEGORY)

HALF_LIVES: Mapping[SubjectKind, timedelta] = {
    # As recommendation's word of mouth: a batch that is made better shows within two months.
    SubjectKind.PRODUCT: timedelta(days=30),
    SubjectKind.BRAND: timedelta(days=30),
    SubjectKind.CATEGORY: timedelta(days=30),
    # Talk about a new thing falls to half within hours to days. Source: Leskovec, Backstrom &
    # Kleinberg (2009), Meme-tracking and the dynamics of the news cycle.
    SubjectKind.TOPIC: timedelta(days=2),
    SubjectKind.CIRCLE: timedelta(days=7),
    # What a host shows now, not what was shown an hour ago.
    SubjectKind.ROOM: timedelta(minutes=10),
    # A parcel takes days, so does a jam of them.
    SubjectKind.REGION: timedelta(days=3),
}
"""After which a text counts half. Constants: what is kept is faded by them."""


@dataclass(frozen=True, order=True, slots=True)
class Subject:
    """One thing that people feel about; the order is the one in which rows are locked."""

    kind: SubjectKind
    subject_id: str

    @classmethod
    def named(cls, kind: SubjectKind, name: str) -> Self:
        """The subject as people write it: a brand or category in any case and width.

        A topic in any script too, as trends count it: #開箱# and #开箱# are one.
        """
        if kind is SubjectKind.TOPIC:
            name = " ".join(folded(name).split())
        elif kind in _CATALOGUED:
            name = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
        return cls(kind, name)


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """What the catalogue says of an item, as far as subjects go."""

    item_id: str
    brand: str
    category: str
    version: int
    """Counts the changes of the item; an older one than is known changes nothing."""


def subjects_of(
    item_ids: Iterable[str], place: Place, catalogue: Mapping[str, CatalogueEntry]
) -> tuple[Subject, ...]:
    """All that a text is about, each once, in order; an unknown item has no brand."""
    names: list[tuple[SubjectKind, str]] = []
    for item_id in item_ids:
        names.append((SubjectKind.PRODUCT, item_id))
        entry = catalogue.get(item_id)
        if entry is not None:
            names += [(SubjectKind.BRAND, entry.brand), (SubjectKind.CATEGORY, entry.category)]
    names += [(SubjectKind.TOPIC, topic) for topic in place.topics]
    names += [
        (SubjectKind.CIRCLE, place.circle_id),
        (SubjectKind.ROOM, place.room_id),
        (SubjectKind.REGION, place.region_code),
    ]
    found = {Subject.named(kind, name) for kind, name in names}
    return tuple(sorted(one for one in found if 1 <= len(one.subject_id) <= LONGEST_SUBJECT_ID))
