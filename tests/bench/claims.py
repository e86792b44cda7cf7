"""Claims of one hot coupon, against the way most shops do it: lock the row, look, write."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter
from uuid import UUID, uuid4

import asyncpg
import grpc

from infra.local.postgres import SUPERUSER
from resonance.campaign.v1 import campaign_service_pb2 as pb
from resonance.campaign.v1.campaign_service_pb2_grpc import CampaignServiceStub
from tests.bench.row import Row
from tests.bench.scene import Scene

CALLERS = 16
SECONDS = 2.0
ROUNDS = 4
STOCK = 1_000_000
LIMIT = 100  # of a person; a new person after that

NAIVE = """
CREATE TABLE IF NOT EXISTS public.naive_stock (id int PRIMARY KEY, claimed int, stock int);
CREATE TABLE IF NOT EXISTS public.naive_claims (claim_id uuid PRIMARY KEY, user_id uuid);
TRUNCATE public.naive_stock, public.naive_claims;
INSERT INTO public.naive_stock VALUES (1, 0, 1000000);
"""


async def hot_coupon_row(scene: Scene) -> Row:
    """Both in turn; ours through gRPC with limit, budget, guard, event and answer kept."""
    coupon_id = await _coupon(scene)
    url = scene.stack.postgres.url(SUPERUSER).replace("+asyncpg", "")
    pool = await asyncpg.create_pool(url, min_size=CALLERS, max_size=CALLERS)
    await pool.execute(NAIVE)
    ours, theirs = [], []
    async with grpc.aio.insecure_channel(scene.stack.address("campaign")) as channel:
        stub = CampaignServiceStub(channel)
        for _ in range(ROUNDS):
            ours.append(await _rate(lambda person: _claim(stub, coupon_id, person)))
            theirs.append(await _rate(lambda person: _naive(pool, person)))
    await pool.execute("DROP TABLE public.naive_stock, public.naive_claims")
    await pool.close()
    return Row(
        name="claims of one hot coupon against SELECT FOR UPDATE",
        area="campaign",
        value=median(mine / other for mine, other in zip(ours, theirs, strict=True)),
        unit="of its rate",
        detail=(
            f"{median(ours):,.0f}/s through gRPC, with request_id, limit, budget, guard and event, "
            f"against {median(theirs):,.0f}/s of a bare lock-look-write straight in PostgreSQL; "
            f"{CALLERS} callers, {ROUNDS} rounds in turn"
        ),
    )


async def _rate(claim: Callable[[UUID], Awaitable[None]]) -> float:
    """Claims a second of all callers together."""
    done = 0
    end = perf_counter() + SECONDS

    async def caller() -> None:
        nonlocal done
        person, left = uuid4(), LIMIT
        while perf_counter() < end:
            await claim(person)
            done += 1
            left -= 1
            if not left:
                person, left = uuid4(), LIMIT

    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return done / SECONDS


async def _claim(stub: CampaignServiceStub, coupon_id: str, person: UUID) -> None:
    await stub.ClaimCoupon(
        pb.ClaimCouponRequest(coupon_id=coupon_id, user_id=str(person), request_id=str(uuid4()))
    )


async def _naive(pool: asyncpg.Pool, person: UUID) -> None:
    async with pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(
            "SELECT claimed, stock FROM public.naive_stock WHERE id = 1 FOR UPDATE"
        )
        assert row is not None
        assert row["claimed"] < row["stock"]
        await connection.execute("UPDATE public.naive_stock SET claimed = claimed + 1 WHERE id = 1")
        await connection.execute("INSERT INTO public.naive_claims VALUES ($1, $2)", uuid4(), person)


async def _coupon(scene: Scene) -> str:
    now = datetime.now(UTC)
    money = {"amountMinor": "100", "currencyCode": "CNY"}
    plan = {
        "title": {"zh": "热门券", "en": "Hot coupon"},
        "tone": "TONE_PLAIN",
        "budget": {"amountMinor": str(STOCK * 100), "currencyCode": "CNY"},
        "startTime": _text(now - timedelta(hours=1)),
        "endTime": _text(now + timedelta(days=1)),
        "coupon": {
            "discount": {"amountOff": money},
            "minimumSpend": money,
            "stock": str(STOCK),
            "limitPerPerson": LIMIT,
            "redeemWithin": "86400s",
        },
    }
    made = (await scene.admin.post("/v1/campaigns", {"campaign": plan}))["campaign"]
    await scene.admin.post(f"/v1/campaigns/{made['campaignId']}:start", {})
    return str(made["coupon"]["couponId"])


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
