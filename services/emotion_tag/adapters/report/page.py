"""The page as a whole: its head, its sections, its looks."""

from collections.abc import Sequence
from pathlib import Path

from services.emotion_tag.adapters.report.markup import tag, text
from services.emotion_tag.adapters.report.measured import evaluation_section
from services.emotion_tag.adapters.report.observed import (
    agreement_section,
    drift_section,
    fairness_section,
    gates_section,
    shadow_section,
)
from services.emotion_tag.adapters.report.words import Words
from services.emotion_tag.application.governance.model_report import ModelReport

STYLE = Path(__file__).parent / "page.css"


def render(report: ModelReport, language: str) -> bytes:
    """Make the page in `zh` or `en`; it loads nothing and runs no script."""
    words = Words(language)
    sections = [
        ("evaluation", evaluation_section(report, words)),
        ("gates", gates_section(report, words)),
        ("shadow", shadow_section(report, words)),
        ("drift", drift_section(report, words)),
        ("fairness", fairness_section(report, words)),
        ("agreement", agreement_section(report, words)),
    ]
    shown = [(key, body) for key, body in sections if body]
    title = f"{words['title']} · {report.version}"
    head = (
        '<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        + tag("title", text(title))
        + tag("style", STYLE.read_text("utf-8"))
    )
    body = (
        tag("a", text(words["skip"]), href="#report", class_="skip")
        + tag("header", _heading(report, words))
        + tag("nav", _contents(shown, words), aria_label=words["contents"])
        + tag(
            "main",
            *(
                tag("section", tag("h2", text(words[key])), inside, id_=key)
                for key, inside in shown
            ),
            id_="report",
        )
        + tag("footer", tag("p", text(words["foot"])))
    )
    lang = "zh-Hans" if language == "zh" else "en"
    page = "<!doctype html>\n" + tag("html", tag("head", head), tag("body", body), lang=lang)
    return page.encode()


def _heading(report: ModelReport, words: Words) -> str:
    if report.is_active:
        role = words["answers"]
    else:
        role = f"{words['candidate']} {report.other_version}".strip()
    made = report.made_at.strftime("%Y-%m-%d %H:%M")
    return (
        tag("h1", text(words["title"]))
        + tag("p", tag("code", text(report.version)), " ", tag("span", text(role), class_="role"))
        + tag("p", text(f"{words['made']}: {made}"), class_="soft")
    )


def _contents(shown: Sequence[tuple[str, str]], words: Words) -> str:
    links = (tag("li", tag("a", text(words[key]), href=f"#{key}")) for key, _ in shown)
    return tag("ul", *links)
