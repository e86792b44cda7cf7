"""The tables of the community schema. Nobody else reads or writes them."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
)

from services.chassis.db.tables import PlatformTables, service_metadata

metadata = service_metadata("community")
platform = PlatformTables(metadata)

people = Table("people", metadata, Column("user_id", Uuid, primary_key=True))

follows = Table(
    "follows",
    metadata,
    Column("follower_id", Uuid, primary_key=True),
    Column("followee_id", Uuid, primary_key=True),
    Column("followed_at", DateTime(timezone=True), nullable=False),
)
Index("ix_follows_latest", follows.c.follower_id, follows.c.followed_at, follows.c.followee_id)

# Ids are UUIDv7, so their order is that of time: the key serves the newest of all, the second
# index the newest of an author. The emotion arrives a moment after the row: room is left in the
# page so that it can be noted without touching an index.
posts = Table(
    "posts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("author_id", Uuid, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("item_ids", ARRAY(Text), nullable=False),
    Column("rating", SmallInteger, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("region_code", String(6), nullable=False, server_default=""),
    Column("emotion", SmallInteger, nullable=False, server_default="0"),
    Column("tagged_at", DateTime(timezone=True)),
    CheckConstraint("kind BETWEEN 1 AND 3", name="kind"),
    CheckConstraint("rating BETWEEN 0 AND 5", name="rating"),
    postgresql_with={"fillfactor": 85},
)
Index("ix_posts_author_id_id", posts.c.author_id, posts.c.id)

comments = Table(
    "comments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("post_id", Uuid, nullable=False),
    Column("author_id", Uuid, nullable=False),
    Column("body", Text, nullable=False),
    Column("reply_to_id", Uuid),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("region_code", String(6), nullable=False, server_default=""),
    Column("emotion", SmallInteger, nullable=False, server_default="0"),
    Column("tagged_at", DateTime(timezone=True)),
    postgresql_with={"fillfactor": 85},
)
Index("ix_comments_post_id_id", comments.c.post_id, comments.c.id)

reactions = Table(
    "reactions",
    metadata,
    Column("post_id", Uuid, primary_key=True),
    Column("user_id", Uuid, primary_key=True),
    Column("kind", SmallInteger, nullable=False),
    Column("reacted_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("kind BETWEEN 1 AND 3", name="kind"),
)

# The counts of a post are the sums over its slots. Each writer adds to the slot of its own
# database connection, so that those who react to a post everybody looks at do not queue for one
# row. A single slot may be negative; the sum never is.
SLOTS = 16
post_counts = Table(
    "post_counts",
    metadata,
    Column("post_id", Uuid, primary_key=True),
    Column("slot", SmallInteger, primary_key=True),
    Column("comments", BigInteger, nullable=False),
    Column("reactions", BigInteger, nullable=False),
    postgresql_with={"fillfactor": 70},
)

# Deleted posts under which something is left to remove.
leftovers = Table(
    "leftovers",
    metadata,
    Column("post_id", Uuid, primary_key=True),
    Column("deleted_at", DateTime(timezone=True), nullable=False),
)

# Answers kept for a repeated request_id hold the text that was published; deleting it must find
# them.
kept_answers = Table(
    "kept_answers",
    metadata,
    Column("content_id", Uuid, primary_key=True),
    Column("request_id", Uuid, primary_key=True),
    Column("noted_at", DateTime(timezone=True), nullable=False),
)
Index("ix_kept_answers_noted_at", kept_answers.c.noted_at, postgresql_using="brin")
Index("ix_requests_request_id", platform.requests.c.request_id)
