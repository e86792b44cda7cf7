"""What governance needs from the outside, beyond what tagging does."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.emotion_tag.application.ports import Tagger, Transaction
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.correction import Adjudication, Correction
from services.emotion_tag.domain.drift import Traits
from services.emotion_tag.domain.evaluation import Answer, Evaluation
from services.emotion_tag.domain.fairness import PairGroup
from services.emotion_tag.domain.gold import GoldRow, GoldSet
from services.emotion_tag.domain.model_version import ModelChange, ModelFolder, ModelState
from services.emotion_tag.domain.rating import Rating
from services.emotion_tag.domain.review import Review
from services.emotion_tag.domain.shadow import ShadowCount, ShadowTimes
from services.emotion_tag.domain.tag import EmotionTag, TextInput, TextKind

Counts = Mapping[tuple[datetime, str, str, str], int]
"""How often: by hour, kind of text, feature and value."""


class Corrections(Protocol):
    """What people say of texts."""

    async def hold(self, content_id: UUID) -> tuple[TaggedContent, Adjudication | None, EmotionTag]:
        """Lock a tagged content; with it what people decided, and what the model had answered.

        Raises:
            TagNotFound: it is not tagged, or forgotten.
        """
        ...

    async def current(self, content_id: UUID) -> Sequence[Correction]:
        """What every rater says now."""
        ...

    async def put(self, correction: Correction) -> None:
        """Store it; what the same rater said before is superseded."""
        ...

    async def decide(
        self, content_id: UUID, decided: Adjudication | None, shown: EmotionTag, model: EmotionTag
    ) -> None:
        """Store a decision, or that there is none any more, and the tag that is shown by it."""
        ...

    async def listed(
        self,
        *,
        content_id: UUID | None,
        rater_id: UUID | None,
        superseded: bool,
        before: UUID | None,
        limit: int,
    ) -> Sequence[Correction]:
        """Latest first."""
        ...

    async def ratings(self, since: datetime, kind: TextKind | None, limit: int) -> Sequence[Rating]:
        """What raters say now, the latest `limit`."""
        ...

    async def adjudication(self, content_id: UUID) -> Adjudication | None: ...

    async def adjudicated(self, content_ids: Collection[UUID]) -> Mapping[UUID, Adjudication]: ...


class Reviews(Protocol):
    """Texts that wait for a rater."""

    async def tagged(self, content_ids: Sequence[UUID]) -> Sequence[TaggedContent]:
        """Contents that have a tag, kept from being forgotten until the transaction ends."""
        ...

    async def put(self, reviews: Sequence[Review]) -> None:
        """Add those that do not wait yet."""
        ...

    async def heard(self, reach: Mapping[UUID, int]) -> None:
        """Add to the reach of those that wait."""
        ...

    async def listed(
        self, kind: TextKind | None, after: UUID | None, limit: int
    ) -> Sequence[Review]:
        """Highest score first, behind the review of `after`; without those that are done."""
        ...

    async def free_for(
        self, rater_id: UUID, kind: TextKind | None, now: datetime, limit: int
    ) -> Sequence[Review]:
        """Lock the highest scores that the rater may take: not done, not their own text, not
        theirs already, and not held by as many others as are wanted."""
        ...

    async def held_by(
        self, rater_id: UUID, kind: TextKind | None, now: datetime, limit: int
    ) -> Sequence[Review]:
        """What the rater has claimed and not judged, highest score first."""
        ...

    async def claim(self, content_ids: Sequence[UUID], rater_id: UUID, until: datetime) -> None: ...

    async def done(self, content_id: UUID, rater_id: UUID, *, rated: bool) -> bool:
        """End a claim, by a rating or a skip; whether there was one.

        A rating counts also without a claim, if the content waits.
        """
        ...

    async def remove(self, content_ids: Collection[UUID]) -> None: ...

    async def prune(self, before: datetime, keep: int) -> int:
        """Remove those that have waited since `before`, are done, or are behind the best `keep`."""
        ...


class Gold(Protocol):
    """Texts whose label is known."""

    async def create(self, gold: GoldSet) -> None:
        """Store an empty set.

        Raises:
            GoldSetExists: one has this name.
        """
        ...

    async def find(self, gold_set_id: UUID, *, lock: bool = False) -> GoldSet:
        """Give a set, or raise GoldSetNotFound."""
        ...

    async def sets(self, before: UUID | None, limit: int) -> Sequence[GoldSet]:
        """Latest first."""
        ...

    async def add(self, gold_set_id: UUID, rows: Sequence[GoldRow]) -> int:
        """Store those that the set does not have; how many that were."""
        ...

    async def rows(self, gold_set_id: UUID, before: UUID | None, limit: int) -> Sequence[GoldRow]:
        """Latest first."""
        ...

    async def rows_after(
        self, gold_set_id: UUID, after: UUID | None, limit: int
    ) -> Sequence[GoldRow]:
        """Earliest first."""
        ...

    async def relabel(self, content_id: UUID, decided: Adjudication | None) -> None:
        """Let the rows that name a content follow what people decide; without, they say nothing."""
        ...

    async def delete_rows(self, gold_set_id: UUID, row_ids: Collection[UUID]) -> int: ...

    async def delete(self, gold_set_id: UUID) -> None: ...


class Evaluations(Protocol):
    """What was measured of models on gold."""

    async def start(self, evaluation: Evaluation) -> Evaluation:
        """Store it, or give the one that runs for the same model and set."""
        ...

    async def find(self, evaluation_id: UUID) -> Evaluation:
        """Give it, or raise EvaluationNotFound."""
        ...

    async def listed(
        self, version: str, gold_set_id: UUID | None, before: UUID | None, limit: int
    ) -> Sequence[Evaluation]:
        """Latest first."""
        ...

    async def latest(self, version: str, gold_set_id: UUID) -> Evaluation | None:
        """The latest that has succeeded."""
        ...

    async def take_up(self, now: datetime, until: datetime) -> Evaluation | None:
        """Hold one that waits, or whose holder has died; several processes get different ones."""
        ...

    async def where(self, evaluation_id: UUID) -> tuple[int, int, UUID | None]:
        """Chunks and rows that are done, and the last row looked at."""
        ...

    async def add_chunk(
        self,
        evaluation_id: UUID,
        number: int,
        last_row_id: UUID,
        answers: Sequence[Answer],
        seconds: float,
    ) -> None: ...

    async def hold_on(self, evaluation_id: UUID, progress: float, until: datetime) -> bool:
        """Note how far it has got; False if it is over or gone."""
        ...

    async def let_go(self, evaluation_id: UUID) -> None:
        """Leave it to another process at once."""
        ...

    async def answers(self, evaluation_id: UUID) -> tuple[Sequence[Answer], float]:
        """All answers, and the seconds they took."""
        ...

    async def end(self, evaluation: Evaluation) -> None: ...


class Models(Protocol):
    """Which model answers, and the log of that."""

    async def state(self, *, lock: bool = False) -> ModelState: ...

    async def change(self, state: ModelState) -> None:
        """Store the state; all replicas are told when the transaction commits."""
        ...

    async def log(self, change: ModelChange) -> None: ...

    async def changes(self, before: UUID | None, limit: int) -> Sequence[ModelChange]:
        """Latest first."""
        ...

    async def known_versions(self) -> Sequence[str]:
        """Versions that answered or were evaluated."""
        ...


class Shadows(Protocol):
    """What a candidate made of live content."""

    async def add(
        self, version: str, active: str, counts: Sequence[ShadowCount], times: ShadowTimes
    ) -> None: ...

    async def find(
        self, version: str, active: str
    ) -> tuple[Sequence[ShadowCount], ShadowTimes]: ...


class DriftCounts(Protocol):
    """What was seen, by the hour."""

    async def add(self, counts: Counts) -> None: ...

    async def between(
        self, start: datetime, end: datetime, kind: TextKind | None
    ) -> Mapping[str, Mapping[str, int]]:
        """By feature, how often each value was seen."""
        ...

    async def prune(self, before: datetime) -> None: ...


class GovernanceTransaction(Transaction, Protocol):
    @property
    def corrections(self) -> Corrections: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def gold(self) -> Gold: ...
    @property
    def evaluations(self) -> Evaluations: ...
    @property
    def models(self) -> Models: ...
    @property
    def shadows(self) -> Shadows: ...
    @property
    def drift(self) -> DriftCounts: ...


class GovernanceTransactions(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[GovernanceTransaction]:
        """Open a transaction: it commits on a clean exit and rolls back on any exception."""
        ...


class Shelf(Protocol):
    """The models that lie in the folders of this process."""

    def folders(self) -> Sequence[ModelFolder]:
        """All of them, looked for anew."""
        ...

    def find(self, version: str) -> ModelFolder:
        """Give one, or raise ModelNotFound."""
        ...

    def load(self, version: str) -> Tagger:
        """Read a model; takes a second or so. Raises ModelNotFound if it is missing or damaged."""
        ...


class Switch(Tagger, Protocol):
    """The tagger that everybody uses: it hands on to the active model."""

    @property
    def version(self) -> str:
        """The active model."""
        ...

    def loaded(self, version: str) -> Tagger | None:
        """A model that is in memory: active, previous or shadow."""
        ...

    def apply(self, state: ModelState, taggers: Mapping[str, Tagger]) -> None:
        """Answer by this state from now on; `taggers` has every model it names."""
        ...

    @property
    def state(self) -> ModelState:
        """What it answers by."""
        ...


class Inspector(Protocol):
    """What a model can say of how it reads texts."""

    def traits(
        self, texts: Sequence[TextInput], tags: Sequence[EmotionTag]
    ) -> Sequence[Traits]: ...


class Pairs(Protocol):
    """Sentences of our own that should be answered alike."""

    def groups(self) -> Iterable[PairGroup]: ...


class Wake(Protocol):
    """Tells the loops of all replicas to look."""

    def evaluation_waits(self) -> None: ...
