"""The sections of the pages: a text's evidence, a product, a mood, an alert."""

from collections.abc import Mapping, Sequence

from infra.demo.api import Json
from infra.demo.feelings import AlertStory, Outlook, ProductView
from infra.demo.page.mood_picture import mood_picture
from infra.demo.page.words import Words
from infra.demo.story import Story
from services.emotion_tag.adapters.report.markup import Table, figure, tag, text
from services.emotion_tag.adapters.report.pictures import Interval, bars, intervals

_SHOWN = 6  # emotions of a mix
_QUOTES = 4
_LEAST = 0.05  # of what is said of an aspect; less is written 0.0

Names = Mapping[str, Mapping[str, str]]
"""What people call an emotion, by language, by its name in the contract."""


def evidence_section(stories: Sequence[Story], names: Names, words: Words) -> str:
    items = []
    for story in stories:
        verdict = tag("b", text(_emotion(story.tag, names, words)))
        sure = f" · {words['confidence']} {story.tag.get('confidence', 0):.0%}"
        unsure = f" · {words['unsure']}" if story.tag.get("unsure") else ""
        simulated = f" · {words['simulated']}" if story.is_simulated else ""
        said = tag("blockquote", marked(story.text, story.tag))
        items.append(tag("li", said, tag("p", verdict, text(sure + unsure + simulated))))
    return tag("p", text(words["evidence_note"]), class_="soft") + tag("ul", *items, class_="said")


def product_section(view: ProductView, names: Names, words: Words) -> str:
    profile = view.profile
    facts = (
        (str(profile.get("textCount", 0)), words["texts"]),
        (f"{profile.get('valence', 0):+.2f}", words["valence"]),
        (f"{profile.get('intensity', 0):.2f}", words["intensity"]),
        (words["yes" if profile.get("isReliable") else "no"], words["reliable"]),
    )
    cards = (tag("li", tag("b", text(value)), tag("span", text(name))) for value, name in facts)
    tags = [words.one_of(one["names"]) for one in view.known_for.get("tags", [])]
    known = tag("ul", *(tag("li", text(one)) for one in tags), class_="tags")
    return (
        tag("h3", text(view.title))
        + tag("ul", *cards, class_="cards")
        + tag("div", _mix(profile, names, words), _aspects(profile, words), class_="pictures")
        + tag("h3", text(words["known_for"]))
        + (known if tags else tag("p", text(words["nothing_yet"])))
        + _quotes(view, names, words)
    )


def mood_section(diary: Outlook, other: Outlook, names: Names, words: Words) -> str:
    answer = diary.answer
    steps = answer.get("forecast", {}).get("steps", [])
    rows = [_step(one, names, words) for one in steps]
    head = (words["time"], words["likeliest"], words["median"], words["band"])
    parts = [tag("h3", text(diary.name))]
    if diary.timeline:
        picture = mood_picture(diary.timeline, steps, words)
        note, content = words["mood_note"], Table(head, rows)
        parts.append(figure(words["mood_figure"], picture, note, content, words["table"]))
    parts.append(tag("p", text(_record(answer, words))))
    parts.append(tag("h3", text(words["others"])))
    parts.append(tag("p", tag("b", text(other.name)), ": ", text(_record(other.answer, words))))
    return "".join(parts)


def alert_section(story: AlertStory, words: Words) -> str:
    parts = [tag("h3", text(story.title))]
    if not story.steps:
        return "".join([*parts, tag("p", text(words["no_alert"]))])
    opened = story.steps[0]
    lead = words["alert_lead"].format(
        complaints=story.complaints,
        seconds=story.seconds or 0,
        people=opened.get("authorCount", 0),
    )
    parts += [tag("p", text(lead)), _rates(opened, words)]
    if about := str(opened.get("aspect", "")).removeprefix("ASPECT_"):
        parts.append(tag("p", text(words["likely"]), tag("b", text(words[about]))))
    parts += [tag("blockquote", text(one["text"])) for one in story.examples[:2]]
    parts += [tag("h3", text(words["steps"])), tag("ol", *_steps(story, words), class_="steps")]
    return "".join(parts)


def marked(said: str, felt: Json) -> str:
    """The text with its evidence marked, as markup."""
    parts, at = [], 0
    for span in sorted(felt.get("evidence", []), key=lambda span: span.get("start", 0)):
        start, end = span.get("start", 0), span.get("end", 0)
        share = f"{span.get('contribution', 0.0):.0%}"
        strong = "strong" if span.get("contribution", 0.0) >= 1 / 3 else "weak"
        parts += [
            text(said[at:start]),
            tag("mark", text(said[start:end]), title=share, class_=strong),
        ]
        at = end
    return "".join([*parts, text(said[at:])])


