"""first tables.

Revision: 67d322f4593b, after: .
"""

import sqlalchemy as sa
from alembic import op

revision = "67d322f4593b"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("reply_to_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("emotion", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("tagged_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        schema="community",
        postgresql_with={"fillfactor": 85},
    )
    op.create_index(
        "ix_comments_post_id_id", "comments", ["post_id", "id"], unique=False, schema="community"
    )
    op.create_table(
        "follows",
        sa.Column("follower_id", sa.Uuid(), nullable=False),
        sa.Column("followee_id", sa.Uuid(), nullable=False),
        sa.Column("followed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("follower_id", "followee_id", name=op.f("pk_follows")),
        schema="community",
    )
    op.create_index(
        "ix_follows_latest",
        "follows",
        ["follower_id", "followed_at", "followee_id"],
        unique=False,
        schema="community",
    )
    op.create_table(
        "inbox",
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("reader", "event_id", name=op.f("pk_inbox")),
        schema="community",
    )
    op.create_index(
        "ix_inbox_received_at",
        "inbox",
        ["received_at"],
        unique=False,
        schema="community",
        postgresql_using="brin",
    )
    op.create_table(
        "kept_answers",
        sa.Column("content_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("content_id", "request_id", name=op.f("pk_kept_answers")),
        schema="community",
    )
    op.create_index(
        "ix_kept_answers_noted_at",
        "kept_answers",
        ["noted_at"],
        unique=False,
        schema="community",
        postgresql_using="brin",
    )
    op.create_table(
        "leftovers",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("post_id", name=op.f("pk_leftovers")),
        schema="community",
    )
    op.create_table(
        "outbox",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stream_created_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stream_sequence", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_outbox")),
        schema="community",
    )
    op.create_index(
        "ix_outbox_published_at", "outbox", ["published_at"], unique=False, schema="community"
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["position"],
        unique=False,
        schema="community",
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.create_table(
        "people",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_people")),
        schema="community",
    )
    op.create_table(
        "post_counts",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.SmallInteger(), nullable=False),
        sa.Column("comments", sa.BigInteger(), nullable=False),
        sa.Column("reactions", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("post_id", "slot", name=op.f("pk_post_counts")),
        schema="community",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "posts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("item_ids", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("rating", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("emotion", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("tagged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind BETWEEN 1 AND 3", name=op.f("ck_posts_kind")),
        sa.CheckConstraint("rating BETWEEN 0 AND 5", name=op.f("ck_posts_rating")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posts")),
        schema="community",
        postgresql_with={"fillfactor": 85},
    )
    op.create_index(
        "ix_posts_author_id_id", "posts", ["author_id", "id"], unique=False, schema="community"
    )
    op.create_table(
        "reactions",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("reacted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind BETWEEN 1 AND 3", name=op.f("ck_reactions_kind")),
        sa.PrimaryKeyConstraint("post_id", "user_id", name=op.f("pk_reactions")),
        schema="community",
    )
    op.create_table(
        "requests",
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("response", sa.LargeBinary(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("method", "caller", "request_id", name=op.f("pk_requests")),
        schema="community",
    )
    op.create_index(
        "ix_requests_created_at",
        "requests",
        ["created_at"],
        unique=False,
        schema="community",
        postgresql_using="brin",
    )
    op.create_index(
        "ix_requests_request_id", "requests", ["request_id"], unique=False, schema="community"
    )


def downgrade() -> None:
    op.drop_index("ix_requests_request_id", table_name="requests", schema="community")
    op.drop_index(
        "ix_requests_created_at", table_name="requests", schema="community", postgresql_using="brin"
    )
    op.drop_table("requests", schema="community")
    op.drop_table("reactions", schema="community")
    op.drop_index("ix_posts_author_id_id", table_name="posts", schema="community")
    op.drop_table("posts", schema="community")
    op.drop_table("post_counts", schema="community")
    op.drop_table("people", schema="community")
    op.drop_index(
        "ix_outbox_waiting",
        table_name="outbox",
        schema="community",
        postgresql_where=sa.text("published_at IS NULL"),
    )
    op.drop_index("ix_outbox_published_at", table_name="outbox", schema="community")
    op.drop_table("outbox", schema="community")
    op.drop_table("leftovers", schema="community")
    op.drop_index(
        "ix_kept_answers_noted_at",
        table_name="kept_answers",
        schema="community",
        postgresql_using="brin",
    )
    op.drop_table("kept_answers", schema="community")
    op.drop_index(
        "ix_inbox_received_at", table_name="inbox", schema="community", postgresql_using="brin"
    )
    op.drop_table("inbox", schema="community")
    op.drop_index("ix_follows_latest", table_name="follows", schema="community")
    op.drop_table("follows", schema="community")
    op.drop_index("ix_comments_post_id_id", table_name="comments", schema="community")
    op.drop_table("comments", schema="community")
