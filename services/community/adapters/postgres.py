"""One transaction of this service: every repository on one connection."""

from sqlalchemy.ext.asyncio import AsyncConnection

from services.chassis.messaging.outbox import Outbox
from services.community.adapters.content import PostgresComments, PostgresPosts
from services.community.adapters.event_codec import encode
from services.community.adapters.feelings import PostgresFeelings
from services.community.adapters.graph import PostgresFollows, PostgresPeople
from services.community.adapters.leftovers import PostgresKeptAnswers, PostgresLeftovers
from services.community.adapters.reactions import PostgresReactions
from services.community.adapters.tables import platform


class PostgresTransaction:
    def __init__(self, connection: AsyncConnection) -> None:
        self.people = PostgresPeople(connection)
        self.follows = PostgresFollows(connection)
        self.posts = PostgresPosts(connection)
        self.comments = PostgresComments(connection)
        self.reactions = PostgresReactions(connection)
        self.leftovers = PostgresLeftovers(connection)
        self.kept_answers = PostgresKeptAnswers(connection)
        self.feelings = PostgresFeelings(connection)
        self.outbox = Outbox(connection, platform.outbox, encode)
