"""What people call the parts of texts that figures are given for."""

from collections.abc import Mapping

from services.emotion_tag.adapters.report.words import Words

_NAMES: Mapping[str, tuple[str, str]] = {
    "language:zh-Hans": ("简体中文", "simplified Chinese"),
    "language:zh-Hant": ("繁体中文", "traditional Chinese"),
    "language:en": ("英文", "English"),
    "language:und": ("认不出语言", "language unknown"),
    "length:short": ("不到 10 字", "under 10 characters"),
    "length:middle": ("10 到 49 字", "10 to 49 characters"),
    "length:long": ("50 字以上", "50 characters or more"),
    "gender:pronoun-zh": ("他 / 她", "他 / 她 (he, she)"),
    "gender:noun-zh": ("男女称呼", "words for men, women (zh)"),
    "gender:pronoun-en": ("he / she", "he / she"),
    "gender:noun-en": ("男女称呼（英文）", "words for men, women (en)"),
    "gender:name": ("男名 / 女名", "men's and women's names"),
    "region:name": ("地名", "names of regions"),
    "script:traditional": ("简体 / 繁体", "simplified / traditional"),
    "dialect:cantonese": ("书面语 / 粤语", "written / Cantonese"),
    "dialect:taiwan": ("大陆 / 台湾用语", "mainland / Taiwan"),
    "dialect:northern": ("普通话 / 北方话", "Mandarin / northern"),
    "length:padded": ("短句 / 加长", "short / padded"),
}
_SIDES: Mapping[str, tuple[str, str]] = {"plain": ("原句", "plain"), "changed": ("换后", "changed")}
_SPACES: Mapping[str, tuple[str, str]] = {
    "emotion": ("十二种情绪", "the twelve emotions"),
    "smp_six": ("SMP 的六类", "the six classes of SMP"),
    "ekman": ("Ekman 的七类", "Ekman's seven classes"),
    "polarity": ("褒贬", "polarities"),
}


def slice_name(key: str, words: Words) -> str:
    """The name of a slice; those of a gold set's own are called as they are."""
    if key in _NAMES:
        return words.of(*_NAMES[key])
    group, _, side = key.rpartition(":")
    if group in _NAMES and side in _SIDES:
        return f"{words.of(*_NAMES[group])} · {words.of(*_SIDES[side])}"
    return key


def source_name(source: str, words: Words) -> str:
    """Where labels are from: a set's own words, or the classes that a file was read as."""
    return words.of(*_SPACES[source]) if source in _SPACES else source
