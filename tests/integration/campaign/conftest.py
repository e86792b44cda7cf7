"""The campaign service's RPCs over a real database, with a clock that tests set."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from resonance.campaign.v1 import campaign_service_pb2_grpc
from services.campaign.adapters import tables
from services.campaign.adapters.cel_audiences import CelAudiences
from services.campaign.adapters.postgres import PostgresTransaction
from services.campaign.application.ports import Transactions
from services.campaign.entrypoints.rpc import CampaignServicer
from services.chassis.db.engine import make_engine
from services.chassis.db.transaction import Database
from services.chassis.rpc.idempotency import Idempotency
from tests.support.campaigns import NOW
from tests.support.clock import FixedClock
from tests.support.serving import serve


@dataclass(frozen=True)
class Harness:
    """What a test of this service holds in its hands."""

    stub: campaign_service_pb2_grpc.CampaignServiceStub
    transactions: Transactions
    database: Database
    clock: FixedClock


@pytest.fixture
async def campaign(database_url_of: Callable[[str], str]) -> AsyncIterator[Harness]:
    engine = make_engine(database_url_of("campaign"))
    database = Database(engine)
    clock = FixedClock(NOW)
    transactions = database.transactions(PostgresTransaction)
    servicer = CampaignServicer(
        transactions, database.reads(PostgresTransaction), CelAudiences(), clock
    )
    async with serve(
        (campaign_service_pb2_grpc.add_CampaignServiceServicer_to_server, servicer),
        domain="campaign.resonance",
        idempotency=Idempotency(database, tables.platform.requests),
    ) as served:
        stub = served.stub(campaign_service_pb2_grpc.CampaignServiceStub)
        yield Harness(stub, transactions, database, clock)
    await engine.dispose()
