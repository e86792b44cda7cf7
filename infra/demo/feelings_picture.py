"""What is shown, and kept in the summary, of what the shop knows of feelings."""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from infra.demo.api import Json
from infra.demo.feelings import AlertStory, Outlook, ProductView
from infra.demo.picture import COLOURS, emotion_of, spoken

SHOWN = 5  # emotions of a mix
BAR = 24  # characters of a whole

ASPECTS = {
    "QUALITY": "质量 quality",
    "PRICE": "价格 price",
    "LOOK": "外观 look",
    "SIZE": "尺码 size",
    "LOGISTICS": "物流 logistics",
    "SERVICE": "服务 service",
    "PACKAGING": "包装 packaging",
    "EFFECT": "效果 effect",
}
STATES = {
    "ALERT_STATE_OPEN": "打开 open",
    "ALERT_STATE_ACKNOWLEDGED": "有人处理 acknowledged",
    "ALERT_STATE_RESOLVED": "已解决 resolved",
}

Names = Mapping[str, str]
"""What people call an emotion, in Chinese and English, by its name in the contract."""


def names_of(taxonomy: Json) -> Names:
    return {
        one["emotion"]: f"{one['name'].get('zh', '')} {one['name'].get('en', '')}".strip()
        for one in taxonomy["emotions"]
    }


def product_panel(view: ProductView, names: Names) -> Panel:
    """Mix, aspects, what it is known for, and what people say."""
    profile = view.profile
    sure = "" if profile.get("isReliable") else "，还不足为凭 (too little to act on)"
    about = Text(
        f"{profile.get('textCount', 0)} 条 texts, 效价 valence {profile.get('valence', 0):+.2f}, "
        f"强度 intensity {profile.get('intensity', 0):.2f}{sure}",
        "dim",
    )
    parts: list[RenderableType] = [about, _mix(profile, names)]
    if profile.get("aspects"):
        parts.append(_aspects(profile["aspects"]))
    tags = [_both(tag["names"]) for tag in view.known_for.get("tags", [])]
    known = " · ".join(tags) if tags else "还没有 nothing yet"
    parts.append(Text("以此为人所知 known for  ", "dim").append(known, "bold green"))
    parts += [Text("“").append(spoken(one["text"], one["tag"])).append("”") for one in view.quotes]
    return Panel(
        Group(*parts),
        title=f"商品的情绪画像 How people feel about: {view.title}",
        title_align="left",
    )


def _both(names: Json) -> str:
    return f"{names.get('zh-Hans', '')} {names.get('en', '')}".strip()


def _mix(profile: Json, names: Names) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for one in profile.get("mix", [])[:SHOWN]:
        share = one["share"]
        colour = COLOURS.get(emotion_of(one), "white")
        table.add_row(
            names.get(one["emotion"], emotion_of(one)),
            Text("█" * max(1, round(BAR * share["share"])), colour),
            f"{share['share']:.0%}",
            Text(f"{share['low']:.0%} – {share['high']:.0%}", "dim"),
        )
    return table


