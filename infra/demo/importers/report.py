"""What an import could not use: every such row is counted, the first ones are shown."""

from collections import Counter
from dataclasses import dataclass, field

SHOWN = 100


class DataError(Exception):
    """The data is not what it says it is: nothing of it is used."""


@dataclass(frozen=True)
class Problem:
    """One row, or part of one, that was not taken as it stands; `line` counts from 1, 0 is none."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}" if self.line else self.reason


@dataclass
class Report:
    """Counts by file; memory stays small however many rows are bad."""

    read: Counter[str] = field(default_factory=Counter)
    """Rows read, good and bad."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Rows that could not be used at all."""
    changed: Counter[str] = field(default_factory=Counter)
    """Rows that were used in part, or after a change."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Of both, how often each reason occurred."""
    shown: list[Problem] = field(default_factory=list)
    """The first of both."""

    def skip(self, file: str, line: int, reason: str) -> None:
        """Note a row that is not used."""
        self.skipped[file] += 1
        self._note(file, line, reason)

    def change(self, file: str, line: int, reason: str) -> None:
        """Note a row that is used, but not all of it or not as it was."""
        self.changed[file] += 1
        self._note(file, line, reason)

    def refuse_hopeless(self, file: str) -> None:
        """Give up on a file of which at least ten rows, and more than half, are bad.

        Raises:
            DataError: it is not what it says.
        """
        bad, read = self.skipped[file], self.read[file]
        if bad >= _HOPELESS and bad * 2 > read:
            first = next(problem for problem in self.shown if problem.file == file)
            raise DataError(f"{file}: {bad} of {read} rows cannot be read, the first: {first}")

    def _note(self, file: str, line: int, reason: str) -> None:
        self.reasons[reason] += 1
        # The first of each file is always kept, so that no file hides behind another.
        if len(self.shown) < SHOWN or not any(known.file == file for known in self.shown):
            self.shown.append(Problem(file, line, reason))


_HOPELESS = 10
