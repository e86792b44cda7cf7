"""What was observed beside gold: gates, shadow, drift, fairness, agreement."""

from services.emotion_tag.adapters.report.markup import Table, figure, table, tag, text
from services.emotion_tag.adapters.report.measured import card, cards, named
from services.emotion_tag.adapters.report.pictures import Interval, bars, intervals, pairs
from services.emotion_tag.adapters.report.slice_names import slice_name
from services.emotion_tag.adapters.report.words import Words
from services.emotion_tag.application.governance.model_report import ModelReport
from services.emotion_tag.domain.drift import (
    LARGE_PSI,
    MODERATE_PSI,
    DriftState,
    FeatureDrift,
)

_MOST_CELLS, _MOST_VALUES = 12, 14
_SHOWN_RATER = 8  # characters of an id: enough to tell raters apart


def gates_section(report: ModelReport, words: Words) -> str:
    """A row for each gate; nothing for the model that answers."""
    if not report.gates:
        return ""
    head = [words[key] for key in ("gate", "state", "measured", "limit", "detail")]
    rows = [
        [
            words[f"gate.{gate.name}"],
            words["passed"] if gate.is_passed else words["failed"],
            f"{gate.measured:.4g}",
            f"{gate.limit:.4g}",
            words.of(gate.detail_zh, gate.detail_en),
        ]
        for gate in report.gates
    ]
    passed = sum(gate.is_passed for gate in report.gates)
    top = cards(card(f"{passed} / {len(report.gates)}", words["passed"]))
    return top + table(Table(head, rows), words["gates"])


def shadow_section(report: ModelReport, words: Words) -> str:
    """Where the candidate and the active model differ on live content."""
    found = report.shadow
    if found is None:
        return ""
    top = cards(
        card(f"{found.agreement:.1%}", words["agreement.share"]),
        card(f"{found.polarity_agreement:.1%}", words["polarity.share"]),
        card(f"{found.divergence:.3f}", words["divergence"]),
        card(f"{found.speed_ratio:.2f}×", words["speed_ratio"]),
        card(f"{found.unsure_share:.1%} / {found.active_unsure_share:.1%}", words["unsure"]),
        card(f"{found.count:,}", words["texts"]),
    )
    apart = [cell for cell in found.cells if cell.active_emotion is not cell.candidate_emotion]
    if not apart:
        return top
    rows = [
        (
            f"{named(cell.active_emotion, words)} → {named(cell.candidate_emotion, words)}",
            cell.count / found.count,
            f"{cell.count:,} ({cell.count / found.count:.1%})",
        )
        for cell in apart[:_MOST_CELLS]
    ]
    content = Table(
        [words["active"], words["candidate.short"], words["count"]],
        [
            [named(c.active_emotion, words), named(c.candidate_emotion, words), str(c.count)]
            for c in found.cells
        ],
    )
    title = words["shadow.cells"]
    return top + figure(
        title, bars(title, rows, whole=False), words["shadow.note"], content, words["table"]
    )


def drift_section(report: ModelReport, words: Words) -> str:
    """The index of every feature, and the shares of those that have moved or may have."""
    drift = report.drift
    if drift is None:
        return ""
    states = [_state(one) for one in drift.features]
    nothing_before = states and set(states) == {"no_reference"}
    top = cards(card(words["no_reference" if nothing_before else str(drift.state)], words["state"]))
    seen = [one for one in drift.features if one.state is not DriftState.TOO_LITTLE]
    content = Table(
        [words[key] for key in ("feature", "state", "psi", "divergence", "before", "now")],
        [
            [
                _name(one, words),
                words[_state(one)],
                f"{one.psi:.3f}" if _is_compared(one) else "–",
                f"{one.divergence:.4f}" if _is_compared(one) else "–",
                str(sum(one.reference.values())),
                str(sum(one.current.values())),
            ]
            for one in drift.features
        ],
    )
    if not seen:
        return top + table(content, words["drift"])
    shown = [
        Interval(_name(one, words), one.psi, 0.0, one.psi, is_good=one.psi <= MODERATE_PSI)
        for one in seen
    ]
    title = words["psi"]
    picture = intervals(title, shown, "{:.3f}".format, limit=LARGE_PSI)
    body = figure(title, picture, words["drift.note"], content, words["table"])
    spreads = "".join(_spread(one, words) for one in seen if one.feature.key != "confidence")
    return top + body + tag("div", spreads, class_="pictures")


def _is_compared(one: FeatureDrift) -> bool:
    """Whether there is anything on both sides: against nothing, everything has moved."""
    return sum(one.reference.values()) > 0 and sum(one.current.values()) > 0


def _state(one: FeatureDrift) -> str:
    return str(one.state) if sum(one.reference.values()) else "no_reference"


