"""Amazon reviews as JSON lines, the 5-core files of 2014 and 2018: real words of real people.

A line has `reviewerID`, `asin`, `overall` (1 to 5), `unixReviewTime`, and mostly `summary` and
`reviewText`; names of reviewers are not taken. Each becomes a rating and a review. A file of
metadata beside it (JSON lines with `asin` and `title`) names the items; without one an item is
called by the name of the file and its key, and its price is unknown.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from infra.demo.importers.community import (
    Account,
    Behavior,
    Community,
    Item,
    Money,
    Post,
    User,
)
from infra.demo.importers.house_campaigns import house_campaigns
from infra.demo.importers.reading import Row, json_rows
from infra.demo.importers.report import DataError, Report
from infra.demo.importers.values import (
    LONGEST_BODY,
    LONGEST_BRAND,
    LONGEST_CATEGORY,
    LONGEST_ITEM_TITLE,
    LONGEST_KEY,
    MOST_TAGS,
    BadValue,
    Window,
    item_id_of,
    money_of,
    text_of,
    time_of,
    title_of,
    whole_of,
    words_of,
)

CURRENCY = "USD"
MOST_REVIEWS = 200_000
REVIEW_KEYS = {"reviewerID", "asin", "overall", "unixReviewTime"}
META_KEYS = {"asin", "title"}


@dataclass
class _Found:
    """What has been read so far."""

    report: Report
    users: dict[str, User] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    behaviors: list[Behavior] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    seen: set[tuple[str, str, datetime]] = field(default_factory=set)


def read_amazon_reviews(
    reviews: Sequence[Path], metas: Sequence[Path], window: Window
) -> Community:
    """Read the reviews of all files together.

    Raises:
        DataError: a file is not what it says, there are too many reviews, or none.
    """
    report = Report()
    known: dict[str, Item] = {}
    for path in metas:
        for row in json_rows(path, report):
            _take_meta(row, path, known, report)
        report.refuse_hopeless(path.name)
    found = _Found(report)
    for path in reviews:
        for row in json_rows(path, report):
            if len(found.behaviors) >= MOST_REVIEWS:
                raise DataError(f"{path.name}:{row.line}: more than {MOST_REVIEWS:,} reviews")
            try:
                _take_review(row, path, known, found, window)
            except BadValue as problem:
                report.skip(path.name, row.line, str(problem))
        report.refuse_hopeless(path.name)
    if not found.behaviors:
        raise DataError(f"{', '.join(path.name for path in reviews)}: not a single review")
    return Community(
        source=f"Amazon reviews, {', '.join(path.name for path in reviews)} (real people's words)",
        users=list(found.users.values()),
        items=list(found.items.values()),
        behaviors=found.behaviors,
        posts=sorted(found.posts, key=lambda post: post.at),
        campaigns=house_campaigns(CURRENCY),
        report=report,
    )


def _take_review(
    row: Row, path: Path, known: dict[str, Item], found: _Found, window: Window
) -> None:
    values = row.values
    user_key = text_of(values, "reviewerID", longest=LONGEST_KEY)
    item_id = item_id_of(values.get("asin"))
    rating = whole_of(values.get("overall"), "overall", 1, 5)
    at = time_of(values.get("unixReviewTime"), window)
    if (user_key, item_id, at) in found.seen:
        raise BadValue("the same reviewer, item and time stand in a line before")
    found.seen.add((user_key, item_id, at))
    if user_key not in found.users:
        found.users[user_key] = User(
            key=user_key,
            display_name=f"Reviewer {len(found.users) + 1}",
            language="en",
            accounts=(Account(platform="amazon", external_id=user_key),),
        )
    if item_id not in found.items:
        found.items[item_id] = known.get(item_id) or _unnamed(item_id, path)
    event_id = uuid5(NAMESPACE_URL, f"amazon:{user_key}:{item_id}:{at.timestamp():.0f}")
    found.behaviors.append(
        Behavior(
            event_id=event_id, user_key=user_key, type="RATE", item_id=item_id, at=at, rating=rating
        )
    )
    _take_words(
        row,
        path,
        found,
        Post(
            key=str(event_id),
            author_key=user_key,
            kind="REVIEW",
            title=title_of(values.get("summary")),
            body="",
            item_ids=(item_id,),
            rating=rating,
            at=at,
        ),
    )


def _take_words(row: Row, path: Path, found: _Found, post: Post) -> None:
    try:
        body, is_cut = words_of(row.values.get("reviewText"), "reviewText", longest=LONGEST_BODY)
    except BadValue as problem:
        found.report.change(path.name, row.line, f"only the rating is used: {problem}")
        return
    if is_cut:
        found.report.change(path.name, row.line, f"text cut to {LONGEST_BODY:,} characters")
    found.posts.append(_with_body(post, body))


def _with_body(post: Post, body: str) -> Post:
    return Post(
        key=post.key,
        author_key=post.author_key,
        kind=post.kind,
        title=post.title,
        body=body,
        item_ids=post.item_ids,
        rating=post.rating,
        at=post.at,
    )


def _unnamed(item_id: str, path: Path) -> Item:
    category = category_of(path)
    return Item(item_id=item_id, title=f"{category} {item_id}", category=category)


def category_of(path: Path) -> str:
    """`reviews_Musical_Instruments_5.json.gz` is about `Musical Instruments`."""
    stem = path.name.split(".")[0].removeprefix("reviews_")
    return re.sub(r"_\d+$", "", stem).replace("_", " ").strip()[:LONGEST_CATEGORY] or "Items"


def _take_meta(row: Row, path: Path, known: dict[str, Item], report: Report) -> None:
    values = row.values
    try:
        item_id = item_id_of(values.get("asin"))
        title, _ = words_of(values.get("title"), "title", longest=LONGEST_ITEM_TITLE)
    except BadValue as problem:
        report.skip(path.name, row.line, str(problem))
        return
    categories = _categories(values)
    known[item_id] = Item(
        item_id=item_id,
        title=" ".join(title.split()),
        category=categories[-1] if categories else category_of(path).removeprefix("meta "),
        brand=_short(values.get("brand"), LONGEST_BRAND),
        tags=tuple(dict.fromkeys(tag[:50] for tag in categories[:-1]))[:MOST_TAGS],
        price=_price(values.get("price")),
    )


def _categories(values: dict[str, Any]) -> list[str]:
    """From the widest to the narrowest; 2014 has lists of lists, 2018 a list."""
    found = values.get("categories") or values.get("category") or []
    if isinstance(found, list) and found and isinstance(found[0], list):
        found = found[0]
    if not isinstance(found, list):
        return []
    return [name for name in (_short(one, LONGEST_CATEGORY) for one in found) if name]


def _short(value: object, longest: int) -> str:
    try:
        text, _ = words_of(value, "text", longest=longest)
    except BadValue:
        return ""
    return " ".join(text.split())


def _price(value: object) -> Money | None:
    text = value.removeprefix("$").replace(",", "") if isinstance(value, str) else value
    with suppress(BadValue):
        return money_of(text, CURRENCY, "price")
    return None
