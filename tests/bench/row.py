"""One figure, with what it was compared with."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Row:
    """A measured figure. `goal` reads like "≥ 0.6"; empty if there is none."""

    name: str
    area: str
    value: float
    unit: str
    goal: str = ""
    detail: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the goal is met; None without a goal."""
        if not self.goal:
            return None
        sign, bound = self.goal.split()[:2]
        limit = float(bound.replace(",", ""))
        return self.value >= limit if sign == "≥" else self.value <= limit

    def as_json(self) -> dict[str, Any]:
        """The form of results.json."""
        return {**asdict(self), "value": round(self.value, 4), "met": self.met}
