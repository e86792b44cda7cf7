"""What a caller sees of the admission, against a real server on a free port."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf import any_pb2
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from grpc_status import rpc_status
from prometheus_client import REGISTRY
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from services.chassis.kernel.errors import (
    AlreadyExists,
    Conflict,
    Denied,
    DomainError,
    Exhausted,
    Invalid,
    InvalidField,
    NotFound,
    Refused,
    Unavailable,
)
from services.chassis.kernel.ids import new_id
from services.chassis.observability.tracing import current_span
from services.chassis.rpc import deadlines
from services.chassis.rpc.errors import RemoteError
from services.chassis.rpc.identity import Caller, current_caller
from services.chassis.rpc.methods import Unacceptable, answers_each
from services.chassis.rpc.server import Server
from tests.support.echo import contract, echo_servicer
from tests.support.serving import Served, as_caller, serve

pb = contract()


class OutOfStock(Exhausted):
    reason = "OUT_OF_STOCK"


class QueueFull(Exhausted):
    reason = "QUEUE_FULL"
    retry_after = timedelta(seconds=1.5)


def failing(error: BaseException) -> Any:
    async def echo(request: Any, context: Any) -> Any:
        raise error

    return echo


async def failure_of(call: Any) -> tuple[grpc.StatusCode, str, list[Any]]:
    """Await a call on the plain channel; return code, message and details."""
    with pytest.raises(grpc.aio.AioRpcError) as failure:
        await call
    error: Any = failure.value
    status = rpc_status.from_call(error)
    assert status is not None, "a failure without details"
    return error.code(), error.details(), list(status.details)


def info_of(details: list[any_pb2.Any]) -> ErrorInfo:
    info = ErrorInfo()
    assert details[0].Unpack(info)
    return info


def stub_of(served: Served) -> Any:
    return pb.EchoServiceStub(served.plain)


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a_call_is_answered() -> None:
    async with serve(echo_servicer()) as served:
        answer = await stub_of(served).Echo(pb.EchoRequest(text="hello"))

    assert answer.text == "hello"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (NotFound, "NOT_FOUND"),
        (AlreadyExists, "ALREADY_EXISTS"),
        (Conflict, "ABORTED"),
        (Invalid, "INVALID_ARGUMENT"),
        (Denied, "PERMISSION_DENIED"),
        (Refused, "FAILED_PRECONDITION"),
        (Exhausted, "RESOURCE_EXHAUSTED"),
        (Unavailable, "UNAVAILABLE"),
    ],
)
async def test_each_kind_of_failure_has_its_code(kind: type[DomainError], code: str) -> None:
    class Failed(kind):  # type: ignore[valid-type,misc]
        reason = "FAILED"

    async with serve(echo_servicer(Echo=failing(Failed("No.", left="0")))) as served:
        got, message, details = await failure_of(stub_of(served).Echo(pb.EchoRequest()))

    assert (got.name, message) == (code, "No.")
    info = info_of(details)
    assert (info.reason, info.domain, dict(info.metadata)) == (
        "FAILED",
        "test.resonance",
        {"left": "0"},
    )


async def test_a_caller_is_told_when_to_come_back() -> None:
    async with serve(echo_servicer(Echo=failing(QueueFull("Too many.")))) as served:
        _, _, details = await failure_of(stub_of(served).Echo(pb.EchoRequest(text="hello")))

    retry = RetryInfo()
    assert details[-1].Unpack(retry)
    assert retry.retry_delay.ToTimedelta() == QueueFull.retry_after


async def test_a_field_that_breaks_a_rule_of_the_domain_is_named() -> None:
    error = InvalidField("items[1].weight", "weight.positive", "Must be more than 0.")
    async with serve(echo_servicer(Echo=failing(error))) as served:
        code, _, details = await failure_of(stub_of(served).Echo(pb.EchoRequest()))

    bad = BadRequest()
    assert details[1].Unpack(bad)
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert info_of(details).reason == "INVALID_FIELD"
    [violation] = bad.field_violations
    assert (violation.field, violation.reason) == ("items[1].weight", "WEIGHT_POSITIVE")
    assert violation.description == "Must be more than 0."


async def test_a_refusal_of_its_own_kind_may_name_a_field_too() -> None:
    class TooLarge(Invalid):
        reason = "TOO_LARGE"

    error = TooLarge("It may have 7 bytes.", field="data", most="7")
    async with serve(echo_servicer(Echo=failing(error))) as served:
        _, _, details = await failure_of(stub_of(served).Echo(pb.EchoRequest()))

    bad = BadRequest()
    assert details[1].Unpack(bad)
    assert info_of(details).reason == "TOO_LARGE"
    [violation] = bad.field_violations
    assert (violation.field, violation.reason) == ("data", "TOO_LARGE")
    assert violation.description == "It may have 7 bytes."


async def test_every_field_that_breaks_the_contract_is_named_with_its_rule() -> None:
    parts = [pb.Part(name="a"), pb.Part(), pb.Part(name="b", size=10)]
    request = pb.EchoRequest(text="much too long", parts=parts)
    async with serve(echo_servicer()) as served:
        code, message, details = await failure_of(stub_of(served).Echo(request))

    bad = BadRequest()
    assert details[1].Unpack(bad)
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert info_of(details).reason == "INVALID_REQUEST"
    assert [(v.field, v.reason) for v in bad.field_violations] == [
        ("text", "STRING_MAX_LEN"),
        ("parts[1].name", "STRING_MIN_LEN"),
        ("parts[2].size", "SIZE_SMALL"),
    ]
    assert "much too long" not in message


async def test_a_oneof_of_which_nothing_is_set_is_named() -> None:
    async with serve(echo_servicer()) as served:
        _, _, details = await failure_of(stub_of(served).Sum(iter([pb.SumRequest()])))

    bad = BadRequest()
    assert details[1].Unpack(bad)
    assert [(v.field, v.reason) for v in bad.field_violations] == [("summand", "REQUIRED")]


async def test_a_value_of_no_enum_is_told_which_there_are() -> None:
    request = pb.EchoRequest(voices=[1, 0, 7], voice_of={"a": 9})
    async with serve(echo_servicer()) as served:
        _, _, details = await failure_of(stub_of(served).Echo(request))

    bad = BadRequest()
    assert details[1].Unpack(bad)
    assert [(v.field, v.reason) for v in bad.field_violations] == [
        ("voices[1]", "ENUM_NOT_IN"),
        ("voices[2]", "ENUM_DEFINED_ONLY"),
        ("voice_of['a']", "ENUM_DEFINED_ONLY"),
    ]
    assert {v.description for v in bad.field_violations} == {
        "must be one of VOICE_LOW, VOICE_HIGH",
    }


async def test_a_nul_is_refused_wherever_there_is_text() -> None:
    request = pb.EchoRequest(
        text="a\0",
        parts=[pb.Part(name="a"), pb.Part(name="\0")],
        part_of={"x": pb.Part(name="\0"), "\0": pb.Part(name="b")},
    )
    async with serve(echo_servicer()) as served:
        _, _, details = await failure_of(stub_of(served).Echo(request))

    bad = BadRequest()
    assert details[1].Unpack(bad)
    assert [(v.field, v.reason) for v in bad.field_violations] == [
        ("text", "NUL"),
        ("parts[1].name", "NUL"),
        ("part_of", "NUL"),
        ("part_of['x'].name", "NUL"),
    ]


async def test_elements_that_their_service_checks_itself_are_left_to_it() -> None:
    request = pb.EchoRequest(free_parts=[pb.Part(name="\0"), pb.Part()])
    async with serve(echo_servicer()) as served:
        answer = await stub_of(served).Echo(request)

    assert answer == pb.EchoResponse()


async def test_a_thousand_broken_rows_still_make_an_answer() -> None:
    request = pb.EchoRequest(parts=[pb.Part() for _ in range(1_000)])
    async with serve(echo_servicer()) as served:
        code, message, details = await failure_of(stub_of(served).Echo(request))

    bad = BadRequest()
    assert details[1].Unpack(bad)
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert len(bad.field_violations) == 20
    assert len(message) <= 1_000


async def test_an_endless_explanation_still_makes_an_answer() -> None:
    class Endless(Invalid):
        reason = "ENDLESS"

    refusal = Endless("长" * 20_000, cause="长" * 20_000)
    async with serve(echo_servicer(Echo=failing(refusal))) as served:
        code, message, details = await failure_of(stub_of(served).Echo(pb.EchoRequest()))

    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert info_of(details).reason == "ENDLESS"
    assert message.endswith("长…")
    assert info_of(details).metadata["cause"].endswith("长…")


async def test_bytes_that_are_no_message_are_refused() -> None:
    async with serve(echo_servicer()) as served:
        raw: Any = served.plain.unary_unary("/echo.v1.EchoService/Echo")
        code, _, details = await failure_of(raw(b"\xff\xff\xff"))

    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert info_of(details).reason == "MALFORMED_REQUEST"


async def test_text_in_another_encoding_is_refused_with_what_to_do() -> None:
    async with serve(echo_servicer()) as served:
        raw: Any = served.plain.unary_unary("/echo.v1.EchoService/Echo")
        _, message, details = await failure_of(raw(b"\x0a\x01\xe9"))

    assert info_of(details).reason == "MALFORMED_REQUEST"
    assert message == ("No echo.v1.EchoRequest: a field of text is not UTF-8; send it as that.")


async def test_a_defect_does_not_leak_and_is_logged_once(capfd: pytest.CaptureFixture[str]) -> None:
    defect = RuntimeError("password is hunter2")
    async with serve(echo_servicer(Echo=failing(defect))) as served:
        code, message, details = await failure_of(stub_of(served).Echo(pb.EchoRequest()))

    assert (code, message) == (grpc.StatusCode.INTERNAL, "Internal error.")
    assert info_of(details).reason == "INTERNAL"
    assert "hunter2" not in str(details)
    captured = capfd.readouterr()
    assert (captured.out + captured.err).count("unexpected failure") == 1


async def test_an_answer_of_the_wrong_type_is_a_defect() -> None:
    async def echo(request: Any, context: Any) -> Any:
        return None

    async with serve(echo_servicer(Echo=echo)) as served:
        code, message, _ = await failure_of(stub_of(served).Echo(pb.EchoRequest()))

    assert (code, message) == (grpc.StatusCode.INTERNAL, "Internal error.")


class _Refused(Exception):
    """As asyncpg's errors look through SQLAlchemy."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (DBAPIError("", {}, _Refused("40001")), "ABORTED", "DATABASE_CONFLICT"),
        (DBAPIError("", {}, _Refused("40P01")), "ABORTED", "DATABASE_CONFLICT"),
        (DBAPIError("", {}, _Refused("55P03")), "UNAVAILABLE", "DATABASE_BUSY"),
        (DBAPIError("", {}, _Refused("57014")), "UNAVAILABLE", "DATABASE_BUSY"),
        (PoolTimeoutError(), "UNAVAILABLE", "DATABASE_BUSY"),
        (IntegrityError("", {}, _Refused("23505")), "INTERNAL", "INTERNAL"),
        (RemoteError(grpc.StatusCode.UNAVAILABLE, ""), "UNAVAILABLE", "NEIGHBOUR_UNAVAILABLE"),
        (RemoteError(grpc.StatusCode.INVALID_ARGUMENT, ""), "INTERNAL", "INTERNAL"),
        (TimeoutError(), "INTERNAL", "INTERNAL"),
    ],
)
async def test_failures_of_what_we_stand_on(error: Exception, code: str, reason: str) -> None:
    async with serve(echo_servicer(Echo=failing(error))) as served:
        got, _, details = await failure_of(stub_of(served).Echo(pb.EchoRequest()))

    assert (got.name, info_of(details).reason) == (code, reason)


