"""The hashtags of a text.

Chinese talk closes a topic (`#开箱#`, blanks inside allowed); elsewhere one runs on to the next
blank or sign (`#unboxing`). Both are read; what could be either is taken as closed.
"""

import re
import unicodedata

# community_events.proto and content_service.proto say the same.
MOST_TOPICS = 10
LONGEST_TOPIC = 30  # characters, folded

_BEFORE = r"(?<![\w/&=])"  # not the end of `C#`, nor a part of a link or of `&#39;`
_TOPIC = re.compile(
    rf"#(?P<closed>[^\s#](?:[^#\n]{{0,{2 * LONGEST_TOPIC}}}[^\s#])?)#|{_BEFORE}#(?P<open>\w+)"
)
_SUPER_TOPIC = re.compile(r"\[超话\]$|\[超話\]$")


def topics_of(text: str) -> tuple[str, ...]:
    """The topics in the order of the text, each once; those beyond the limits are left out."""
    found = dict.fromkeys(
        topic
        for match in _TOPIC.finditer(unicodedata.normalize("NFKC", text))
        if _is_topic(topic := _fold(match["closed"] or match["open"]))
    )
    return tuple(found)[:MOST_TOPICS]


def _fold(topic: str) -> str:
    """As two who mean the same would type it: no case, single blanks, nothing invisible."""
    seen = "".join(c for c in topic if unicodedata.category(c)[0] != "C")
    return " ".join(_SUPER_TOPIC.sub("", seen).casefold().split())


def _is_topic(topic: str) -> bool:
    """A topic has a letter: `#1` is a number."""
    return len(topic) <= LONGEST_TOPIC and any(c.isalpha() for c in topic)
