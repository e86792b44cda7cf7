"""What a person allows, decision by decision."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.chassis.kernel.errors import InvalidField
from services.chassis.kernel.events import DomainEvent
from services.profile.domain.errors import ConsentMissing, StaleConsents
from services.profile.domain.events import ConsentChanged
from services.profile.domain.purpose import Purpose

FOR_FEELINGS = frozenset({Purpose.PERSONALIZATION, Purpose.EMOTION_INFERENCE})
"""What a portrait needs to have feelings."""

_TICK = timedelta(microseconds=1)
"""The finest difference of two moments: what is told at the moment of a grant counts."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One decision about one purpose, kept for ever as proof of who decided what, when and how.

    `decided_by` is the caller, None for a part of ours; `version` that of the consents it made.
    """

    purpose: Purpose
    granted: bool
    decided_at: datetime
    source: str
    policy_version: str
    decided_by: UUID | None
    version: int


@dataclass(frozen=True)
class Proof:
    """How a person decided: where, by which text, and who sent the decision."""

    source: str
    policy_version: str
    decided_by: UUID | None

    def __post_init__(self) -> None:
        for name, value in (("source", self.source), ("policy_version", self.policy_version)):
            if not value.strip() or not value.isprintable():
                raise InvalidField(name, f"{name}.printable", "Must be printable and not blank.")


@dataclass
class Consents:
    """What is granted now. Every purpose is off until the person grants it.

    `forgotten` holds when what was kept for a purpose was last deleted: what was recorded until
    then must not come back, even if it arrives late and the purpose has been granted again. For
    feelings it also holds until when they were not kept for want of a consent: so it can be told
    whether a feeling is in the portrait when its words are deleted or turn out to mean another.
    """

    user_id: UUID
    version: int = 0
    granted: frozenset[Purpose] = frozenset()
    forgotten: Mapping[Purpose, datetime] = field(default_factory=dict)
    decided: list[Decision] = field(default_factory=list, compare=False)
    events: list[DomainEvent] = field(default_factory=list, repr=False, compare=False)

    @property
    def etag(self) -> str:
        """Changes with every decision."""
        return str(self.version)

    def allows(self, purpose: Purpose) -> bool:
        """Whether the purpose is granted now."""
        return purpose in self.granted

    def covers(self, purpose: Purpose, recorded_at: datetime) -> bool:
        """Whether something recorded then may be kept for the purpose now."""
        forgotten_at = self.forgotten.get(purpose)
        return purpose in self.granted and (forgotten_at is None or recorded_at > forgotten_at)

    def require(self, purpose: Purpose) -> None:
        """Refuse what needs a purpose that is not granted.

        Raises:
            ConsentMissing: naming the purpose.
        """
        if purpose not in self.granted:
            name = purpose.name.lower()
            raise ConsentMissing(f"This needs the consent `{name}`.", purpose=name)

    def decide(
        self, changes: list[tuple[Purpose, bool]], proof: Proof, now: datetime, etag: str = ""
    ) -> frozenset[Purpose]:
        """Grant and withdraw; return the purposes that were granted and are so no more.

        Each call is a decision worth proof, also one that changes nothing (a new policy text
        agreed to), so each makes a new version.

        Raises:
            StaleConsents: `etag` is given and not the current one.
            InvalidField: a purpose is named twice.
        """
        if etag and etag != self.etag:
            raise StaleConsents("The consents have changed; read them again.", etag=self.etag)
        self._refuse_repeats(changes)
        self.version += 1
        on = {purpose for purpose, granted in changes if granted}
        off = {purpose for purpose, granted in changes if not granted}
        withdrawn, felt_before = self.granted & off, self.granted >= FOR_FEELINGS
        self.granted = (self.granted | on) - off
        self.forgotten = {**self.forgotten, **dict.fromkeys(withdrawn, now)}
        if self.granted >= FOR_FEELINGS and not felt_before:
            self.forget(Purpose.EMOTION_INFERENCE, now - _TICK)
        self.decided.extend(
            Decision(
                purpose=purpose,
                granted=granted,
                decided_at=now,
                source=proof.source,
                policy_version=proof.policy_version,
                decided_by=proof.decided_by,
                version=self.version,
            )
            for purpose, granted in changes
        )
        self.events.append(
            ConsentChanged(
                user_id=self.user_id,
                granted=self.granted,
                version=self.version,
                occurred_at=now,
            )
        )
        return withdrawn

    def forget(self, purpose: Purpose, at: datetime) -> None:
        """Note that what was kept for a purpose is deleted, without withdrawing it."""
        before = self.forgotten.get(purpose, at)
        self.forgotten = {**self.forgotten, purpose: max(before, at)}

    @staticmethod
    def _refuse_repeats(changes: list[tuple[Purpose, bool]]) -> None:
        seen: set[Purpose] = set()
        for index, (purpose, _) in enumerate(changes):
            if purpose in seen:
                raise InvalidField(
                    f"changes[{index}].purpose",
                    "changes.purpose.unique",
                    "Each purpose may be named once.",
                )
            seen.add(purpose)


@dataclass(frozen=True)
class ConsentsView:
    """All purposes as a person sees them: the last decision on each, if there was one."""

    user_id: UUID
    version: int
    last: Mapping[Purpose, Decision]

    @property
    def etag(self) -> str:
        """As `Consents.etag`."""
        return str(self.version)