async def test_a_status_that_the_servicer_sets_itself_arrives() -> None:
    async def echo(request: Any, context: Any) -> Any:
        await context.abort(grpc.StatusCode.OUT_OF_RANGE, "there is no more")

    before = handled("OutOfRange")
    async with serve(echo_servicer(Echo=echo)) as served:
        with pytest.raises(grpc.aio.AioRpcError) as failure:
            await stub_of(served).Echo(pb.EchoRequest())

    assert failure.value.code() is grpc.StatusCode.OUT_OF_RANGE
    assert handled("OutOfRange") == before + 1


async def test_a_method_that_is_not_written_yet_says_so() -> None:
    async with serve(echo_servicer()) as served:
        code, _, details = await failure_of(stub_of(served).Later(pb.LaterRequest()))

    assert code is grpc.StatusCode.UNIMPLEMENTED
    assert info_of(details).reason == "NOT_IMPLEMENTED"


async def test_a_method_that_would_block_the_loop_is_refused_at_start() -> None:
    def echo(request: Any, context: Any) -> Any:
        return pb.EchoResponse()

    with pytest.raises(TypeError, match="must be an async function"):
        Server([echo_servicer(Echo=echo)], domain="test")


# Deadlines


async def test_a_call_with_too_little_time_is_not_begun() -> None:
    begun = []

    async def echo(request: Any, context: Any) -> Any:
        begun.append(request)
        return pb.EchoResponse()

    async with serve(echo_servicer(Echo=echo)) as served:
        stub = stub_of(served)
        await stub.Echo(pb.EchoRequest())  # connects
        with pytest.raises(grpc.aio.AioRpcError) as failure:
            await stub.Echo(pb.EchoRequest(), timeout=0.025)

    assert failure.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert len(begun) == 1


