"""What a neighbour hears of a call, and what we hear of its failures."""

import asyncio
from datetime import timedelta
from typing import Any

import grpc
import pytest
from prometheus_client import REGISTRY

from services.chassis.kernel.errors import NotFound, Unavailable
from services.chassis.kernel.ids import new_id
from services.chassis.observability.tracing import Span, current_span
from services.chassis.rpc import deadlines
from services.chassis.rpc.channels import open_channel
from services.chassis.rpc.errors import RemoteError
from services.chassis.rpc.identity import Caller, current_caller
from tests.support.echo import contract, echo_servicer
from tests.support.serving import as_caller, serve

pb = contract()


class NobodyThere(NotFound):
    reason = "NOBODY_THERE"


class Busy(Unavailable):
    reason = "BUSY"


async def test_a_failure_of_a_neighbour_is_typed() -> None:
    async def echo(request: Any, context: Any) -> Any:
        raise NobodyThere("No such person.", user_id="7")

    async with serve(echo_servicer(Echo=echo), domain="echo.resonance") as served:
        with pytest.raises(RemoteError) as failure:
            await served.stub(pb.EchoServiceStub).Echo(pb.EchoRequest())

    error = failure.value
    assert (error.code, error.reason, error.domain) == (
        grpc.StatusCode.NOT_FOUND,
        "NOBODY_THERE",
        "echo.resonance",
    )
    assert error.metadata == {"user_id": "7"}
    assert error.message == "No such person."


async def test_a_neighbour_that_is_away_is_unavailable() -> None:
    async with open_channel("127.0.0.1:1") as channel:
        with pytest.raises(RemoteError) as failure:
            await pb.EchoServiceStub(channel).Echo(pb.EchoRequest(), timeout=1)

    assert failure.value.code in (
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
    )
    assert failure.value.reason == ""


@pytest.mark.parametrize(("error", "tries"), [(Busy("Later."), 3), (NobodyThere("No."), 1)])
async def test_only_unavailable_is_tried_again(error: Exception, tries: int) -> None:
    calls = []

    async def echo(request: Any, context: Any) -> Any:
        calls.append(request)
        if len(calls) < 3:
            raise error
        return pb.EchoResponse(text="at last")

    async with serve(echo_servicer(Echo=echo)) as served:
        try:
            await served.stub(pb.EchoServiceStub).Echo(pb.EchoRequest())
        except RemoteError:
            assert tries == 1

    assert len(calls) == tries


async def test_a_call_without_a_deadline_gets_one() -> None:
    async def echo(request: Any, context: Any) -> Any:
        await asyncio.sleep(10)

    async with (
        serve(echo_servicer(Echo=echo)) as served,
        open_channel(served.address, timeout=timedelta(milliseconds=200)) as channel,
    ):
        with pytest.raises(RemoteError) as failure:
            await pb.EchoServiceStub(channel).Echo(pb.EchoRequest())

    assert failure.value.code is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_a_call_within_a_call_carries_everything_on() -> None:
    seen: dict[str, Any] = {}
    caller = Caller(new_id(), frozenset({"shopper"}))

    async def inner(request: Any, context: Any) -> Any:
        span = current_span()
        assert span is not None
        seen["inner"] = (current_caller(), span.trace_id, span.request_id)
        seen["left"] = deadlines.remaining()
        return pb.EchoResponse()

    async with serve(echo_servicer(Echo=inner)) as neighbour:
        stub = neighbour.stub(pb.EchoServiceStub)

        async def outer(request: Any, context: Any) -> Any:
            return await stub.Echo(request)

        async with serve(echo_servicer(Echo=outer)) as served:
            await pb.EchoServiceStub(served.plain).Echo(
                pb.EchoRequest(),
                timeout=2,
                metadata=(
                    *as_caller(caller),
                    ("traceparent", f"00-{'c' * 32}-{'d' * 16}-01"),
                    ("x-request-id", "r-9"),
                ),
            )

    assert seen["inner"] == (caller, "c" * 32, "r-9")
    assert 1 < seen["left"] < 2, "less than the outer call has, not five seconds"


async def test_a_call_outside_of_calls_begins_a_trace() -> None:
    seen: list[Any] = []

    async def echo(request: Any, context: Any) -> Any:
        seen.append(current_span())
        return pb.EchoResponse()

    async with serve(echo_servicer(Echo=echo)) as served:
        with Span("a job") as job:
            await served.stub(pb.EchoServiceStub).Echo(pb.EchoRequest())

    [span] = seen
    assert span.trace_id == job.trace_id
    assert span.span_id != job.span_id


async def test_streams_pass_a_channel_with_typed_failures() -> None:
    async def count(request: Any, context: Any) -> Any:
        yield pb.CountResponse(number=1)
        raise NobodyThere("No.")

    async with serve(echo_servicer(Count=count)) as served:
        answers = served.stub(pb.EchoServiceStub).Count(pb.CountRequest())
        first = await anext(answers)
        with pytest.raises(RemoteError) as failure:
            await anext(answers)

    assert first.number == 1
    assert failure.value.reason == "NOBODY_THERE"


async def test_a_neighbour_that_came_back_is_found_again() -> None:
    async with serve(echo_servicer()) as served:
        address = served.address
        channel = open_channel(address)
        stub: Any = pb.EchoServiceStub(channel)
        await stub.Echo(pb.EchoRequest())
    async with channel:
        with pytest.raises(RemoteError):
            await stub.Echo(pb.EchoRequest(), timeout=0.5)
        async with serve(echo_servicer(), address=address):
            for _ in range(20):
                if await answers(stub):
                    return
                await asyncio.sleep(0.1)
    pytest.fail("not found again within two seconds")


async def answers(stub: Any) -> bool:
    try:
        await stub.Echo(pb.EchoRequest())
    except RemoteError:
        return False
    return True


async def test_calls_to_neighbours_are_counted() -> None:
    labels = {
        "grpc_type": "unary",
        "grpc_service": "echo.v1.EchoService",
        "grpc_method": "Echo",
        "grpc_code": "OK",
    }
    before = REGISTRY.get_sample_value("grpc_client_handled_total", labels) or 0
    async with serve(echo_servicer()) as served:
        await served.stub(pb.EchoServiceStub).Echo(pb.EchoRequest())

    assert REGISTRY.get_sample_value("grpc_client_handled_total", labels) == before + 1
