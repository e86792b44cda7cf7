"""Changes texts as people would, so that no single sign is relied upon."""

import re

import numpy as np

_EMOTE = re.compile(r"\[[^\[\]\s]{1,10}\]|[\U0001f000-\U0001faff☀-➿]")
_PUNCTUATION = re.compile(r"[,.!?;:~，。！？；：、～…]+")
_LAST_WORD = re.compile(r"\w$")
_HASHTAG = re.compile(r"#([^#\s]{1,20})#")

_BARE = 0.12
_UNPUNCTUATED = 0.12
_DRAWN_OUT = 0.04
_UNTAGGED = 0.2


def augmented(text: str, random: np.random.Generator) -> str:
    """The folded text, or one that says the same: without emotes or punctuation, or drawn out."""
    chance = random.random(4)
    changed = text
    if chance[0] < _UNTAGGED:
        changed = _HASHTAG.sub(r"\1", changed)
    if chance[1] < _BARE:
        changed = _EMOTE.sub(" ", changed)
    if chance[2] < _UNPUNCTUATED:
        changed = _PUNCTUATION.sub(" ", changed)
    if chance[3] < _DRAWN_OUT:
        changed = _LAST_WORD.sub(lambda last: last[0] * 3, changed)
    return changed if changed.strip() else text
