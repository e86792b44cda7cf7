"""A shop's own data as CSV or JSON lines; the columns are told in README.md."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from infra.demo.importers.community import (
    Account,
    Behavior,
    Comment,
    Community,
    Item,
    Money,
    Post,
    User,
)
from infra.demo.importers.house_campaigns import house_campaigns
from infra.demo.importers.own_tables import TABLES, Table, own_files, rows_of
from infra.demo.importers.report import DataError, Report
from infra.demo.importers.values import (
    LANGUAGES,
    LONGEST_BODY,
    LONGEST_BRAND,
    LONGEST_CATEGORY,
    LONGEST_COMMENT,
    LONGEST_ITEM_TITLE,
    LONGEST_KEY,
    LONGEST_NAME,
    LONGEST_TAG,
    MOST_ITEMS,
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

DEFAULT_CURRENCY = "CNY"
BEHAVIORS = {
    "view",
    "click",
    "search",
    "favorite",
    "add_to_cart",
    "purchase",
    "return",
    "share",
    "like",
    "dislike",
    "rate",
    "watch",
}
POSTS = {"note", "review", "show_order"}
BEST_RATING = 5
MOST_QUANTITY = 10_000


def read_own_data(folder: Path, window: Window) -> Community:
    """Read a folder with users, items and behaviors, and mostly posts and comments.

    Raises:
        DataError: a needed file is missing, or one is not what it says.
    """
    files = own_files(folder)
    if missing := [name for name, table in TABLES.items() if table.is_needed and name not in files]:
        raise DataError(f"{folder.name}: without {', '.join(missing)} (.csv or .jsonl)")
    reader = _Reader(window)
    takers: dict[str, Callable[[dict[str, Any], int], None]] = {
        "users": reader.take_user,
        "items": reader.take_item,
        "behaviors": reader.take_behavior,
        "posts": reader.take_post,
        "comments": reader.take_comment,
    }
    for name, take in takers.items():
        if name in files:
            reader.read(files[name], TABLES[name], take)
    if not reader.users or not reader.items:
        raise DataError(f"{folder.name}: not a single user or item")
    currencies = {item.price.currency for item in reader.items.values() if item.price}
    return Community(
        source=f"own data, {folder.name}",
        users=list(reader.users.values()),
        items=list(reader.items.values()),
        behaviors=reader.behaviors,
        posts=sorted(reader.posts.values(), key=lambda post: post.at),
        comments=sorted(reader.comments.values(), key=lambda comment: comment.at),
        campaigns=house_campaigns(min(currencies, default=DEFAULT_CURRENCY)),
        report=reader.report,
    )


@dataclass
class _Reader:
    """Takes rows one by one, in the order users, items, behaviors, posts, comments."""

    window: Window
    report: Report = field(default_factory=Report)
    users: dict[str, User] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    behaviors: list[Behavior] = field(default_factory=list)
    posts: dict[str, Post] = field(default_factory=dict)
    comments: dict[str, Comment] = field(default_factory=dict)
    _change: str = ""

    def read(self, path: Path, table: Table, take: Callable[[dict[str, Any], int], None]) -> None:
        known = {*table.required, *table.optional}
        unknown: set[str] = set()
        for row in rows_of(path, table, self.report):
            if self.report.read[path.name] > table.most:
                raise DataError(f"{path.name}:{row.line}: more than {table.most:,} rows")
            self._change = ""
            if new := {name for name in row.values if name not in known | unknown}:
                unknown |= new
                self._change = f"column(s) nobody knows: {', '.join(sorted(new))[:200]}"
            try:
                take(row.values, row.line)
            except BadValue as problem:
                self.report.skip(path.name, row.line, str(problem))
            else:
                if self._change:
                    self.report.change(path.name, row.line, self._change)
        self.report.refuse_hopeless(path.name)

    def take_user(self, row: dict[str, Any], _line: int) -> None:
        key = text_of(row, "user_id", longest=LONGEST_KEY)
        if key in self.users:
            raise BadValue("user_id stands in a line before")
        name = text_of(row, "display_name", longest=LONGEST_NAME, is_required=False)
        language = _choice(row, "language", LANGUAGES, "zh-Hans")
        platform = text_of(row, "platform", longest=32, is_required=False) or "import"
        if not platform.isascii() or not platform.replace("_", "").replace("-", "").isalnum():
            raise BadValue("platform is not letters, digits, _ and -")
        self.users[key] = User(
            key=key,
            display_name=name or f"Shopper {len(self.users) + 1}",
            language=language,
            accounts=(Account(platform=platform.lower(), external_id=key),),
        )

    def take_item(self, row: dict[str, Any], _line: int) -> None:
        item_id = item_id_of(row.get("item_id"))
        if item_id in self.items:
            raise BadValue("item_id stands in a line before")
        tags = _list(row, "tags")
        if len(tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in tags):
            raise BadValue(f"tags are more than {MOST_TAGS}, or longer than {LONGEST_TAG}")
        self.items[item_id] = Item(
            item_id=item_id,
            title=text_of(row, "title", longest=LONGEST_ITEM_TITLE),
            category=text_of(row, "category", longest=LONGEST_CATEGORY),
            brand=text_of(row, "brand", longest=LONGEST_BRAND, is_required=False),
            tags=tags,
            price=_money(row, "price"),
        )

    def take_behavior(self, row: dict[str, Any], line: int) -> None:
        kind = _choice(row, "type", BEHAVIORS, "")
        user_key = self._user(row)
        item_id = "" if kind == "search" else self._item(row.get("item_id"))
        rating = whole_of(row.get("rating"), "rating", 1, BEST_RATING) if kind == "rate" else 0
        if kind != "purchase" and not _is_empty(row.get("paid")):
            self._change = "paid is only for a purchase"
        if kind != "rate" and not _is_empty(row.get("rating")):
            self._change = "rating is only for type rate"
        at = time_of(row.get("time"), self.window)
        quantity = row.get("quantity")
        # The line is part of it: the same person may do the same twice in a second.
        name = f"own:{user_key}:{item_id}:{kind}:{at.isoformat()}:{line}"
        self.behaviors.append(
            Behavior(
                event_id=uuid5(NAMESPACE_URL, name),
                user_key=user_key,
                type=kind.upper(),
                item_id=item_id,
                at=at,
                quantity=1
                if _is_empty(quantity)
                else whole_of(quantity, "quantity", 1, MOST_QUANTITY),
                paid=_money(row, "paid") if kind == "purchase" else None,
                rating=rating,
            )
        )

    def take_post(self, row: dict[str, Any], _line: int) -> None:
        key = text_of(row, "post_id", longest=LONGEST_KEY)
        if key in self.posts:
            raise BadValue("post_id stands in a line before")
        kind = _choice(row, "kind", POSTS, "note")
        item_ids = tuple(self._item(one) for one in _list(row, "item_ids"))
        least, most = {"note": (0, MOST_ITEMS), "review": (1, 1), "show_order": (1, MOST_ITEMS)}[
            kind
        ]
        if not least <= len(item_ids) <= most:
            raise BadValue(f"a {kind} has {least} to {most} item_ids")
        rating = row.get("rating")
        if kind != "review" and not _is_empty(rating):
            self._change = "rating is only for a review"
        self.posts[key] = Post(
            key=key,
            author_key=self._user(row),
            kind=kind.upper(),
            title=title_of(row.get("title")),
            body=self._words(row, LONGEST_BODY),
            item_ids=item_ids,
            rating=whole_of(rating, "rating", 1, BEST_RATING) if kind == "review" else 0,
            at=time_of(row.get("time"), self.window),
        )

    def take_comment(self, row: dict[str, Any], line: int) -> None:
        key = text_of(row, "comment_id", longest=LONGEST_KEY, is_required=False) or f"line {line}"
        if key in self.comments:
            raise BadValue("comment_id stands in a line before")
        post_key = text_of(row, "post_id", longest=LONGEST_KEY)
        if post_key not in self.posts:
            raise BadValue("post_id is no post that could be read")
        reply_to = text_of(row, "reply_to", longest=LONGEST_KEY, is_required=False)
        answered = self.comments.get(reply_to)
        if reply_to and (answered is None or answered.post_key != post_key):
            raise BadValue("reply_to is no comment before it under the same post")
        at = time_of(row.get("time"), self.window)
        if at < (answered.at if answered else self.posts[post_key].at):
            raise BadValue("time is before what it answers")
        self.comments[key] = Comment(
            key=key,
            post_key=post_key,
            author_key=self._user(row),
            body=self._words(row, LONGEST_COMMENT),
            at=at,
            reply_to_key=reply_to,
        )

    def _user(self, row: dict[str, Any]) -> str:
        key = text_of(row, "user_id", longest=LONGEST_KEY)
        if key not in self.users:
            raise BadValue("user_id is no user that could be read")
        return key

    def _item(self, value: object) -> str:
        item_id = item_id_of(value)
        if item_id not in self.items:
            raise BadValue("item_id is no item that could be read")
        return item_id

    def _words(self, row: dict[str, Any], longest: int) -> str:
        body, is_cut = words_of(row.get("body"), "body", longest=longest)
        if is_cut:
            self._change = f"text cut to {longest:,} characters"
        return body


def _choice(row: dict[str, Any], name: str, known: Collection[str], default: str) -> str:
    value = text_of(row, name, longest=LONGEST_NAME, is_required=not default) or default
    found = next((one for one in known if one.lower() == value.lower()), None)
    if found is None:
        raise BadValue(f"{name} is none of {', '.join(sorted(known))}")
    return found


def _list(row: dict[str, Any], name: str) -> tuple[str, ...]:
    """Texts without repeats: a list in JSON, separated by `|` in CSV."""
    value = row.get(name)
    parts = value.split("|") if isinstance(value, str) else value or []
    if not isinstance(parts, list):
        raise BadValue(f"{name} is no list")
    texts = [text_of({name: part}, name, longest=LONGEST_KEY, is_required=False) for part in parts]
    return tuple(dict.fromkeys(text for text in texts if text))


def _money(row: dict[str, Any], name: str) -> Money | None:
    if _is_empty(row.get(name)):
        return None
    currency = text_of(row, "currency", longest=LONGEST_NAME, is_required=False) or DEFAULT_CURRENCY
    return money_of(row[name], currency, name)


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
