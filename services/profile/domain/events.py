"""Facts this service tells the others."""

from dataclasses import dataclass
from uuid import UUID

from services.chassis.kernel.events import DomainEvent
from services.profile.domain.purpose import Purpose
from services.profile.domain.view import PortraitView


@dataclass(frozen=True, kw_only=True)
class UserRegistered(DomainEvent):
    user_id: UUID
    language_code: str


@dataclass(frozen=True, kw_only=True)
class ConsentChanged(DomainEvent):
    user_id: UUID
    granted: frozenset[Purpose]
    version: int


@dataclass(frozen=True, kw_only=True)
class PortraitChanged(DomainEvent):
    portrait: PortraitView
