"""Words of a folded text, and which strings of them can be a topic at all."""

import re
from collections.abc import Sequence

LONGEST_TEXT = 300
"""Words of a text that are looked at."""
LONGEST_HAN, LONGEST_LATIN = 6, 3
"""Words of a topic: characters of Chinese, words of English."""
SHORTEST_LATIN = 3  # letters

BREAK = ""
"""Stands between words that are not next to each other."""

_WORD = re.compile(r"[\u3400-\u9fff]|[a-z][a-z0-9'-]*[a-z0-9]|[a-z]|[0-9]+|\S")
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[a-z]")

# A topic neither begins nor ends with these: particles, pronouns, measure words.
_LOOSE = frozenset(
    "的了是我你他她它们这那就都也在和与或很太吧吗呢啊哦嗯哈呀嘛呗哟喔欸诶不没有个"
    "一些点又还再被把给让对从到着过得地而但之其此为以于可能会要想说看去来上下里中"
    "么什怎谁哪几多少真好"
)
_STOP_TEXT = """
the a an and or but of to in on at for with from by as is are was were be been being it
its this that these those i you he she we they me him her us them my your his our their
not no do does did have has had can could will would should just so very really too also
there here what which who when where why how all any some more most much many one two
get got go like good great lol omg yes yeah okay please thanks thank about out up down
than then if because im dont its youre cant didnt doesnt isnt wont ive
"""
_STOP = frozenset(_STOP_TEXT.split())
_IDLE_TEXT = """
哈哈 哈哈哈 呵呵 嘻嘻 啊啊 真的 这个 那个 什么 怎么 可以 感觉 喜欢 觉得 知道 时候 东西
一个 没有 不是 就是 还是 但是 因为 所以 如果 现在 今天 大家 自己 非常 特别 比较 有点
一点 已经 应该 可能 谢谢 主播 支持 加油 前排 来了 第一 打卡 路过 收到 宝贝 亲们 掌柜
卖家 买家 商品 东东 下次 以后 出来 起来 下来 回来 这样 那样 这么 那么 怎样 为什么 是不是
有没有 不错 很好 还可以
"""
_IDLE = frozenset(_IDLE_TEXT.split())


def words_of(text: str) -> list[str]:
    """The words of a folded text: characters of Chinese, words of English; `BREAK` for the rest."""
    words: list[str] = []
    for word in _WORD.findall(text[: LONGEST_TEXT * 8]):
        is_word = bool(_HAN.match(word) or _LATIN.match(word) or word.isdigit())
        words.append(word if is_word else BREAK)
    return words[:LONGEST_TEXT]


def joined(words: Sequence[str]) -> str:
    """As people write it: English words apart, Chinese together."""
    text = ""
    for word in words:
        apart = bool(text) and not _HAN.match(word) and not _HAN.match(text[-1])
        text += f" {word}" if apart else word
    return text


def may_be_topic(words: Sequence[str]) -> bool:
    """Whether people could mean something by it: no particle at an edge, no idle talk, no echo."""
    if BREAK in words:
        return False
    is_latin = [not _HAN.match(word) for word in words]
    if len(words) == 1:
        return is_latin[0] and _says_something(words[0])
    if len(words) > (LONGEST_LATIN if all(is_latin) else LONGEST_HAN):
        return False
    for word in (words[0], words[-1]):
        if word in _LOOSE or word in _STOP or word.isdigit():
            return False
    text = joined(words)
    return text not in _IDLE and not _is_echo(words)


def _says_something(word: str) -> bool:
    return len(word) >= SHORTEST_LATIN and word not in _STOP and not word.isdigit()


def _is_echo(words: Sequence[str]) -> bool:
    """Whether it is a shorter string said again and again, whole or cut off."""
    return any(
        all(words[i] == words[i - step] for i in range(step, len(words)))
        for step in range(1, len(words) // 2 + 1)
    )
