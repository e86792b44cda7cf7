"""What a feature adds to the service."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from services.chassis.messaging.reaction import Reaction
from services.chassis.rpc.server import AddServicer
from services.chassis.runtime import Loop


@dataclass(frozen=True, kw_only=True)
class Part:
    """Each field is a piece of what `chassis.runtime.Service` has of the whole service."""

    servicer: tuple[AddServicer, object]
    reactions: Sequence[Reaction[Any]] = ()
    loops: Sequence[Loop] = ()
    close: Callable[[], Awaitable[None]] | None = None
    """Awaited before what all features share is closed."""