def _mix(profile: Json, names: Names, words: Words) -> str:
    shown = [(_emotion(one, names, words), one["share"]) for one in profile.get("mix", [])[:_SHOWN]]
    picture = bars(
        words["mix"],
        [(name, one["share"], f"{one['share']:.0%} ({_short(one)})") for name, one in shown],
    )
    rows = [(name, f"{one['share']:.0%}", _range(one)) for name, one in shown]
    head = (words["emotion"], words["share"], words["interval"])
    return figure(words["mix"], picture, words["mix_note"], Table(head, rows), words["table"])


def _aspects(profile: Json, words: Words) -> str:
    rows, shown = [], []
    for one in profile.get("aspects", []):
        name = words[one["aspect"].removeprefix("ASPECT_")]
        praise, blame = one.get("positiveVolume", 0.0), one.get("negativeVolume", 0.0)
        rows.append((name, f"{praise:.1f}", f"{blame:.1f}"))
        if praise + blame >= _LEAST:
            shown.append((name, praise / (praise + blame), f"{praise:.1f} / {blame:.1f}"))
    if not rows:
        return ""
    picture = bars(words["aspects"], shown)
    head = (words["aspect"], words["praise"], words["blame"])
    note = f"{words['aspects_note']} ({words['praise']} / {words['blame']})"
    return figure(words["aspects"], picture, note, Table(head, rows), words["table"])


def _quotes(view: ProductView, names: Names, words: Words) -> str:
    quotes = (
        tag(
            "li",
            tag("blockquote", marked(one["text"], one["tag"])),
            tag("p", text(_emotion(one["tag"], names, words)), class_="soft"),
        )
        for one in view.quotes[:_QUOTES]
    )
    return tag("h3", text(words["quotes"])) + tag("ul", *quotes, class_="said")


def _record(answer: Json, words: Words) -> str:
    if "forecast" not in answer:
        return words["withheld"] + words.one_of(answer.get("withheld", {}).get("explanation", {}))
    record = answer["forecast"].get("record", {})
    return words["record"].format(
        count=record.get("predictionCount", 0),
        own=record.get("logLoss", 0.0),
        same=record.get("persistenceLogLoss", 0.0),
        base=record.get("baseRateLogLoss", 0.0),
        coverage=record.get("coverage", 0.0),
    )


def _rates(opened: Json, words: Words) -> str:
    now, usual = opened.get("observedRate", 0.0), opened.get("expectedRate", 0.0)
    low, high = opened.get("expectedRateLow", 0.0), opened.get("expectedRateHigh", 0.0)
    picture = intervals(
        words["rates"],
        [
            Interval(words["observed"], now, now, now, is_good=False),
            Interval(words["expected"], usual, low, high),
        ],
        "{:.0%}".format,
    )
    rows = [
        (words["observed"], f"{now:.0%}", ""),
        (words["expected"], f"{usual:.0%}", f"{low:.0%} – {high:.0%}"),
    ]
    content = Table(("", words["share"], words["interval"]), rows)
    return figure(words["rates"], picture, words["rates_note"], content, words["table"])


def _step(one: Json, names: Names, words: Words) -> tuple[str, str, str, str]:
    top = one["scores"][0]
    return (
        one["time"][5:16].replace("T", " "),
        f"{_emotion(top, names, words)} {top.get('probability', 0):.0%}",
        f"{one.get('valenceMedian', 0):+.2f}",
        f"{one.get('valenceLow', 0):+.2f} … {one.get('valenceHigh', 0):+.2f}",
    )


def _steps(story: AlertStory, words: Words) -> list[str]:
    notes = {
        "ACKNOWLEDGED": story.steps[-1].get("acknowledgement", {}).get("note", ""),
        "RESOLVED": story.steps[-1].get("resolution", {}).get("note", ""),
    }
    found = []
    for one in story.steps:
        state = str(one["state"]).removeprefix("ALERT_STATE_")
        note = notes.get(state, "")
        found.append(tag("li", tag("b", text(words[state])), text(f" “{note}”" if note else "")))
    return found


def _emotion(one: Json, names: Names, words: Words) -> str:
    key = one.get("emotion", "EMOTION_NEUTRAL")
    return words.one_of(names.get(key, {})) or key.removeprefix("EMOTION_").lower()


def _range(share: Json) -> str:
    return f"{share.get('low', 0.0):.0%} – {share.get('high', 0.0):.0%}"


def _short(share: Json) -> str:
    return f"{100 * share.get('low', 0.0):.0f}–{100 * share.get('high', 0.0):.0f}"
