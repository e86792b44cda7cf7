"""What the demo shows of feelings, from answers as the gateway gives them."""

from typing import Any

from rich.console import Console, RenderableType

from infra.demo.feelings import AlertStory, Outlook, ProductView
from infra.demo.feelings_picture import (
    alert_panel,
    names_of,
    outlook_panel,
    product_panel,
    summary_of,
)

NAMES = names_of({"emotions": [{"emotion": "EMOTION_JOY", "name": {"zh": "喜悦", "en": "joy"}}]})

VIEW = ProductView(
    item_id="7",
    title="Kettle",
    profile={
        "textCount": "12",
        "valence": 0.4,
        "intensity": 0.5,
        "isReliable": True,
        "mix": [{"emotion": "EMOTION_JOY", "share": {"share": 0.6, "low": 0.4, "high": 0.8}}],
        "aspects": [{"aspect": "ASPECT_PRICE", "positiveVolume": 2.0, "negativeVolume": 1.0}],
    },
    known_for={"tags": [{"names": {"zh-Hans": "让人开心", "en": "joyful"}}]},
    quotes=[{"text": "太开心了", "tag": {"emotion": "EMOTION_JOY", "evidence": []}}],
)
EMPTY = ProductView(item_id="8", title="Cup", profile={}, known_for={}, quotes=[])
WITHHELD = Outlook(
    "Ada",
    {
        "withheld": {
            "reason": "MOOD_WITHHELD_REASON_TOO_LITTLE_DATA",
            "explanation": {"zh": "说得太少", "en": "Too little was said."},
        }
    },
)
SHOWN = Outlook(
    "Ada",
    {
        "forecast": {
            "steps": [
                {
                    "time": "2026-01-01T13:00:00Z",
                    "scores": [{"emotion": "EMOTION_JOY", "probability": 0.5}],
                    "valence": 0.6,
                    "valenceMedian": 0.2,
                    "valenceLow": -0.1,
                    "valenceHigh": 0.5,
                }
            ]
        }
    },
)


def alert(state: str, **more: Any) -> dict[str, Any]:
    return {
        "state": f"ALERT_STATE_{state}",
        "severity": "ALERT_SEVERITY_MINOR",
        "aspect": "ASPECT_QUALITY",
        "observedRate": 0.8,
        "expectedRate": 0.1,
        "authorCount": 6,
        **more,
    }


STORY = AlertStory(
    "9",
    "Lamp",
    complaints=6,
    seconds=0.4,
    steps=[
        alert("OPEN"),
        alert("ACKNOWLEDGED"),
        alert("RESOLVED", resolution={"note": "退款 refunded"}),
    ],
    examples=[{"text": "坏了，气死"}],
)


def shown(panel: RenderableType) -> str:
    console = Console(width=120, force_terminal=False)
    with console.capture() as captured:
        console.print(panel)
    return captured.get()


def test_a_product_is_shown_with_mix_aspects_tags_and_quotes() -> None:
    text = shown(product_panel(VIEW, NAMES))

    for part in (
        "Kettle",
        "喜悦 joy",
        "60%",
        "40% – 80%",
        "价格 price",
        "让人开心 joyful",
        "太开心了",
    ):
        assert part in text


def test_a_product_of_which_nothing_is_known_is_shown_as_that() -> None:
    text = shown(product_panel(EMPTY, NAMES))

    assert "too little to act on" in text
    assert "nothing yet" in text


def test_a_forecast_comes_with_its_uncertainty_and_a_missing_one_with_its_reason() -> None:
    assert "-0.10 – +0.50" in shown(outlook_panel(SHOWN, NAMES))
    withheld = shown(outlook_panel(WITHHELD, NAMES))
    assert "说得太少" in withheld
    assert "Too little was said." in withheld


def test_an_alert_is_shown_with_its_steps() -> None:
    text = shown(alert_panel(STORY))

    assert "打开 open → 有人处理 acknowledged → 已解决 resolved" in text
    assert "质量 quality" in text
    assert "simulated" in text


def test_no_alert_is_said_too() -> None:
    assert "no alert" in shown(alert_panel(AlertStory("9", "Lamp", complaints=40)))


def test_the_summary_has_figures_and_no_words_of_people() -> None:
    summary = summary_of(VIEW, WITHHELD, STORY)

    assert summary["product"]["mix"] == {"joy": 0.6}
    assert summary["product"]["quotes"] == 1
    assert summary["forecast"] == {"is_shown": False, "withheld": "TOO_LITTLE_DATA", "steps": []}
    assert summary["alert"]["steps"] == ["open", "acknowledged", "resolved"]
    assert "太开心了" not in str(summary)
