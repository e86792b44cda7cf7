"""Chinese words that are written with Latin letters, mostly the first letters of their pinyin."""

_WORDS = """
awsl bdjw bhys blx bszd cnm cpdd cqy dbq dddd djll drl gdx ghs gkd hxd jmm jms jrm kdl kswl mdzz
mmp nb nbcs nbl nmd nmsl nsdd ojbk plgg pljj plmm pyq qnmd qnmlgb rnm rnmtq rua sb sjb srds ssfd
szd tmd tnnd tql u1s1 wcnm wdnmd woc xdm xfxy xgg xjj xmsl xql xsl xswl yxh yyds yygq yysy zqsg
"""
_LAUGHS = ("h" * times for times in range(3, 21))

LETTER_WORDS = frozenset((*_WORDS.split(), *_LAUGHS))
"""In small letters. Only words that an English text does not have: `emo`, `pk`, `diss`, `gg` or
`wsl` alone may be either, so they are Chinese only beside Chinese characters."""
