"""What was measured on gold sets, and the difference to another version there."""

from services.emotion_tag.adapters.report.markup import Table, figure, tag, text
from services.emotion_tag.adapters.report.pictures import Interval, bars, intervals, matrix, square
from services.emotion_tag.adapters.report.slice_names import slice_name, source_name
from services.emotion_tag.adapters.report.words import Words
from services.emotion_tag.application.governance.model_report import ModelReport, OnSet
from services.emotion_tag.domain.aspect import ASPECT_NAMES
from services.emotion_tag.domain.comparison import Comparison
from services.emotion_tag.domain.evaluation import Figures
from services.emotion_tag.domain.promotion import LEAST_SLICE
from services.emotion_tag.domain.taxonomy import EMOTIONS, TAXONOMY

_COVERAGE = 0.8
_MOST_SLICES = 16
_LEAST_P = 0.001
_CHINESE = {
    **{str(emotion): TAXONOMY[emotion].name.zh_hans for emotion in EMOTIONS},
    **{str(aspect): name.zh_hans for aspect, name in ASPECT_NAMES.items()},
    "happy": "高兴",
    "angry": "生气",
    "sad": "难过",
    "neutral": "中性",
    "positive": "正面",
    "negative": "负面",
    "mixed": "褒贬兼有",
}


def named(label: str, words: Words) -> str:
    """What people call a class."""
    return words.of(_CHINESE.get(label, label), label)


def _points(difference: float) -> str:
    return f"{difference:+.3f}"


def card(value: str, name: str) -> str:
    return tag("li", tag("b", text(value)), tag("span", text(name)))


def cards(*found: str) -> str:
    return tag("ul", *found, class_="cards")


def evaluation_section(report: ModelReport, words: Words) -> str:
    """A part for each gold set, one sentence if there is none."""
    if not report.sets:
        return tag("p", text(words["evaluation.none"]))
    return "".join(_set(one, report, words) for one in report.sets)


def _set(one: OnSet, report: ModelReport, words: Words) -> str:
    figures = one.figures
    at_coverage = next((right for share, right in figures.coverage if share == _COVERAGE), 0.0)
    interval = f"{figures.macro_f1_low:.3f}–{figures.macro_f1_high:.3f}"
    top = cards(
        card(f"{figures.macro_f1:.3f}", f"{words['macro_f1']} ({interval})"),
        card(f"{figures.accuracy:.1%}", words["accuracy"]),
        card(f"{figures.calibration_error:.3f}", words["ece"]),
        card(f"{at_coverage:.1%}", words["selective"]),
        card(f"{figures.count:,}", words["texts"]),
        card(f"{figures.texts_per_second:,.0f}", words["speed"]),
    )
    pictures = tag(
        "div",
        _classes(figures, words),
        _confusion(figures, words),
        _calibration(figures, words),
        _coverage(figures, words),
        _slices(figures, words),
        class_="pictures",
    )
    against = _comparison(one.comparison, report, words) if one.comparison else ""
    source = tag("p", text(source_name(one.source, words)), class_="soft")
    return tag("h3", text(one.name)) + source + top + pictures + against


def _classes(figures: Figures, words: Words) -> str:
    there = [(name, score) for name, score in figures.classes if score.support]
    rows = [
        (named(name, words), score.f1, f"{score.f1:.3f} ({score.support})") for name, score in there
    ]
    table = Table(
        [words[key] for key in ("class", "precision", "recall", "f1", "support")],
        [
            [
                named(name, words),
                f"{s.precision:.3f}",
                f"{s.recall:.3f}",
                f"{s.f1:.3f}",
                str(s.support),
            ]
            for name, s in figures.classes
        ],
    )
    title = words["per_class"]
    return figure(title, bars(title, rows), words["per_class.note"], table, words["table"])


