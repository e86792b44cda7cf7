"""Who allows their pictures to be looked at. Nothing that was found in a picture is kept."""

from sqlalchemy import BigInteger, Boolean, Column, Table, Uuid

from services.emotion_tag.adapters.store.tables import metadata

# Our own copy of the consent `picture_inference`; the version tells an older decision from a newer.
picture_consents = Table(
    "picture_consents",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    Column("is_granted", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
)
