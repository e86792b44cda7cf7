"""Turns single values of a row into ours, or says in a `BadValue` why that cannot be done."""

import html
import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from infra.demo.importers.community import Money

# As the contracts of the services say.
ITEM_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
LONGEST_TITLE, LONGEST_BODY, LONGEST_COMMENT = 100, 5_000, 1_000
LONGEST_ITEM_TITLE, LONGEST_CATEGORY, LONGEST_BRAND = 200, 100, 100
LONGEST_TAG, MOST_TAGS, MOST_ITEMS = 50, 20, 9
LONGEST_KEY, LONGEST_NAME = 256, 64
LARGEST_MINOR = 10**12

LANGUAGES = ("zh-Hans", "zh-Hant", "en")
_CURRENCY = re.compile(r"[A-Z]{3}")
_NO_MINOR_UNITS = {"JPY", "KRW", "VND", "CLP", "ISK", "UGX", "XAF", "XOF", "PYG", "RWF"}


class BadValue(Exception):
    """The value cannot be used; the text says which and why, without quoting it at length."""


def text_of(row: dict[str, Any], name: str, *, longest: int, is_required: bool = True) -> str:
    """Trimmed text; a number is taken as its digits.

    Raises:
        BadValue: missing, of another type, or too long.
    """
    value = row.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise BadValue(f"{name} is not text")
    value = value.strip()
    if is_required and not value:
        raise BadValue(f"{name} is missing")
    if len(value) > longest:
        raise BadValue(f"{name} is longer than {longest:,} characters")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in value):
        raise BadValue(f"{name} holds control characters")
    return value


def item_id_of(value: object) -> str:
    """A key of the catalogue.

    Raises:
        BadValue: not 1 to 64 of letters, digits, `_`, `-`, `.` and `:`.
    """
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not ITEM_ID.fullmatch(text.strip()):
        raise BadValue("item_id is not 1 to 64 of letters, digits, _ - . :")
    return text.strip()


def words_of(value: object, name: str, *, longest: int) -> tuple[str, bool]:
    """What a person wrote, as it can be published, and whether it had to be cut.

    HTML entities are read, control characters become spaces, line breaks stay. Text longer than
    `longest` characters is cut at the last white space before, and ends with an ellipsis.

    Raises:
        BadValue: it is no text, or there is nothing to see.
    """
    if not isinstance(value, str):
        raise BadValue(f"{name} is not text" if value is not None else f"{name} is missing")
    text = html.unescape(value).replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(
        " " if unicodedata.category(c) in ("Cc", "Cs") and c not in "\n\t" else c for c in text
    ).strip()
    if not any(not c.isspace() and unicodedata.category(c)[0] != "C" for c in text):
        raise BadValue(f"{name} is empty")
    if len(text) <= longest:
        return text, False
    cut = text[: longest - 1]
    whole = cut[: max(cut.rfind(" "), cut.rfind("\n"))] if len(cut.split()) > 1 else cut
    return f"{whole.rstrip()}…", True


def title_of(value: object) -> str:
    """A title in one line of at most 100 characters; empty if there is none."""
    try:
        text, _ = words_of(value, "title", longest=10_000)
    except BadValue:
        return ""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"


def whole_of(value: object, name: str, least: int, most: int) -> int:
    """A whole number; text and floats without a fraction will do.

    Raises:
        BadValue: it is none, or out of range.
    """
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise BadValue(f"{name} is not a number" if value is not None else f"{name} is missing")
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise BadValue(f"{name} is not a number") from None
    if not math.isfinite(number) or number != int(number):
        raise BadValue(f"{name} is not a whole number")
    if not least <= number <= most:
        raise BadValue(f"{name} is not {least:,} to {most:,}")
    return int(number)


@dataclass(frozen=True)
class Window:
    """Which times are taken: those that happened, and are not older than the services take."""

    oldest: datetime
    newest: datetime


def time_of(value: object, window: Window) -> datetime:
    """A time: RFC 3339 (without an offset it is UTC) or seconds since 1970.

    Raises:
        BadValue: it is none, in the future, or too long ago.
    """
    text = str(value).strip() if value is not None else ""
    try:
        if re.fullmatch(r"-?\d+(\.\d+)?", text):
            at = datetime.fromtimestamp(float(text), UTC)
        else:
            at = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise BadValue("time is neither RFC 3339 nor seconds since 1970") from None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    if at > window.newest:
        raise BadValue("time is in the future")
    if at < window.oldest:
        raise BadValue(f"time is before {window.oldest:%Y-%m-%d}")
    return at


def money_of(value: object, currency: str, name: str) -> Money:
    """An amount such as `12.50` in major units.

    Raises:
        BadValue: no amount, negative, more digits than the currency has, or no currency.
    """
    if not _CURRENCY.fullmatch(currency):
        raise BadValue("currency is not three capital letters")
    try:
        amount = Decimal(str(value).strip())
        minor = amount.scaleb(0 if currency in _NO_MINOR_UNITS else 2)
        is_whole = minor == minor.to_integral_value()
    except ArithmeticError:  # no number, or one beyond all bounds
        raise BadValue(f"{name} is not an amount") from None
    if not amount.is_finite() or not 0 <= minor <= LARGEST_MINOR:
        raise BadValue(f"{name} is not 0 to 10,000,000,000")
    if not is_whole:
        raise BadValue(f"{name} has more digits than {currency} has")
    return Money(minor=int(minor), currency=currency)
