"""Keeps the number of calls in flight bounded, so that overload is answered instead of queued."""

from types import TracebackType
from typing import Self

from gateway.problems.problem import refuse


class Crowd:
    """Counts calls in flight; entered with `with`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.size = 0

    def __enter__(self) -> Self:
        if self.size >= self._most:
            raise refuse(503, "OVERLOADED", "Too many calls are in flight.", (b"retry-after", b"1"))
        self.size += 1
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.size -= 1
