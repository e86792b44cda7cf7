"""The kinds of pictures: bars, a matrix, points on a square, intervals, pairs of bars."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import cos, radians

from services.emotion_tag.adapters.report.markup import label, line, rectangle, svg, tag, text

_NAMES, _MOST_NAMES = 172.0, 264.0
"""Width for the names at the left of bars and intervals, and what it may grow to for long ones."""
_WIDE_LETTER, _LETTER = 12.5, 6.8
"""Of 12 pixels in the widest of the page's fonts: Chinese characters, and others on average."""
_FIRST_WIDE = 0x2E80  # where East Asian scripts begin
_TILT = 40.0  # degrees of the names above a matrix
_ROW, _WIDTH, _NUMBERS = 24.0, 576.0, 92.0
_STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
_DARK_FROM = 0.55  # share from which the number in a cell is written in white
_EVEN = 2


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its interval, and the limit it is held against, if any."""

    name: str
    value: float
    low: float
    high: float
    is_good: bool = True


def width_of(words: str) -> float:
    """About how wide words are drawn."""
    return sum(_WIDE_LETTER if ord(sign) >= _FIRST_WIDE else _LETTER for sign in words)


def _fitted(names: Sequence[str]) -> tuple[float, list[str]]:
    """The width for names, and the names, the longest cut; the table has them whole."""
    fitted = []
    for name in names:
        kept = name
        while width_of(kept) > _MOST_NAMES - 12:
            kept = kept[:-2] + "…"
        fitted.append(kept)
    return max([_NAMES, *(width_of(name) + 12 for name in fitted)]), fitted


def bars(title: str, values: Sequence[tuple[str, float, str]], *, whole: bool = True) -> str:
    """Shares 0 to 1 as bars, with a word behind each; not `whole` ends at the largest."""
    height = _ROW * len(values) + 30
    most = 1.0 if whole else max((value for _, value, _ in values), default=0.0) or 1.0
    left, names = _fitted([name for name, _, _ in values])
    span = _WIDTH - left - _NUMBERS
    parts = [_grid(left, span, height, most)]
    for at, (_, value, word) in enumerate(values):
        y = 8 + at * _ROW
        parts += [
            label(left - 8, y + 14, names[at], anchor="end"),
            rectangle(left, y + 3, span * min(1.0, max(0.0, value) / most), _ROW - 8, "bar"),
            label(left + span + 8, y + 14, word, class_="number"),
        ]
    return svg(_WIDTH, height, title, parts)


def pairs(title: str, values: Sequence[tuple[str, float, float]], names: tuple[str, str]) -> str:
    """Two shares side by side for each name: before and now."""
    most = max([0.05, *(max(a, b) for _, a, b in values)])
    height = 30.0 * len(values) + 40
    left, words = _fitted([name for name, _, _ in values])
    span = _WIDTH - left - _NUMBERS
    parts = [
        rectangle(left, 4, 12, 10, "bar former"),
        label(left + 18, 13, names[0]),
        rectangle(left + 130, 4, 12, 10, "bar"),
        label(left + 148, 13, names[1]),
    ]
    for at, (_, before, now) in enumerate(values):
        y = 26 + at * 30.0
        parts += [
            label(left - 8, y + 15, words[at], anchor="end"),
            rectangle(left, y + 2, span * before / most, 9, "bar former"),
            rectangle(left, y + 12, span * now / most, 9, "bar"),
            label(left + span + 8, y + 16, f"{before:.0%} → {now:.0%}", class_="number"),
        ]
    return svg(_WIDTH, height, title, parts)


def intervals(
    title: str,
    values: Sequence[Interval],
    write: Callable[[float], str],
    *,
    limit: float | None = None,
) -> str:
    """Values around 0 with their intervals; a dashed line at the limit."""
    ends = [0.0, *(one.low for one in values), *(one.high for one in values)]
    ends += [limit] if limit is not None else []
    low, high = min(ends), max(ends)
    margin = max(0.01, (high - low) * 0.08)
    low, high = low - margin, high + margin
    room, names = _fitted([one.name for one in values])
    span = _WIDTH - room - _NUMBERS - 40
    left = room + 30

    def place(value: float) -> float:
        return left + span * (value - low) / (high - low)

    height = _ROW * len(values) + 34
    bottom = height - 22
    parts = [
        line(place(0), 4, place(0), bottom),
        label(place(0), bottom + 15, "0", anchor="middle"),
    ]
    if limit is not None:
        parts += [
            line(place(limit), 4, place(limit), bottom, "limit"),
            label(place(limit), bottom + 15, write(limit), anchor="middle"),
        ]
    for at, one in enumerate(values):
        y = 8 + at * _ROW + 9
        kind = "point" if one.is_good else "point bad"
        parts += [
            label(left - 14, y + 5, names[at], anchor="end"),
            line(place(one.low), y, place(one.high), y, "whisker"),
            tag("circle", cx=place(one.value), cy=y, r=4.5, class_=kind),
            label(_WIDTH - 4, y + 5, write(one.value), anchor="end", class_="number"),
        ]
    return svg(_WIDTH, height, title, parts)


def matrix(
    title: str, names: Sequence[str], counts: Sequence[Sequence[int]], axes: tuple[str, str]
) -> str:
    """What was said (rows) against what was answered (columns), as shares of each row."""
    size = max(30.0, min(46.0, 470.0 / max(1, len(names))))
    left, top = 118.0, 86.0
    tops = [
        (at + 0.5) * size + width_of(name) * cos(radians(_TILT)) for at, name in enumerate(names)
    ]
    width, height = left + max([size * len(names) + 16, *tops]), top + size * len(names) + 12
    parts = [
        label(left + size * len(names) / 2, 14, axes[1], anchor="middle", class_="title"),
        label(4, top - 8, axes[0], class_="title"),
    ]
    for at, name in enumerate(names):
        x, y = left + (at + 0.5) * size, top + (at + 0.5) * size
        parts += [
            tag(
                "text",
                text(name),
                x=x,
                y=top - 8,
                class_="label",
                transform=f"rotate(-{_TILT:.0f} {x:.1f} {top - 8:.1f})",
            ),
            label(left - 8, y + 4, name, anchor="end"),
        ]
    for row, cells in enumerate(counts):
        total = sum(cells)
        for column, count in enumerate(cells):
            share = count / total if total else 0.0
            x, y = left + column * size, top + row * size
            parts.append(
                tag(
                    "rect",
                    x=x,
                    y=y,
                    width=size - 2,
                    height=size - 2,
                    class_="cell own" if row == column else "cell",
                    fill_opacity=f"{share:.3f}",
                )
            )
            if count:
                dark = "number white" if share >= _DARK_FROM else "number"
                parts.append(
                    label(
                        x + size / 2 - 1, y + size / 2 + 4, str(count), anchor="middle", class_=dark
                    )
                )
    return svg(width, height, title, parts)


def square(
    title: str,
    points: Sequence[tuple[float, float, float]],
    axes: tuple[str, str],
    *,
    diagonal: bool,
    joined: bool,
) -> str:
    """Points of shares 0 to 1 on both axes; the third of each is how large it is, 0 to 1."""
    side, left, top = 280.0, 62.0, 12.0
    bottom = top + side
    parts = []
    for step in _STEPS:
        x, y = left + side * step, bottom - side * step
        parts += [
            line(left, y, left + side, y, "grid"),
            line(x, top, x, bottom, "grid"),
            label(left - 8, y + 4, f"{step:.0%}", anchor="end"),
            label(x, bottom + 17, f"{step:.0%}", anchor="middle"),
        ]
    if diagonal:
        parts.append(line(left, bottom, left + side, top, "limit"))
    places = [(left + side * x, bottom - side * y, size) for x, y, size in points]
    if joined and len(places) >= _EVEN:
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
        parts.append(tag("polyline", points=path, class_="path"))
    parts += [tag("circle", cx=x, cy=y, r=3 + 6 * size, class_="point") for x, y, size in places]
    parts += [
        label(left + side / 2, bottom + 38, axes[0], anchor="middle", class_="title"),
        tag(
            "text",
            text(axes[1]),
            x=14,
            y=top + side / 2,
            class_="title",
            text_anchor="middle",
            transform=f"rotate(-90 14 {top + side / 2:.1f})",
        ),
    ]
    return svg(left + side + 24, bottom + 48, title, parts)


def _grid(left: float, span: float, height: float, most: float) -> str:
    found = []
    for step in _STEPS:
        x = left + span * step
        found += [
            line(x, 4, x, height - 20, "grid"),
            label(x, height - 5, f"{step * most:.{0 if most == 1 else 1}%}", anchor="middle"),
        ]
    return "".join(found)
