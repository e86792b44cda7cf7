"""Puts the recommendation service together: the only module that knows every concrete type."""

from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from resonance.recommendation.v1 import recommendation_service_pb2_grpc
from services.chassis.runtime import Ground, Service
from services.recommendation.adapters import tables
from services.recommendation.adapters.notices import NoticeBoard
from services.recommendation.adapters.postgres import PostgresTransaction
from services.recommendation.adapters.stockroom import PostgresStockroom
from services.recommendation.adapters.training_process import TrainingProcess
from services.recommendation.application.desk import Desk
from services.recommendation.application.list_recommendations import Recommender
from services.recommendation.application.renew_stock import StockKeeper
from services.recommendation.application.run_trainings import TrainingRunner
from services.recommendation.entrypoints.events import reactions
from services.recommendation.entrypoints.rpc import RecommendationServicer
from services.recommendation.entrypoints.schedule import Schedule
from services.recommendation.settings import Settings


def build(settings: Settings, ground: Ground) -> Service:
    database, clock = ground.database, ground.clock

    def transaction(connection: AsyncConnection) -> PostgresTransaction:
        return PostgresTransaction(connection, board.on_commit(database))

    transactions, reads = database.transactions(transaction), database.reads(transaction)
    desk = Desk(reads, people_kept=settings.people_kept)
    board = NoticeBoard(ground.broker, desk)
    keeper = StockKeeper(desk, PostgresStockroom(database))
    process = TrainingProcess(settings.database_url.get_secret_value())
    runner = TrainingRunner(transactions, clock, process.run, board.tell_model)
    schedule = Schedule(keeper=keeper, runner=runner, transactions=transactions, clock=clock)
    servicer = RecommendationServicer(
        transactions=transactions,
        reads=reads,
        recommender=Recommender(desk, clock),
        clock=clock,
    )

    async def warm_up() -> None:
        await keeper.renew()
        await keeper.change_model()

    return Service(
        name="recommendation",
        tables=tables.platform,
        servicers=[
            (
                recommendation_service_pb2_grpc.add_RecommendationServiceServicer_to_server,
                servicer,
            ),
        ],
        reactions=reactions(transactions),
        loops=[
            board.run,
            partial(schedule.renew, board.shelf_changed, settings.renew_every),
            partial(schedule.change_model, board.model_changed, settings.look_every),
            partial(schedule.train, board.training_waits, settings.look_every),
            schedule.sweep,
        ],
        warm_up=warm_up,
    )
