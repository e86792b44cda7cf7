"""Decide what to show a person in a scene."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.chassis.kernel.clock import Clock
from services.recommendation.application.desk import Desk, Known, Stock
from services.recommendation.domain.errors import ItemNotFound
from services.recommendation.domain.listing import Entry, Wanted, list_items
from services.recommendation.domain.pages import Shown
from services.recommendation.domain.ranking import Situation
from services.recommendation.domain.shelf import Shelf
from services.recommendation.domain.words import Emotion, Scene

# What others do moves popularity and word of mouth all the time: that may be this old in an answer.
# What the person does or feels, and changes of items, are never older than their commit.
ANSWER_LIFETIME = timedelta(seconds=15)


@dataclass(frozen=True, kw_only=True)
class Query:
    """See the proto; `about` is all that the request says besides the page."""

    scene: Scene
    size: int
    page_token: str = ""
    categories: frozenset[str] = frozenset()
    excluded: frozenset[str] = frozenset()
    max_price_minor: int = 0
    context_item_id: str = ""
    ignore_mood: bool = False
    about: bytes = b""


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer:
    """A page for a person, and what it rests on."""

    entries: tuple[Entry, ...]
    is_personalized: bool
    mood: Emotion | None
    mood_version: int
    model_version: str
    next_page_token: str
    stock: Stock
    valid_until: datetime

    def holds(self, stock: Stock, now: datetime) -> bool:
        """Whether it may be given again: same items, same model, still fresh."""
        return now < self.valid_until and (
            self.stock is stock
            or (
                self.stock.shelf.edition == stock.shelf.edition
                and self.stock.fitted is stock.fitted
            )
        )


class Recommender:
    """Answers from the desk: no round trip for a person who is at hand."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self.desk, self._clock = desk, clock

    def now(self) -> datetime:
        return self._clock.now()

    async def known(self, user_id: UUID, now: datetime) -> Known:
        return await self.desk.known(user_id, now)

    def answer(self, known: Known, query: Query, now: datetime) -> Answer:
        """Rank and list; CPU work of milliseconds, see decision 0042.

        Raises:
            ItemNotFound: the item of the page is not in the catalogue.
            BadPageToken: it is not one of this list's.
        """
        stock, person = self.desk.stock, known.person
        shown = Shown.read(query.page_token, query.about)
        mood = person.felt_mood(now) if person and not query.ignore_mood else None
        situation = Situation(
            shelf=stock.shelf,
            fitted=stock.fitted,
            person=person,
            mood=mood,
            scene=query.scene,
            context_row=_context(stock.shelf, query),
            now=now,
        )
        left_out = query.excluded | (person.left_out(now) if person else set())
        wanted = Wanted(
            size=query.size,
            categories=query.categories,
            left_out=left_out,
            max_price_minor=query.max_price_minor,
            shown=shown,
        )
        listing = list_items(situation, wanted)
        token = ""
        if listing.has_more:
            token = shown.and_also(one.item.item_id for one in listing.entries).token(query.about)
        return Answer(
            entries=listing.entries,
            is_personalized=person is not None,
            mood=mood.emotion if mood else None,
            mood_version=known.mood_version if person and person.allows_mood else 0,
            model_version=stock.fitted.model.version if stock.fitted else "",
            next_page_token=token,
            stock=stock,
            valid_until=now + ANSWER_LIFETIME,
        )


def _context(shelf: Shelf, query: Query) -> int | None:
    if query.scene is not Scene.ITEM:
        return None
    row = shelf.row_of(query.context_item_id)
    if row is None:
        raise ItemNotFound("No such item.", item_id=query.context_item_id)
    return row
