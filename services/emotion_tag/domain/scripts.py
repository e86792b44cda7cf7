"""Ranges of characters, as they are written inside the brackets of a regular expression.

As escapes: a compatibility character such as U+F900 turns into another one wherever text is
normalised, and a range that begins with that other one takes in Hangul.
"""

HAN = r"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
KANA = r"\u3040-\u30ff"
LATIN = r"A-Za-z\u00c0-\u024f"
OTHER_LETTERS = r"\u3041-\u3096\u30a1-\u30fa\uac00-\ud7a3\u0e01-\u0e4e\u0620-\u06d3\u0400-\u052f"
"""Kana, Hangul, Thai, Arabic and Cyrillic, less what is a mark rather than a letter."""
