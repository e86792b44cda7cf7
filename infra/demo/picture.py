"""What the demo shows: tables, stories, and where to look."""

from collections.abc import Sequence
from typing import Any

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from infra.demo.api import Api, Json
from infra.demo.story import Story, View
from infra.local.postgres import SERVICES
from infra.local.stack import Stack

COLOURS = {
    "JOY": "yellow",
    "LIKE": "magenta",
    "GRATITUDE": "green",
    "ANTICIPATION": "cyan",
    "SURPRISE": "bright_cyan",
    "SADNESS": "blue",
    "DISAPPOINTMENT": "blue",
    "ANGER": "red",
    "DISGUST": "red",
    "FEAR": "bright_red",
    "BOREDOM": "bright_black",
    "NEUTRAL": "white",
}
LONGEST = 160  # characters of a text in the picture


def emotion_of(tag: Json) -> str:
    """The bare name of the top emotion."""
    return str(tag.get("emotion", "EMOTION_NEUTRAL")).removeprefix("EMOTION_")


def spoken(text: str, tag: Json) -> Text:
    """The text with its evidence marked, cut to what fits."""
    shown = Text(text)
    colour = COLOURS.get(emotion_of(tag), "white")
    for span in tag.get("evidence", []):
        shown.stylize(f"bold underline {colour}", span.get("start", 0), span.get("end", 0))
    first = min((span.get("start", 0) for span in tag.get("evidence", [])), default=0)
    start = max(0, first - 20) if len(text) > LONGEST else 0
    cut = shown[start : start + LONGEST]
    return Text("…" if start else "").append(cut).append("…" if len(text) > start + LONGEST else "")


def verdict(tag: Json) -> Text:
    """The emotion with its confidence."""
    name = emotion_of(tag)
    unsure = " (unsure)" if tag.get("unsure") else ""
    return Text(f"{name.lower()} {tag.get('confidence', 0):.2f}{unsure}", COLOURS.get(name, ""))


def evaluation_table(evaluations: Sequence[dict[str, Any]]) -> Table:
    """Each ranking on the same held-out future."""
    table = Table(title="Recommender, on what people did after the training data ends")
    table.add_column("ranking")
    for title in ("precision@10", "NDCG@10", "coverage@10", "people"):
        table.add_column(title, justify="right")
    for row in evaluations:
        table.add_row(
            row["ranking"],
            f"{row['precision_at_10']:.4f}",
            f"{row['ndcg_at_10']:.4f}",
            f"{row['coverage_at_10']:.3f}",
            str(row["people"]),
        )
    return table


def story_panel(story: Story) -> Panel:
    """One shopper: said, heard, mood, recommendations and offers before and after."""
    said = Text("said  ", "dim").append(spoken(story.text, story.tag))
    if story.is_simulated:
        said.append("  (simulated)", "dim")
    heard = Text("heard ", "dim").append(verdict(story.tag))
    if story.evidence:
        heard.append("  because of ").append(" · ".join(story.evidence), "bold")
    parts: list[RenderableType] = [said, heard, _moods(story)]
    parts.append(Columns([_list("before", story.before), _list("after", story.after)], expand=True))
    parts.append(_offers(story))
    title = story.name if story.allows_mood else f"{story.name}, who has not allowed mood use"
    return Panel(Group(*parts), title=title, title_align="left")


def _moods(story: Story) -> Text:
    before, after = story.before.mood, story.after.mood
    return Text("mood  ", "dim").append(f"{_mood(before)}  →  {_mood(after)}")


def _mood(mood: Json) -> str:
    name = emotion_of(mood).lower()
    return f"{name} (valence {mood.get('valence', 0):+.2f}, sure {mood.get('confidence', 0):.2f})"


def _list(title: str, view: View) -> Table:
    table = Table(title=f"recommended {title}", title_justify="left", box=None, pad_edge=False)
    table.add_column("item", ratio=2)
    table.add_column("reason", ratio=3, style="dim")
    for each in view.recommendations.get("items", []):
        reason = (each.get("reasons") or [{}])[0].get("text", {})
        table.add_row(each["title"][:40], f"{reason.get('zh', '')} {reason.get('en', '')}")
    return table


def _offers(story: Story) -> Text:
    shown = Text("offer ", "dim")
    offers = story.after.offers.get("offers", [])
    if offers:
        first = offers[0]
        shown.append(f"{first['title']['zh']} / {first['title']['en']}", "green")
        shown.append(f"  {first['reason']['zh']} {first['reason']['en']}", "dim")
    else:
        shown.append("none")
    for each in story.after.offers.get("withheld", []):
        shown.append(f"\nkept back  {each['title']['zh']} / {each['title']['en']}", "red")
        shown.append(f"  {each['reason']['zh']} {each['reason']['en']}", "dim")
    return shown


def where_to_look(
    console: Console,
    stack: Stack,
    *,
    user_id: str,
    post_id: str,
    item_id: str,
    tokens: dict[str, Api],
) -> None:
    """Addresses, and a command to copy for each main call."""
    gateway = stack.gateway_url
    console.rule("Where to look")
    console.print(f"API docs   {gateway}/docs      OpenAPI  {gateway}/openapi.json")
    for name in (*SERVICES, "gateway"):
        grpc_at = "" if name == "gateway" else f"      gRPC  {stack.address(name)}"
        console.print(f"metrics    {stack.metrics_url(name)}/metrics  {name}{grpc_at}")
    console.print(f"logs       {stack.folder.path}/log/\n")
    for line in _commands(gateway, user_id, post_id, item_id, tokens):
        console.print(line, soft_wrap=True, highlight=False, markup=False)


def _commands(
    gateway: str, user_id: str, post_id: str, item_id: str, tokens: dict[str, Api]
) -> list[str]:
    def shopper(path: str, body: str = "") -> str:
        data = f" -d '{body}'" if body else ""
        return f'curl -s "$G{path}" -H "Authorization: $SHOPPER"{data}'

    def operator(path: str, body: str = "") -> str:
        return shopper(path, body).replace("$SHOPPER", "$OPERATOR")

    return [
        f"G={gateway}",
        f"SHOPPER='{tokens['shopper'].authorization}'",
        f"OPERATOR='{tokens['operator'].authorization}'",
        "# who they are, what they allow, how they are, what they get",
        shopper(f"/v1/users/{user_id}"),
        shopper(f"/v1/users/{user_id}/consents"),
        shopper(f"/v1/users/{user_id}/profile"),
        shopper(f"/v1/users/{user_id}/mood"),
        shopper(f"/v1/users/{user_id}/recommendations?pageSize=5"),
        shopper(f"/v1/users/{user_id}/offers"),
        shopper(f"/v1/users/{user_id}/feed?pageSize=5"),
        "# say something and look again",
        shopper(f"/v1/posts/{post_id}/comments", '{"body": "太失望了，用了一天就坏了"}'),
        shopper("/v1/emotions:tag", '{"text": "不是不好用，就是有点贵"}'),
        "# the shop's side",
        operator(f"/v1/items/{item_id}"),
        operator("/v1/campaigns"),
        operator("/v1/trainings:latest"),
        operator("/v1/guardDecisions"),
        "# a token for somebody else (development login)",
        f'curl -s "$G/v1/sessions" -d \'{{"userId": "{user_id}", "roles": ["ROLE_SHOPPER"]}}\'',
    ]
