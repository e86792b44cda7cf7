"""A picture of a mood over time: what was, within its uncertainty, and what may come."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import groupby

from infra.demo.api import Json
from infra.demo.page.words import Words
from services.emotion_tag.adapters.report.markup import label, line, rectangle, svg, tag

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM = 720.0, 306.0, 64.0, 22.0, 262.0
_LEVELS = (-1.0, -0.5, 0.0, 0.5, 1.0)
_FROM_END = 12.0  # width that stays free at the right

Place = Callable[[float, float], str]


def mood_picture(timeline: Sequence[Json], steps: Sequence[Json], words: Words) -> str:
    """`timeline` are the points of the past, `steps` those of the forecast; both oldest first."""
    times = [moment(one) for one in (*timeline, *steps)]
    first, last = min(times), max(times)

    def x_of(seconds: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _FROM_END) * (seconds - first) / max(1.0, last - first)

    def place(seconds: float, valence: float) -> str:
        return f"{x_of(seconds):.1f},{_y(valence):.1f}"

    parts = [*_grid(words), *_days(first, last, x_of)]
    for is_gap, run in groupby(timeline, key=lambda one: one.get("isGap", False)):
        if not is_gap:
            parts += _past(list(run), place)
    if steps:
        parts += _future(steps, timeline, place, x_of, words)
    return svg(_WIDTH, _HEIGHT, words["mood"], parts)


def moment(one: Json) -> float:
    """Seconds since 1970."""
    return datetime.fromisoformat(one["time"]).timestamp()


def _y(valence: float) -> float:
    return _BOTTOM - (_BOTTOM - _TOP) * (min(1.0, max(-1.0, valence)) + 1) / 2


def _grid(words: Words) -> list[str]:
    parts = [
        line(_LEFT, _y(level), _WIDTH - _FROM_END, _y(level), "grid" if level else "axis")
        for level in _LEVELS
    ]
    parts += [label(_LEFT - 8, _y(level) + 4, _level(level), anchor="end") for level in _LEVELS]
    return [
        *parts,
        label(6, _TOP - 8, words["pleasant"], class_="title"),
        label(6, _BOTTOM + 36, words["unpleasant"], class_="title"),
    ]


def _days(first: float, last: float, x_of: Callable[[float], float]) -> list[str]:
    """A mark at each midnight, UTC."""
    day = 86_400
    parts = []
    for midnight in range(int(first // day + 1) * day, int(last) + 1, day):
        x = x_of(midnight)
        date = f"{datetime.fromtimestamp(midnight, UTC):%m-%d}"
        parts += [
            line(x, _TOP, x, _BOTTOM, "grid"),
            label(x, _BOTTOM + 20, date, anchor="middle"),
        ]
    return parts


def _past(run: Sequence[Json], place: Place) -> list[str]:
    high = [place(moment(one), _valence(one) + _deviation(one)) for one in run]
    low = [place(moment(one), _valence(one) - _deviation(one)) for one in run]
    middle = [place(moment(one), _valence(one)) for one in run]
    return [
        tag("polygon", points=" ".join([*high, *reversed(low)]), class_="past"),
        tag("polyline", points=" ".join(middle), class_="path"),
    ]


def _future(
    steps: Sequence[Json],
    timeline: Sequence[Json],
    place: Place,
    x_of: Callable[[float], float],
    words: Words,
) -> list[str]:
    high = [place(moment(one), one.get("valenceHigh", 0.0)) for one in steps]
    low = [place(moment(one), one.get("valenceLow", 0.0)) for one in steps]
    middle = [place(moment(one), one.get("valenceMedian", 0.0)) for one in steps]
    now = x_of(moment(timeline[-1]) if timeline else moment(steps[0]))
    return [
        rectangle(now, _TOP, _WIDTH - _FROM_END - now, _BOTTOM - _TOP, "ahead"),
        tag("polygon", points=" ".join([*high, *reversed(low)]), class_="future"),
        tag("polyline", points=" ".join(middle), class_="path dashed"),
        line(now, _TOP, now, _BOTTOM, "limit"),
        label(now, _TOP - 8, words["now"], anchor="middle", class_="title"),
    ]


def _valence(one: Json) -> float:
    return float(one.get("valence", 0.0))


def _deviation(one: Json) -> float:
    return float(one.get("valenceDeviation", 0.0))


def _level(valence: float) -> str:
    return f"{valence:+.1f}" if valence else "0"
