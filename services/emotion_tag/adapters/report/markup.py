"""HTML and SVG as text, with everything that comes from outside escaped."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

SMALL = 480.0
"""Pictures that are narrower are not blown up to the width of their frame."""


@dataclass(frozen=True, slots=True)
class Table:
    """The figures behind a picture."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    """The first of each row names it."""


def tag(name: str, *inside: str, **attributes: str | float) -> str:
    """An element; `_` at the end of an attribute's name is dropped, others become `-`.

    What is inside is markup already.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for key, value in attributes.items()
    )
    return f"<{name}{written}>{''.join(inside)}</{name}>"


def text(value: str) -> str:
    """Words, as markup."""
    return escape(value)


def table(content: Table, caption: str) -> str:
    """A table whose first column names the rows."""
    head = "".join(tag("th", text(cell), scope="col") for cell in content.head)
    body = "".join(
        tag(
            "tr",
            tag("th", text(row[0]), scope="row"),
            *(tag("td", text(cell)) for cell in row[1:]),
        )
        for row in content.rows
    )
    inside = tag("caption", text(caption)) + tag("thead", tag("tr", head)) + tag("tbody", body)
    return tag(
        "div",
        tag("table", inside),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=caption,
    )


def figure(title: str, picture: str, note: str, content: Table, summary: str) -> str:
    """A picture with its title, a sentence about it, and the table behind it."""
    return tag(
        "figure",
        tag("figcaption", tag("strong", text(title)), tag("span", text(note))),
        picture,
        tag("details", tag("summary", text(summary)), table(content, title)),
    )


def svg(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    """A picture that scales; `title` is what somebody is told who cannot see it."""
    return tag(
        "svg",
        tag("title", text(title)),
        *parts,
        viewBox=f"0 0 {_number(width)} {_number(height)}",
        role="img",
        aria_label=title,
        class_="small" if width < SMALL else "wide",
    )


def label(x: float, y: float, words: str, *, anchor: str = "start", class_: str = "") -> str:
    """Words at a place of a picture."""
    return tag("text", text(words), x=x, y=y, text_anchor=anchor, class_=class_ or "label")


def line(x1: float, y1: float, x2: float, y2: float, class_: str = "axis") -> str:
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def rectangle(x: float, y: float, width: float, height: float, class_: str) -> str:
    return tag("rect", x=x, y=y, width=max(0.0, width), height=max(0.0, height), class_=class_)


def _number(value: str | float) -> str:
    """Two decimals are half a hair's breadth of a picture."""
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")
