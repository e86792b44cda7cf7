"""Our own copy of the catalogue, in PostgreSQL."""

from collections.abc import Iterable, Mapping

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.emotion_tag.adapters.store.subject_tables import catalogue
from services.emotion_tag.domain.subject import CatalogueEntry

_rows = (
    func.unnest(
        bindparam("item_ids", type_=ARRAY(Text)),
        bindparam("brands", type_=ARRAY(Text)),
        bindparam("categories", type_=ARRAY(Text)),
        bindparam("versions", type_=ARRAY(BigInteger)),
    )
    .table_valued("item_id", "brand", "category", "version")
    .render_derived(name="rows")
)
_PUT = insert(catalogue).from_select(["item_id", "brand", "category", "version"], select(_rows))
_PUT = _PUT.on_conflict_do_update(
    index_elements=[catalogue.c.item_id],
    set_={name: _PUT.excluded[name] for name in ("brand", "category", "version")},
    where=catalogue.c.version < _PUT.excluded.version,
)
_OF = select(catalogue).where(
    catalogue.c.item_id == func.any(bindparam("item_ids", type_=ARRAY(Text)))
)


class PostgresCatalogue:
    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, entries: Iterable[CatalogueEntry]) -> None:
        ordered = sorted(entries, key=lambda entry: entry.item_id)
        await self._connection.execute(
            _PUT,
            {
                "item_ids": [entry.item_id for entry in ordered],
                "brands": [entry.brand for entry in ordered],
                "categories": [entry.category for entry in ordered],
                "versions": [entry.version for entry in ordered],
            },
        )

    async def of(self, item_ids: Iterable[str]) -> Mapping[str, CatalogueEntry]:
        rows = await self._connection.execute(_OF, {"item_ids": sorted(set(item_ids))})
        return {
            row.item_id: CatalogueEntry(row.item_id, row.brand, row.category, row.version)
            for row in rows
        }