def _confusion(figures: Figures, words: Words) -> str:
    used = [
        at
        for at, row in enumerate(figures.confusion)
        if sum(row) or any(other[at] for other in figures.confusion)
    ]
    names = [named(figures.classes[at][0], words) for at in used]
    counts = [[figures.confusion[row][column] for column in used] for row in used]
    title = words["confusion"]
    picture = matrix(title, names, counts, (words["said"], words["answered"]))
    table = Table(
        [words["class"], *names],
        [[name, *map(str, row)] for name, row in zip(names, counts, strict=True)],
    )
    return figure(title, picture, words["confusion.note"], table, words["table"])


def _calibration(figures: Figures, words: Words) -> str:
    most = max((one.count for one in figures.bins), default=1)
    points = [(one.confidence, one.accuracy, one.count / most) for one in figures.bins]
    title = words["calibration"]
    axes = (words["confidence"], words["accuracy"])
    picture = square(title, points, axes, diagonal=True, joined=False)
    table = Table(
        [words["confidence"], words["accuracy"], words["count"]],
        [[f"{b.confidence:.3f}", f"{b.accuracy:.3f}", str(b.count)] for b in figures.bins],
    )
    return figure(title, picture, words["calibration.note"], table, words["table"])


def _coverage(figures: Figures, words: Words) -> str:
    title = words["coverage"]
    axes = (words["coverage.axis"], words["accuracy"])
    points = [(share, right, 0.2) for share, right in figures.coverage]
    picture = square(title, points, axes, diagonal=False, joined=True)
    table = Table(
        [words["coverage.axis"], words["accuracy"]],
        [[f"{share:.0%}", f"{right:.3f}"] for share, right in figures.coverage],
    )
    return figure(title, picture, words["coverage.note"], table, words["table"])


def _slices(figures: Figures, words: Words) -> str:
    if not figures.slices:
        return ""
    title = words["slices"]
    rows = [
        (slice_name(one.name, words), one.accuracy, f"{one.accuracy:.3f} ({one.count})")
        for one in figures.slices[:_MOST_SLICES]
    ]
    table = Table(
        [words[key] for key in ("slice", "count", "accuracy", "macro_f1", "ece")],
        [
            [
                slice_name(one.name, words),
                str(one.count),
                f"{one.accuracy:.3f}",
                f"{one.macro_f1:.3f}",
                f"{one.calibration_error:.3f}",
            ]
            for one in figures.slices
        ],
    )
    return figure(title, bars(title, rows), words["slices.note"], table, words["table"])


def _comparison(found: Comparison, report: ModelReport, words: Words) -> str:
    title = f"{words['comparison']}: {report.version} − {report.other_version}"
    difference = Interval(
        words["macro_f1"],
        found.macro_f1,
        found.macro_f1_low,
        found.macro_f1_high,
        is_good=found.macro_f1 >= 0,
    )
    slices = [part for part in found.slices if part.count >= LEAST_SLICE][:_MOST_SLICES]
    shown = [difference] + [
        Interval(
            slice_name(part.name, words),
            part.accuracy,
            part.accuracy,
            part.accuracy,
            is_good=part.accuracy >= 0,
        )
        for part in slices
    ]
    table = Table(
        [words["slice"], words["difference"], words["low"], words["high"], words["count"]],
        [
            [
                words["macro_f1"],
                f"{found.macro_f1:+.4f}",
                f"{found.macro_f1_low:+.4f}",
                f"{found.macro_f1_high:+.4f}",
                str(found.count),
            ],
            *(
                [slice_name(part.name, words), f"{part.accuracy:+.4f}", "", "", str(part.count)]
                for part in found.slices
            ),
        ],
    )
    top = cards(
        card(f"{found.macro_f1:+.3f}", words["macro_f1"]),
        card(_p_value(found.p_value), words["mcnemar"]),
        card(str(found.only_one_right), words["only_this"]),
        card(str(found.only_other_right), words["only_other"]),
    )
    picture = figure(
        title, intervals(title, shown, _points), words["comparison.note"], table, words["table"]
    )
    return top + picture


def _p_value(p: float) -> str:
    return f"{p:.3f}" if p >= _LEAST_P else f"< {_LEAST_P}"
