"""What alerts need from the outside."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.emotion_tag.application.ports import Outbox
from services.emotion_tag.application.subjects.ports import Catalogue
from services.emotion_tag.domain.alert import Alert, AlertState
from services.emotion_tag.domain.alert_counts import Family
from services.emotion_tag.domain.alert_mention import Author, Mention
from services.emotion_tag.domain.alert_rate import Habit
from services.emotion_tag.domain.alert_sighting import Severity
from services.emotion_tag.domain.alert_watch import Quarters, Watch
from services.emotion_tag.domain.content import TaggedContent
from services.emotion_tag.domain.subject import Subject, SubjectKind


@dataclass(frozen=True, kw_only=True)
class AlertFilter:
    """Which alerts are asked for; None is any."""

    state: AlertState | None = None
    kind: SubjectKind | None = None
    subject_id: str = ""
    least_severity: Severity = Severity.MINOR

    def holds(self, alert: Alert) -> bool:
        return (
            self.state in (None, alert.state)
            and self.kind in (None, alert.subject.kind)
            and self.subject_id in ("", alert.subject.subject_id)
            and alert.severity >= self.least_severity
        )


class Mentions(Protocol):
    """What was said of the subjects watched."""

    async def tagged(self, content_ids: Iterable[UUID]) -> Sequence[TaggedContent]:
        """Give the tagged texts of these that were not forgotten."""
        ...

    async def put(self, mentions: Sequence[Mention]) -> Sequence[Mention]:
        """Store those that are new and were not taken back, and return these."""
        ...

    async def of_authors(self, authors: Iterable[Author]) -> Mapping[Author, Sequence[Mention]]:
        """All that these authors said in these quarters."""
        ...

    async def prune(self, before: datetime) -> int:
        """Delete those that were counted before then; how many."""
        ...

    async def recount(self, mentions: Sequence[Mention]) -> Sequence[tuple[Mention, Mention]]:
        """Lock those that are stored, and store how they feel now; the changed ones, as they were
        and as they are. What they are about, and when they count, stays."""
        ...

    async def take_back(self, content_id: UUID) -> Mention | None:
        """Remove a mention and see to it that none comes for this content any more."""
        ...

    async def crowd(
        self, subject: Subject, family: Family, since: datetime
    ) -> tuple[int, tuple[UUID, ...]]:
        """How many authors were negative since then, and the latest contents that may be quoted."""
        ...


class Watches(Protocol):
    """Subjects watched: what is usual for them and their kinds, and counts by quarter."""

    async def hold(self, subjects: Iterable[Subject], now: datetime) -> Mapping[Subject, Watch]:
        """Lock them in their order; one that is new begins now."""
        ...

    async def put(self, watches: Mapping[Subject, Watch]) -> None: ...

    async def quarters(
        self, subjects: Iterable[Subject], since: datetime
    ) -> Mapping[Subject, Quarters]:
        """Their counts since then, and those of hours that their watches have not closed."""
        ...

    async def put_quarters(self, counts: Mapping[Subject, Quarters]) -> None:
        """Store counts of quarters; subjects are held."""
        ...

    async def prune(self, before: datetime) -> int:
        """Delete the counts of quarters before then that are closed; how many."""
        ...

    async def habits(
        self, kinds: Iterable[SubjectKind], now: datetime, *, hold: bool
    ) -> Mapping[SubjectKind, Habit]:
        """What is usual for the kinds; to change it, hold them, after their subjects."""
        ...

    async def put_habits(self, habits: Mapping[SubjectKind, Habit]) -> None: ...


class Alerts(Protocol):
    async def get(self, alert_id: UUID, *, hold: bool = True) -> Alert:
        """Lock it, after its subject, and return it, or raise AlertNotFound."""
        ...

    async def latest(self, subjects: Iterable[Subject]) -> Mapping[tuple[Subject, Family], Alert]:
        """The last alert of each, resolved or not; those whose subject is held do not change."""
        ...

    async def unresolved(self) -> Sequence[Alert]:
        """All, not locked."""
        ...

    async def put(self, alerts: Iterable[Alert]) -> None: ...


class Notices(Protocol):
    """Told to those who watch, if and only if the transaction commits."""

    def alerts_changed(self) -> None: ...


class AlertTransaction(Protocol):
    @property
    def mentions(self) -> Mentions: ...
    @property
    def watches(self) -> Watches: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def catalogue(self) -> Catalogue: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def notices(self) -> Notices: ...


class AlertTransactions(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[AlertTransaction]:
        """Open a transaction: it commits on a clean exit and rolls back on any exception."""
        ...


class AlertReader(Protocol):
    async def page(self, wanted: AlertFilter, after: UUID | None, size: int) -> Sequence[Alert]:
        """Latest first, from behind that one on."""
        ...

    async def alert(self, alert_id: UUID) -> Alert:
        """Give it, or raise AlertNotFound."""
        ...

    async def changed_since(self, moment: datetime) -> Sequence[Alert]:
        """Those that were stored since then, and all that are not resolved."""
        ...

    async def quotable(self, content_ids: Sequence[UUID]) -> Sequence[TaggedContent]:
        """Those whose authors still allow it, in this order."""
        ...


class AlertReads(Protocol):
    def __call__(self) -> AbstractAsyncContextManager[AlertReader]: ...
