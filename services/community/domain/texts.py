"""What a text must be like to be published."""

import re
import unicodedata

from services.chassis.kernel.errors import InvalidField

# Line breaks and tabs are how people lay out a text; every other control character is a mistake
# or an attack on whoever prints it.
_LAYOUT = {"\n", "\t"}
_LINE_BREAK = re.compile(r"\r\n?|\u2028|\u2029|\x85")


def clean_body(text: str, *, longest: int) -> str:
    """Return a body as it is kept: trimmed, line breaks as `\\n`.

    `longest` counts characters (code points) after trimming.

    Raises:
        InvalidField: it is too long, shows nothing, or holds control characters.
    """
    body = _clean(_LINE_BREAK.sub("\n", text), "body", longest, allowed=_LAYOUT)
    if not any(_is_visible(character) for character in body):
        raise InvalidField("body", "body.visible", "Must have a character that can be seen.")
    return body


def clean_title(text: str, *, longest: int) -> str:
    """Return a title as it is kept: trimmed, in one line; may be empty.

    Raises:
        InvalidField: it is too long, or holds line breaks or other control characters.
    """
    return _clean(text, "title", longest, allowed=set())


def check_item_id(item_id: str, *, field: str, longest: int) -> None:
    """Hold a merchant's key to its form: printable, not blank at its ends.

    Raises:
        InvalidField: it is not.
    """
    if not 1 <= len(item_id) <= longest or item_id != item_id.strip() or not item_id.isprintable():
        raise InvalidField(
            field, "item_id", f"Must be 1 to {longest} printable characters, no blank at its ends."
        )


def _clean(text: str, field: str, longest: int, *, allowed: set[str]) -> str:
    trimmed = text.strip()
    if len(trimmed) > longest:
        raise InvalidField(field, f"{field}.length", f"Must be at most {longest} characters.")
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in allowed for c in trimmed):
        raise InvalidField(field, f"{field}.control", "Must not hold control characters.")
    return trimmed


def _is_visible(character: str) -> bool:
    """Whether it leaves a trace on a screen; zero-width and format characters do not."""
    return not character.isspace() and unicodedata.category(character)[0] != "C"