async def test_the_caller_hears_why_before_its_own_deadline_is_over() -> None:
    async def echo(request: Any, context: Any) -> Any:
        await asyncio.sleep(5)

    async with serve(echo_servicer(Echo=echo)) as served:
        stub = stub_of(served)
        code, _, details = await failure_of(stub.Echo(pb.EchoRequest(), timeout=0.3))

    assert code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert info_of(details).reason == "DEADLINE_EXCEEDED"


async def test_a_caller_without_a_deadline_gets_thirty_seconds() -> None:
    left: list[float | None] = []

    async def echo(request: Any, context: Any) -> Any:
        left.append(deadlines.remaining())
        return pb.EchoResponse()

    async def count(request: Any, context: Any) -> AsyncIterator[Any]:
        left.append(deadlines.remaining())
        yield pb.CountResponse()

    async with serve(echo_servicer(Echo=echo, Count=count)) as served:
        await stub_of(served).Echo(pb.EchoRequest())
        _ = [answer async for answer in stub_of(served).Count(pb.CountRequest())]

    assert left[0] is not None
    assert 29 < left[0] < 30
    assert left[1] is None, "a stream may live for ever"


async def test_the_work_of_a_caller_that_has_gone_is_cancelled() -> None:
    cancelled = asyncio.Event()

    async def echo(request: Any, context: Any) -> Any:
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    before = handled("Canceled")
    async with serve(echo_servicer(Echo=echo)) as served:
        call = stub_of(served).Echo(pb.EchoRequest())
        await asyncio.sleep(0.1)
        call.cancel()
        async with asyncio.timeout(2):
            await cancelled.wait()
        await served.server.stop(1)
    assert handled("Canceled") == before + 1


