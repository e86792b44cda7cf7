"""What a process needs before it can answer, and whether it has it now."""

from collections.abc import Iterable

from services.chassis.observability import metrics


class Readiness:
    """The parts a process waits for; it is ready when none is missing."""

    def __init__(self, parts: Iterable[str]) -> None:
        self._missing = dict.fromkeys(parts, "not yet")
        for part in self._missing:
            metrics.ready.labels(part).set(0)

    @property
    def is_ready(self) -> bool:
        return not self._missing

    @property
    def missing(self) -> dict[str, str]:
        """The parts that are missing, each with what is known of why."""
        return dict(self._missing)

    def has(self, part: str) -> None:
        """Note that a part is there."""
        if self._missing.pop(part, None) is not None:
            metrics.ready.labels(part).set(1)

    def lacks(self, part: str, why: str) -> None:
        """Note that a part is missing, or missing again."""
        self._missing[part] = why
        metrics.ready.labels(part).set(0)