def _spread(one: FeatureDrift, words: Words) -> str:
    before, now = sum(one.reference.values()), sum(one.current.values())
    values = sorted(
        one.reference.keys() | one.current.keys(), key=lambda name: -one.current.get(name, 0)
    )
    shares = [
        (named(name, words), one.reference.get(name, 0) / before, one.current.get(name, 0) / now)
        for name in values
    ]
    content = Table(
        [words["class"], words["before"], words["now"]],
        [[name, f"{first:.1%}", f"{second:.1%}"] for name, first, second in shares],
    )
    title = f"{_name(one, words)} · {words[str(one.state)]}"
    picture = pairs(title, shares[:_MOST_VALUES], (words["before"], words["now"]))
    note = f"PSI {one.psi:.3f} · JS {one.divergence:.4f}"
    return figure(title, picture, note, content, words["table"])


def _name(one: FeatureDrift, words: Words) -> str:
    return words.of(one.feature.name.zh_hans, one.feature.name.en)


def fairness_section(report: ModelReport, words: Words) -> str:
    """What swaps do to the answers, and how often ways of speaking are answered right."""
    found = report.fairness
    if found is None:
        return ""
    shown = [
        Interval(
            slice_name(gap.group.name, words),
            gap.valence,
            gap.valence_low,
            gap.valence_high,
            is_good=gap.valence_low <= 0 <= gap.valence_high,
        )
        for gap in found.gaps
    ]
    content = Table(
        [words[key] for key in ("slice", "meaning", "pairs", "flip", "valence", "confidence")],
        [
            [
                slice_name(gap.group.name, words),
                words.of(gap.group.meaning_zh, gap.group.meaning_en),
                str(len(gap.group.pairs)),
                f"{gap.flip_share:.1%} ({gap.flip_low:.1%}–{gap.flip_high:.1%})",
                f"{gap.valence:+.3f} ({gap.valence_low:+.3f} – {gap.valence_high:+.3f})",
                f"{gap.confidence:+.3f}",
            ]
            for gap in found.gaps
        ],
    )
    title = words["valence"]
    picture = intervals(title, shown, "{:+.3f}".format)
    flips = [
        (
            slice_name(gap.group.name, words),
            gap.flip_share,
            f"{gap.flip_share:.0%} / {len(gap.group.pairs)}",
        )
        for gap in found.gaps
    ]
    rows = [
        (slice_name(one.name, words), one.accuracy, f"{one.accuracy:.2f} ({one.count})")
        for one in found.slices
    ]
    by_slice = Table(
        [words[key] for key in ("slice", "count", "accuracy", "macro_f1", "ece")],
        [
            [
                slice_name(one.name, words),
                str(one.count),
                f"{one.accuracy:.3f}",
                f"{one.macro_f1:.3f}",
                f"{one.calibration_error:.3f}",
            ]
            for one in found.slices
        ],
    )
    return tag(
        "div",
        figure(title, picture, words["fairness.note"], content, words["table"]),
        figure(words["flip"], bars(words["flip"], flips), "", content, words["table"]),
        figure(
            words["fairness.slices"],
            bars(words["fairness.slices"], rows),
            words["fairness.slices.note"],
            by_slice,
            words["table"],
        ),
        class_="pictures",
    )


def agreement_section(report: ModelReport, words: Words) -> str:
    """How far people agree; a sentence if nobody has rated what another did."""
    found = report.agreement
    if found is None:
        return ""
    top = cards(
        card(_alpha(found.overall.alpha), words["alpha"]),
        card(f"{found.overall.observed:.1%}", words["observed"]),
        card(f"{found.model_agreement:.1%}", words["model_agreement"]),
        card(f"{found.rating_count:,}", words["ratings"]),
        card(f"{found.content_count:,}", words["texts"]),
    )
    if not found.emotions:
        return top + tag("p", text(words["agreement.none"]))
    rows = [
        (named(one.emotion, words), one.alpha or 0.0, f"{_alpha(one.alpha)} ({one.count})")
        for one in found.emotions
    ]
    content = Table(
        [words[key] for key in ("emotion", "alpha", "observed", "count")],
        [
            [
                named(one.emotion, words) if one.emotion else words["all"],
                _alpha(one.alpha),
                f"{one.observed:.1%}",
                str(one.count),
            ]
            for one in (found.overall, *found.emotions)
        ],
    )
    raters = Table(
        [words["rater"], words["count"], words["reliability"]],
        [
            [
                str(one.rater_id)[-_SHOWN_RATER:],
                str(one.count),
                f"{one.agreement:.1%} ({one.low:.1%}–{one.high:.1%})",
            ]
            for one in found.raters
        ],
    )
    title = words["alpha"]
    return (
        top
        + figure(title, bars(title, rows), words["agreement.note"], content, words["table"])
        + table(raters, words["rater"])
    )


def _alpha(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