# Identity, traces


async def test_the_servicer_knows_who_calls_and_in_which_trace() -> None:
    seen: list[Any] = []

    async def echo(request: Any, context: Any) -> Any:
        span = current_span()
        assert span is not None
        seen.append((current_caller(), span.trace_id, span.request_id))
        return pb.EchoResponse()

    user = new_id()
    caller = Caller(user, frozenset({"shopper", "host"}))
    trace = ("traceparent", f"00-{'a' * 32}-{'b' * 16}-01")
    async with serve(echo_servicer(Echo=echo)) as served:
        await stub_of(served).Echo(
            pb.EchoRequest(), metadata=(*as_caller(caller), trace, ("x-request-id", "r-1"))
        )
        await stub_of(served).Echo(pb.EchoRequest())

    assert seen[0] == (caller, "a" * 32, "r-1")
    internal, trace_id, request_id = seen[1]
    assert internal.is_internal
    assert len(trace_id) == 32
    assert request_id == trace_id


@pytest.mark.parametrize(
    "metadata",
    [
        ("resonance-subject", "somebody"),
        ("resonance-roles", "emperor"),
        ("resonance-roles", "shopper,emperor"),
    ],
)
async def test_an_identity_that_cannot_be_read_is_refused(metadata: tuple[str, str]) -> None:
    async with serve(echo_servicer()) as served:
        code, message, details = await failure_of(
            stub_of(served).Echo(pb.EchoRequest(), metadata=(metadata,))
        )

    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert info_of(details).reason == "INVALID_IDENTITY"
    assert metadata[1] not in message


@pytest.mark.parametrize("header", ["", "nonsense", f"00-{'0' * 32}-{'b' * 16}-01"])
async def test_a_trace_that_cannot_be_read_is_begun_anew(header: str) -> None:
    async with serve(echo_servicer()) as served:
        await stub_of(served).Echo(pb.EchoRequest(), metadata=(("traceparent", header),))