def _aspects(aspects: Sequence[Json]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("说到 about")
    for title in ("夸 praise", "怨 complaints"):
        table.add_column(title, justify="right")
    for one in aspects[:SHOWN]:
        name = one["aspect"].removeprefix("ASPECT_")
        praised, blamed = one.get("positiveVolume", 0.0), one.get("negativeVolume", 0.0)
        table.add_row(ASPECTS.get(name, name), f"{praised:.1f}", f"{blamed:.1f}")
    return table


def outlook_panel(outlook: Outlook, names: Names) -> Panel:
    """The next hours with their uncertainty, or why they are not shown."""
    title = f"接下来几小时的心情 The next hours of {outlook.name}"
    answer = outlook.answer
    if "forecast" not in answer:
        why = answer.get("withheld", {}).get("explanation", {})
        text = Text(f"不预测 no forecast: {why.get('zh', '')} {why.get('en', '')}", "dim")
        return Panel(text, title=title, title_align="left")
    table = Table(box=None, pad_edge=False)
    for column in ("时间 time", "最可能 likeliest", "效价中位数 median valence", "80 %"):
        table.add_column(column)
    for step in answer["forecast"]["steps"]:
        top = step["scores"][0]
        table.add_row(
            step["time"][11:16],
            f"{names.get(top['emotion'], '')} {top.get('probability', 0):.0%}",
            f"{step.get('valenceMedian', 0):+.2f}",
            f"{step.get('valenceLow', 0):+.2f} – {step.get('valenceHigh', 0):+.2f}",
        )
    return Panel(table, title=title, title_align="left")


def alert_panel(story: AlertStory) -> Panel:
    """The burst, the alert, its examples and its steps."""
    title = f"抱怨骤增 A burst of complaints about: {story.title}"
    if not story.steps:
        text = Text(f"{story.complaints} 条抱怨，没有告警 complaints, no alert", "red")
        return Panel(text, title=title, title_align="left")
    opened, *_, last = story.steps
    head = Text(
        f"{story.complaints} 条模拟的抱怨 simulated complaints → 告警 alert after "
        f"{story.seconds or 0:.2f} s: {opened.get('observedRate', 0):.0%} 负面 negative, "
        f"平时 usually {opened.get('expectedRate', 0):.0%}, "
        f"{opened.get('authorCount', 0)} 人 people",
        "bold red",
    )
    about = ASPECTS.get(str(opened.get("aspect", "")).removeprefix("ASPECT_"))
    parts: list[RenderableType] = [head]
    if about:
        parts.append(Text(f"多半因为 likely about: {about}"))
    parts += [Text(f"“{one['text']}”", "dim") for one in story.examples[:2]]
    steps = " → ".join(STATES[str(one["state"])] for one in story.steps)
    note = last.get("resolution", {}).get("note", "")
    parts.append(Text(f"{steps}  {note}", "green"))
    return Panel(Group(*parts), title=title, title_align="left")


def summary_of(view: ProductView, outlook: Outlook, story: AlertStory) -> Json:
    """The same for `summary.json`, without the words of people."""
    profile = view.profile
    withheld = outlook.answer.get("withheld", {})
    return {
        "product": {
            "item_id": view.item_id,
            "texts": int(profile.get("textCount", 0)),
            "is_reliable": profile.get("isReliable", False),
            "mix": {
                emotion_of(one).lower(): round(one["share"]["share"], 3)
                for one in profile.get("mix", [])[:SHOWN]
            },
            "aspects": {
                one["aspect"].removeprefix("ASPECT_").lower(): {
                    "praise": round(one.get("positiveVolume", 0.0), 2),
                    "complaints": round(one.get("negativeVolume", 0.0), 2),
                }
                for one in profile.get("aspects", [])
            },
            "known_for": [_both(tag["names"]) for tag in view.known_for.get("tags", [])],
            "quotes": len(view.quotes),
        },
        "forecast": {
            "is_shown": "forecast" in outlook.answer,
            "withheld": withheld.get("reason", "").removeprefix("MOOD_WITHHELD_REASON_") or None,
            "steps": [
                {
                    "time": step["time"],
                    "median": round(step.get("valenceMedian", 0.0), 3),
                    "low": round(step.get("valenceLow", 0.0), 3),
                    "high": round(step.get("valenceHigh", 0.0), 3),
                }
                for step in outlook.answer.get("forecast", {}).get("steps", [])
            ],
        },
        "alert": {
            "complaints": story.complaints,
            "seconds": story.seconds and round(story.seconds, 3),
            "steps": [one["state"].removeprefix("ALERT_STATE_").lower() for one in story.steps],
            "severity": story.steps[-1].get("severity") if story.steps else None,
            "aspect": story.steps[-1].get("aspect") if story.steps else None,
        },
    }
