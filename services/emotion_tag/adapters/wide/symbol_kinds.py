"""What kinds of symbols there are, and which of them rule what stands behind."""

import numpy as np
from numpy.typing import NDArray

from services.emotion_tag.adapters.wide.folding import CODE_POINTS, END

OTHER, LETTER, BREAK, CLOSED, NEGATOR, CONTRAST, QUOTE = range(7)

NEGATORS = "不没无未别"
NEGATING_WORDS = ("not", "no", "never", "nothing", "hardly", "without", "cannot", "isnt", "dont")
CONTRASTS = "但却"
CONTRASTING_PAIRS = tuple(
    (ord(pair[0]), ord(pair[1])) for pair in ("可惜", "不过", "只是", "然而", "可是")
)
CONTRASTING_WORDS = ("but", "however", "yet", "though", "although", "unfortunately")
BREAKS = ",.!?;:，。！？；：、~…\n"
QUESTION = ord("?")  # what "？" folds to
QUOTES = '“”「」『』"'

REACH_SYMBOLS = 4  # 不是很好用: the negation reaches the fourth symbol behind it
REACH_WORDS = 3  # not a very good one


def kinds_table() -> NDArray[np.uint8]:
    """The kind of each code point; emotes are like the last, which is `OTHER`."""
    kinds = np.zeros(CODE_POINTS + 1, np.uint8)
    for letters in (range(ord("a"), ord("z") + 1), range(ord("0"), ord("9") + 1)):
        kinds[list(letters)] = LETTER
    kinds[0xDF:0x250] = LETTER
    kinds[0x370:0x530] = LETTER  # Greek and Cyrillic, folded to lower case before
    kinds[[ord("'"), ord("_"), 0x2019]] = LETTER
    for kind, characters in (
        (BREAK, BREAKS),
        (NEGATOR, NEGATORS),
        (CONTRAST, CONTRASTS),
        (QUOTE, QUOTES),
    ):
        kinds[[ord(c) for c in characters]] = kind
    kinds[END] = CLOSED
    return kinds