# Streams


async def test_streams_of_every_kind_pass() -> None:
    async def words() -> AsyncIterator[Any]:
        for text in ("a", "b"):
            yield pb.TalkRequest(text=text)

    async def numbers() -> AsyncIterator[Any]:
        for number in (1, 2, 3):
            yield pb.SumRequest(number=number)

    async with serve(echo_servicer()) as served:
        stub = stub_of(served)
        counted = [answer.number async for answer in stub.Count(pb.CountRequest(up_to=3))]
        talked = [answer.text async for answer in stub.Talk(words())]
        summed = await stub.Sum(numbers())

    assert counted == [0, 1, 2]
    assert talked == ["a", "b"]
    assert summed.total == 6


async def test_a_servicer_may_write_its_answers_itself() -> None:
    async def count(request: Any, context: Any) -> None:
        await context.write(pb.CountResponse(number=7))

    async with serve(echo_servicer(Count=count)) as served:
        answers = [a.number async for a in stub_of(served).Count(pb.CountRequest())]

    assert answers == [7]


async def test_what_comes_in_a_stream_is_checked_too() -> None:
    async def words() -> AsyncIterator[Any]:
        yield pb.TalkRequest(text="fine")
        yield pb.TalkRequest(text="much too long")

    async with serve(echo_servicer()) as served:
        with pytest.raises(grpc.aio.AioRpcError) as failure:
            _ = [a async for a in stub_of(served).Talk(words())]
        with pytest.raises(grpc.aio.AioRpcError) as other:
            _ = [a async for a in stub_of(served).Count(pb.CountRequest(up_to=-1))]

    assert failure.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert other.value.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_a_servicer_may_answer_for_what_breaks_a_rule_and_go_on() -> None:
    @answers_each
    async def talk(requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
        async for one in requests:
            if isinstance(one, Unacceptable):
                yield pb.TalkResponse(text=f"not {one.message.text}: {one.why.violations[0].field}")
            else:
                yield pb.TalkResponse(text=one.text)

    async def words() -> AsyncIterator[Any]:
        for text in ("fine", "much too long", "good"):
            yield pb.TalkRequest(text=text)

    async with serve(echo_servicer(Talk=talk)) as served:
        talked = [answer.text async for answer in stub_of(served).Talk(words())]

    assert talked == ["fine", "not much too long: text", "good"]


async def test_a_stream_that_fails_half_way_ends_with_the_reason() -> None:
    async def count(request: Any, context: Any) -> AsyncIterator[Any]:
        yield pb.CountResponse(number=1)
        raise OutOfStock("No more.")

    async with serve(echo_servicer(Count=count)) as served:
        call = stub_of(served).Count(pb.CountRequest())
        first = await call.read()
        with pytest.raises(grpc.aio.AioRpcError) as failure:
            await call.read()

    assert first.number == 1
    assert failure.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_a_stream_ends_at_the_deadline_of_its_caller() -> None:
    async def count(request: Any, context: Any) -> AsyncIterator[Any]:
        while True:
            yield pb.CountResponse()
            await asyncio.sleep(0.01)

    async with serve(echo_servicer(Count=count)) as served:
        with pytest.raises(grpc.aio.AioRpcError) as failure:
            async for _ in stub_of(served).Count(pb.CountRequest(), timeout=0.3):
                pass

    assert failure.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert failure.value.details() == "The time of the call ran out."


async def test_a_generator_is_closed_when_its_reader_goes() -> None:
    closed = asyncio.Event()

    async def count(request: Any, context: Any) -> AsyncIterator[Any]:
        try:
            while True:
                yield pb.CountResponse()
                await asyncio.sleep(0.01)
        finally:
            closed.set()

    async with serve(echo_servicer(Count=count)) as served:
        call = stub_of(served).Count(pb.CountRequest())
        await call.read()
        call.cancel()
        async with asyncio.timeout(2):
            await closed.wait()


# Stopping


async def test_stopping_ends_streams_at_once_and_lets_calls_end() -> None:
    async def count(request: Any, context: Any) -> AsyncIterator[Any]:
        while True:
            yield pb.CountResponse()
            await asyncio.sleep(0.01)

    async def echo(request: Any, context: Any) -> Any:
        await asyncio.sleep(0.3)
        return pb.EchoResponse(text="done")

    async with serve(echo_servicer(Count=count, Echo=echo)) as served:
        stub = stub_of(served)
        stream = stub.Count(pb.CountRequest())
        await stream.read()
        call = asyncio.ensure_future(stub.Echo(pb.EchoRequest()))
        await asyncio.sleep(0.1)

        await served.server.stop(5)

        assert (await call).text == "done"
        code, _, details = await failure_of(_read_to_the_end(stream))
    assert code is grpc.StatusCode.UNAVAILABLE
    assert info_of(details).reason == "SHUTTING_DOWN"


async def _read_to_the_end(stream: Any) -> None:
    while await stream.read() is not grpc.aio.EOF:
        continue


async def test_a_call_that_outlives_the_grace_is_cut_off() -> None:
    async def echo(request: Any, context: Any) -> Any:
        await asyncio.sleep(60)

    async with serve(echo_servicer(Echo=echo)) as served:
        call = asyncio.ensure_future(stub_of(served).Echo(pb.EchoRequest()))
        await asyncio.sleep(0.1)
        await served.server.stop(0.2)

        with pytest.raises(grpc.aio.AioRpcError):
            await call


async def test_a_taken_address_is_refused() -> None:
    async with serve(echo_servicer()) as served:
        other = Server([echo_servicer()], domain="test")
        with pytest.raises(OSError, match="cannot listen"):
            await other.start(served.address)


# What every server has


async def test_health_follows_the_process() -> None:
    request = health_pb2.HealthCheckRequest(service="echo.v1.EchoService")
    async with serve(echo_servicer()) as served:
        stub: Any = health_pb2_grpc.HealthStub(served.plain)
        assert (await stub.Check(request)).status == health_pb2.HealthCheckResponse.SERVING
        await served.server.set_serving(is_serving=False)
        assert (await stub.Check(request)).status == health_pb2.HealthCheckResponse.NOT_SERVING
        whole = await stub.Check(health_pb2.HealthCheckRequest())
        assert whole.status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_a_watcher_of_health_does_not_hold_up_the_end() -> None:
    async with serve(echo_servicer()) as served:
        stub: Any = health_pb2_grpc.HealthStub(served.plain)
        watch = stub.Watch(health_pb2.HealthCheckRequest())
        await watch.read()

        async with asyncio.timeout(2):
            await served.server.stop(10)


async def test_reflection_lists_the_services() -> None:
    async def ask() -> AsyncIterator[Any]:
        yield reflection_pb2.ServerReflectionRequest(list_services="")

    async with serve(echo_servicer()) as served:
        plain: Any = served.plain
        stub: Any = reflection_pb2_grpc.ServerReflectionStub(plain)
        [answer] = [answer async for answer in stub.ServerReflectionInfo(ask())]

    assert {one.name for one in answer.list_services_response.service} == {
        "echo.v1.EchoService",
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
    }


# Metrics


def handled(code: str, method: str = "Echo", kind: str = "unary") -> float:
    return sample(
        "grpc_server_handled_total",
        grpc_type=kind,
        grpc_service="echo.v1.EchoService",
        grpc_method=method,
        grpc_code=code,
    )


async def test_calls_are_counted_under_the_names_of_the_ecosystem() -> None:
    labels = {
        "grpc_type": "unary",
        "grpc_service": "echo.v1.EchoService",
        "grpc_method": "Echo",
    }
    names = ("grpc_server_started_total", "grpc_server_handling_seconds_count")
    before = [sample(name, **labels) for name in names]
    fine, invalid, streamed = (
        handled("OK"),
        handled("InvalidArgument"),
        handled("OK", "Count", "server_stream"),
    )
    async with serve(echo_servicer()) as served:
        await stub_of(served).Echo(pb.EchoRequest())
        await failure_of(stub_of(served).Echo(pb.EchoRequest(text="much too long")))
        _ = [a async for a in stub_of(served).Count(pb.CountRequest(up_to=2))]

    assert handled("OK") == fine + 1
    assert handled("InvalidArgument") == invalid + 1
    assert handled("OK", "Count", "server_stream") == streamed + 1
    assert [sample(name, **labels) for name in names] == [one + 2 for one in before]
