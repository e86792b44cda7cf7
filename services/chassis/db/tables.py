"""The schema of a service, and the three tables the platform keeps in it."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
)

# One pattern for every name, so that a migration can drop what an older one made.
NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def service_metadata(schema: str) -> MetaData:
    """Where a service declares its tables; `schema` is the service's name."""
    return MetaData(schema=schema, naming_convention=NAMING)


class PlatformTables:
    """The outbox, the inbox and the request log, declared among a service's own tables."""

    def __init__(self, metadata: MetaData) -> None:
        self.metadata = metadata
        self.outbox = _outbox(metadata)
        self.inbox = _inbox(metadata)
        self.requests = _requests(metadata)


def _outbox(metadata: MetaData) -> Table:
    """Events to tell, and those told that are kept until their readers are surely safe.

    `stream_created_at` and `stream_sequence` say where a told event went: into which
    incarnation of the stream (a wiped and remade stream has a new creation time) and to
    which place in it. All three `published_at` and `stream_*` are null while it waits.
    """
    table = Table(
        "outbox",
        metadata,
        Column("position", BigInteger, Identity(), primary_key=True),
        Column("event_id", Uuid, nullable=False),
        Column("subject", Text, nullable=False),
        Column("payload", LargeBinary, nullable=False),
        Column("occurred_at", DateTime(timezone=True), nullable=False),
        Column("traceparent", Text),
        Column("published_at", DateTime(timezone=True)),
        Column("stream_created_at", DateTime(timezone=True)),
        Column("stream_sequence", BigInteger),
    )
    Index("ix_outbox_waiting", table.c.position, postgresql_where=table.c.published_at.is_(None))
    Index("ix_outbox_published_at", table.c.published_at)
    return table


def _inbox(metadata: MetaData) -> Table:
    """Which events each reader has taken in."""
    table = Table(
        "inbox",
        metadata,
        Column("reader", Text, primary_key=True),
        Column("event_id", Uuid, primary_key=True),
        Column("received_at", DateTime(timezone=True), server_default=func.now(), nullable=False),
    )
    # Rows arrive in order of time and are only read by time when purged: a block range
    # index costs next to nothing on the hot insert.
    Index("ix_inbox_received_at", table.c.received_at, postgresql_using="brin")
    return table


def _requests(metadata: MetaData) -> Table:
    """Answers to writes that carried a `request_id`, so that a repeat gets the same one.

    `response` is null only inside the transaction that is still making it.
    """
    table = Table(
        "requests",
        metadata,
        Column("method", Text, primary_key=True),
        Column("caller", Text, primary_key=True),
        Column("request_id", Uuid, primary_key=True),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("response", LargeBinary),
        Column("created_at", DateTime(timezone=True), server_default=func.now(), nullable=False),
    )
    Index("ix_requests_created_at", table.c.created_at, postgresql_using="brin")
    return table
