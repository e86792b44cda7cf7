"""What a model must have shown before it may answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.emotion_tag.domain.comparison import Comparison
from services.emotion_tag.domain.evaluation import Figures
from services.emotion_tag.domain.shadow import ShadowFigures

LEAST_ROWS = 200
"""A smaller gold set decides nothing: its interval of macro-F1 is wider than .1."""

WORST_MACRO_F1 = -0.02
"""How much worse macro-F1 may be, at the lower end of the 95 % interval of the difference."""

WORST_CALIBRATION = 0.05
"""The most that confidence may be off on average: the objective of this service."""

WORST_SLICE, LEAST_SLICE = -0.03, 50
"""How much less often right on any slice of at least so many texts."""

LEAST_AGREEMENT, LEAST_SHADOWED = 0.75, 500
"""Share of live texts that must be answered alike, and of how many: a better model differs on the
texts the active one gets wrong, about a quarter, and should on few others."""

LEAST_SPEED = 0.5
"""Of the speed of the active model, on the same texts in the same process."""


@dataclass(frozen=True, slots=True)
class Gate:
    """One rule, and whether it is kept."""

    name: str
    is_passed: bool
    measured: float
    limit: float
    detail_zh: str
    detail_en: str
    gold_set_id: UUID | None = None

    @property
    def key(self) -> str:
        """What it is called among all gates of one promotion."""
        return self.name if self.gold_set_id is None else f"{self.name}.{self.gold_set_id}"

    def as_text(self) -> str:
        """Its figure and its limit, for machines and logs."""
        return f"{self.measured:.4f}, limit {self.limit:.4f}: {self.detail_en}"


@dataclass(frozen=True, slots=True)
class OnGold:
    """A candidate on one gold set; None where it, or the active model, was not evaluated there."""

    gold_set_id: UUID
    name: str
    row_count: int
    figures: Figures | None
    comparison: Comparison | None


def gates(on_gold: Sequence[OnGold], shadow: ShadowFigures | None) -> list[Gate]:
    """Hold a candidate against every rule; gold sets of fewer than `LEAST_ROWS` do not count."""
    counted = [one for one in on_gold if one.row_count >= LEAST_ROWS]
    found = [
        Gate(
            "gold",
            bool(counted),
            max((one.row_count for one in on_gold), default=0),
            LEAST_ROWS,
            f"至少需要一个不少于 {LEAST_ROWS} 条的金标集",
            f"one gold set of at least {LEAST_ROWS} texts is needed",
        )
    ]
    for one in counted:
        found += _on_gold(one)
    return [*found, *_on_shadow(shadow)]


def _on_gold(one: OnGold) -> list[Gate]:
    if one.figures is None or one.comparison is None:
        missing = Gate(
            "evaluation",
            is_passed=False,
            measured=0,
            limit=1,
            detail_zh=f"候选或现用模型尚未在“{one.name}”上评估",
            detail_en=f"the candidate or the active model was not evaluated on “{one.name}”",
            gold_set_id=one.gold_set_id,
        )
        return [missing]
    figures, comparison = one.figures, one.comparison
    worst = min(
        (part for part in comparison.slices if part.count >= LEAST_SLICE),
        key=lambda part: part.accuracy,
        default=None,
    )
    slice_zh = f"最差切片 {worst.name}（{worst.count} 条）" if worst else "没有足够大的切片"
    slice_en = (
        f"worst slice {worst.name} ({worst.count} texts)" if worst else "no slice is large enough"
    )
    return [
        Gate(
            "macro_f1",
            comparison.macro_f1_low >= WORST_MACRO_F1,
            comparison.macro_f1_low,
            WORST_MACRO_F1,
            f"“{one.name}”上宏平均 F1 之差的 95% 区间下限",
            f"lower end of the 95 % interval of the difference of macro-F1 on “{one.name}”",
            one.gold_set_id,
        ),
        Gate(
            "calibration",
            figures.calibration_error <= WORST_CALIBRATION,
            figures.calibration_error,
            WORST_CALIBRATION,
            f"“{one.name}”上的期望校准误差",
            f"expected calibration error on “{one.name}”",
            one.gold_set_id,
        ),
        Gate(
            "slices",
            worst is None or worst.accuracy >= WORST_SLICE,
            worst.accuracy if worst else 0.0,
            WORST_SLICE,
            f"“{one.name}”上的正确率之差：{slice_zh}",
            f"difference of accuracy on “{one.name}”: {slice_en}",
            one.gold_set_id,
        ),
    ]


def _on_shadow(shadow: ShadowFigures | None) -> list[Gate]:
    count = shadow.count if shadow else 0
    enough = count >= LEAST_SHADOWED
    agreement = shadow.agreement if shadow else 0.0
    speed = shadow.speed_ratio if shadow else 0.0
    return [
        Gate(
            "shadow",
            enough and agreement >= LEAST_AGREEMENT,
            agreement if enough else 0.0,
            LEAST_AGREEMENT,
            f"影子流量中与现用模型一致的比例（{count} 条，至少 {LEAST_SHADOWED} 条）",
            f"share of live texts answered alike ({count} texts, at least {LEAST_SHADOWED})",
        ),
        Gate(
            "speed",
            enough and speed >= LEAST_SPEED,
            speed if enough else 0.0,
            LEAST_SPEED,
            f"与现用模型的速度之比（{count} 条）",
            f"speed over that of the active model ({count} texts)",
        ),
    ]
