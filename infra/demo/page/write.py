"""Writes the pages: one in Chinese, one in English; each loads nothing and runs no script."""

from collections.abc import Sequence
from pathlib import Path

from infra.demo.feelings_tour import Tour
from infra.demo.page.sections import (
    alert_section,
    evidence_section,
    mood_section,
    product_section,
)
from infra.demo.page.words import Words
from infra.demo.story import Story
from services.emotion_tag.adapters.report import markup
from services.emotion_tag.adapters.report.markup import tag, text

LANGUAGES = {"zh": "zh-Hans", "en": "en"}
STYLES = (Path(markup.__file__).with_name("page.css"), Path(__file__).with_name("page.css"))


def write_pages(folder: Path, tour: Tour, stories: Sequence[Story]) -> list[Path]:
    """Write `report.zh.html` and `report.en.html`; the files."""
    files = []
    for language in LANGUAGES:
        file = folder / f"report.{language}.html"
        file.write_text(render(tour, stories, language), encoding="utf-8")
        files.append(file)
    return files


def render(tour: Tour, stories: Sequence[Story], language: str) -> str:
    """The page in `zh` or `en`."""
    words = Words(language)
    sections = {
        "evidence": evidence_section(stories, tour.names, words),
        "product": product_section(tour.product, tour.names, words),
        "mood": mood_section(tour.diary, tour.other, tour.names, words),
        "alert": alert_section(tour.alert, words),
    }
    [other] = set(LANGUAGES) - {language}
    head = (
        '<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        + tag("title", text(words["title"]))
        + tag("style", "".join(style.read_text("utf-8") for style in STYLES))
    )
    links = [tag("li", tag("a", text(words[key]), href=f"#{key}")) for key in sections]
    switch = tag(
        "a",
        text(words["other"]),
        href=f"report.{other}.html",
        lang=LANGUAGES[other],
        hreflang=LANGUAGES[other],
    )
    body = (
        tag("a", text(words["skip"]), href="#report", class_="skip")
        + tag("header", tag("h1", text(words["title"])), tag("p", text(words["intro"])), switch)
        + tag("nav", tag("ul", *links), aria_label=words["contents"])
        + tag(
            "main",
            *(
                tag("section", tag("h2", text(words[key])), inside, id_=key)
                for key, inside in sections.items()
            ),
            id_="report",
        )
    )
    page = tag("html", tag("head", head), tag("body", body), lang=LANGUAGES[language])
    return "<!doctype html>\n" + page
