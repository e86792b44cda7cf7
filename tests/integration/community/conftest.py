"""The community service's RPCs over a real database."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from uuid import UUID

import pytest

from resonance.community.v1 import community_service_pb2_grpc, content_service_pb2_grpc
from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.chassis.kernel.clock import SystemClock
from services.chassis.rpc.idempotency import Idempotency
from services.chassis.rpc.page_tokens import PageTokens
from services.community.adapters.postgres import PostgresTransaction
from services.community.adapters.reads import PostgresReader
from services.community.adapters.tables import platform
from services.community.application.know_people import know_people
from services.community.application.ports import Reads, Transactions
from services.community.domain.errors import BadPageToken
from services.community.entrypoints.rpc import CommunityRpc, ContentRpc
from tests.support.serving import serve

ANN, BEN, CAT = (UUID(int=n) for n in (1, 2, 3))


@dataclass(frozen=True)
class Harness:
    """What a test of this service holds in its hands."""

    stub: community_service_pb2_grpc.CommunityServiceStub
    contents: content_service_pb2_grpc.ContentServiceStub
    transactions: Transactions
    reads: Reads
    database: Database


@pytest.fixture
async def community(database_url_of: Callable[[str], str]) -> AsyncIterator[Harness]:
    engine = make_engine(database_url_of("community"), pool_size=20)
    database = Database(engine)
    transactions = database.transactions(PostgresTransaction)
    reads = database.reads(PostgresReader)
    await know_people([ANN, BEN, CAT], transactions)
    async with serve(
        (
            community_service_pb2_grpc.add_CommunityServiceServicer_to_server,
            CommunityRpc(transactions, reads, SystemClock(), PageTokens(BadPageToken, "test")),
        ),
        (content_service_pb2_grpc.add_ContentServiceServicer_to_server, ContentRpc(reads)),
        domain="community.resonance",
        idempotency=Idempotency(database, platform.requests),
    ) as served:
        yield Harness(
            stub=served.stub(community_service_pb2_grpc.CommunityServiceStub),
            contents=served.stub(content_service_pb2_grpc.ContentServiceStub),
            transactions=transactions,
            reads=reads,
            database=database,
        )
    await engine.dispose()
