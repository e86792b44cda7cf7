"""What posts and comments feel like, beside them in PostgreSQL."""

from collections.abc import Iterable

from sqlalchemy import (
    ARRAY,
    DateTime,
    SmallInteger,
    Table,
    Uuid,
    bindparam,
    column,
    func,
    or_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import Update

from services.community.adapters.tables import comments, posts
from services.community.application.ports import Feeling

_shown = (
    func.unnest(
        bindparam("ids", type_=ARRAY(Uuid)),
        bindparam("emotions", type_=ARRAY(SmallInteger)),
        bindparam("times", type_=ARRAY(DateTime(timezone=True))),
    )
    .table_valued(
        column("id", Uuid), column("emotion", SmallInteger), column("at", DateTime(timezone=True))
    )
    .render_derived(name="shown")
)


def _show_on(table: Table) -> Update:
    return (
        update(table)
        .where(
            table.c.id == _shown.c.id,
            or_(table.c.tagged_at.is_(None), table.c.tagged_at <= _shown.c.at),
        )
        .values(emotion=_shown.c.emotion, tagged_at=_shown.c.at)
    )


_SHOW_ON_POSTS, _SHOW_ON_COMMENTS = _show_on(posts), _show_on(comments)


class PostgresFeelings:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def show(self, feelings: Iterable[Feeling]) -> None:
        in_order = sorted(feelings, key=lambda feeling: feeling.content_id)
        for statement, is_comment in ((_SHOW_ON_POSTS, False), (_SHOW_ON_COMMENTS, True)):
            chosen = [feeling for feeling in in_order if feeling.is_comment is is_comment]
            if chosen:
                await self._connection.execute(
                    statement,
                    {
                        "ids": [feeling.content_id for feeling in chosen],
                        "emotions": [feeling.emotion for feeling in chosen],
                        "times": [feeling.tagged_at for feeling in chosen],
                    },
                )
