"""Counts of comments and reactions, kept off the one row that everybody would queue for."""

from sqlalchemy import (
    BigInteger,
    FromClause,
    SmallInteger,
    Table,
    bindparam,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql.elements import ColumnElement

from services.community.adapters.tables import SLOTS, post_counts, posts

_ZERO = literal(0, BigInteger)


def insert_of(table: Table, *names: str) -> Insert:
    """An insert of one row that may stand inside another statement; its parameters are `new_…`."""
    return insert(table).values(
        {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names}
    )


def count_for_each(
    source: FromClause,
    post_id: ColumnElement[object],
    *,
    comments: int = 0,
    reactions: int = 0,
    only_if: ColumnElement[bool] | None = None,
) -> Insert:
    """Add to a post's counts once for each row of `source`, which must have at most one."""
    slot = cast(func.pg_backend_pid() % SLOTS, SmallInteger)
    rows = select(
        post_id, slot, literal(comments, BigInteger), literal(reactions, BigInteger)
    ).select_from(source)
    if only_if is not None:
        rows = rows.where(only_if)
    adding = insert(post_counts).from_select(["post_id", "slot", "comments", "reactions"], rows)
    return adding.on_conflict_do_update(
        index_elements=["post_id", "slot"],
        set_={
            "comments": post_counts.c.comments + adding.excluded.comments,
            "reactions": post_counts.c.reactions + adding.excluded.reactions,
        },
    )


def counts_of_each_post() -> FromClause:
    """The sums over the slots of the post in the same row; at most 16 rows are read."""
    return (
        select(
            _sum(post_counts.c.comments).label("comment_count"),
            _sum(post_counts.c.reactions).label("reaction_count"),
        )
        .where(post_counts.c.post_id == posts.c.id)
        .lateral("counts")
    )


def _sum(column: ColumnElement[int]) -> ColumnElement[int]:
    return func.coalesce(cast(func.sum(column), BigInteger), _ZERO)
