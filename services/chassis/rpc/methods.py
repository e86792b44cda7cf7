"""One method of a contract: its bytes, its types, its kind, and the servicer's function behind it.

grpc.aio is typed loosely: messages, contexts and handlers are Any here, and typed again in the
servicers by the generated stubs.
"""

import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, TypeVar

import grpc
from google.protobuf import descriptor_pool
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from services.chassis.kernel.ids import parse_id
from services.chassis.rpc.errors import InvalidRequest, MalformedRequest
from services.chassis.rpc.idempotency import Idempotency, fingerprint
from services.chassis.rpc.identity import current_caller
from services.chassis.rpc.names import kind_name
from services.chassis.rpc.validation import prepare, validate

Context: TypeAlias = Any
Handler: TypeAlias = Any
Run: TypeAlias = Callable[[Any, Context], Awaitable[Any]]
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Unacceptable:
    """A message of a stream that breaks the rules of its contract."""

    message: Any
    why: InvalidRequest


def answers_each(function: Function) -> Function:
    """Mark a function that takes an `Unacceptable` in the place of a message that breaks a rule.

    The stream of any other function ends there.
    """
    function.answers_each = True  # type: ignore[attr-defined]  # functions may carry anything
    return function


class Method:
    """What the admission must know of a method; `name` is `/package.Service/Method`."""

    def __init__(self, name: str, handler: Handler) -> None:
        self.name = name
        service, short = name[1:].split("/")
        streams = bool(handler.request_streaming), bool(handler.response_streaming)
        self.takes_stream, self.gives_stream = streams
        self.is_stream = any(streams)
        self.labels = (kind_name(*streams), service, short)
        described = descriptor_pool.Default().FindServiceByName(service).methods_by_name[short]
        self._type: type[Message] = GetMessageClass(described.input_type)
        self._serialize: Callable[[Any], bytes] = handler.response_serializer
        self._function: Any = (
            handler.unary_unary
            or handler.unary_stream
            or handler.stream_unary
            or handler.stream_stream
        )
        self._answers_each = getattr(self._function, "answers_each", False)
        prepare(self._type)

    def handler(self, answer: Run) -> Handler:
        """Make what grpc.aio serves; requests come to `answer` as bytes, a single answer leaves so.

        The messages of a stream of answers are written by the servicer and encoded by grpc.aio.
        """
        if self.gives_stream:
            make = (
                grpc.stream_stream_rpc_method_handler
                if self.takes_stream
                else grpc.unary_stream_rpc_method_handler
            )
            return make(answer, None, self._serialize)
        make = (
            grpc.stream_unary_rpc_method_handler
            if self.takes_stream
            else grpc.unary_unary_rpc_method_handler
        )
        return make(answer, None, None)

    def runner(self, idempotency: Idempotency | None) -> Run:
        """Return what decodes, checks, calls the servicer's function and encodes.

        A write is remembered by its `request_id`, if the request has that field.
        """
        call = self._function
        if inspect.isasyncgenfunction(call):
            return self._generate
        if not inspect.iscoroutinefunction(call):
            return _refuse(call)
        if self.gives_stream:
            return self._write
        if self.takes_stream:
            return self._collect
        if idempotency is not None and "request_id" in self._type.DESCRIPTOR.fields_by_name:
            return partial(self._remember, idempotency)
        return self._unary()

    def _unary(self) -> Run:
        call, serialize, new = self._function, self._serialize, self._type

        async def unary(raw: bytes, context: Context) -> bytes:
            request = new()
            try:
                request.ParseFromString(raw)
            except DecodeError as error:
                raise self._malformed(error) from None
            validate(request, raw)
            return serialize(await call(request, context))

        return unary

    async def _remember(self, idempotency: Idempotency, raw: bytes, context: Context) -> bytes:
        request: Any = self._decode(raw)

        async def work() -> bytes:
            return self._serialize(await self._function(request, context))

        if not request.request_id:
            return await work()
        return await idempotency.once(
            method=self.name,
            caller=str(current_caller().subject or ""),
            request_id=parse_id(request.request_id, "request_id"),
            fingerprint=fingerprint(request),
            work=work,
        )

    async def _collect(self, raws: AsyncIterator[bytes], context: Context) -> bytes:
        return self._serialize(await self._function(self._decoded(raws), context))

    async def _write(self, raw: Any, context: Context) -> None:
        await self._function(self._read(raw), context)

    async def _generate(self, raw: Any, context: Context) -> None:
        async with aclosing(self._function(self._read(raw), context)) as responses:
            async for response in responses:
                await context.write(response)

    def _read(self, raw: Any) -> Any:
        return self._decoded(raw) if self.takes_stream else self._decode(raw)

    async def _decoded(self, raws: AsyncIterator[bytes]) -> AsyncIterator[Message | Unacceptable]:
        async for raw in raws:
            yield self._checked(raw) if self._answers_each else self._decode(raw)

    def _checked(self, raw: bytes) -> Message | Unacceptable:
        request = self._parsed(raw)
        try:
            validate(request, raw)
        except InvalidRequest as why:
            return Unacceptable(request, why)
        return request

    def _decode(self, raw: bytes) -> Message:
        request = self._parsed(raw)
        validate(request, raw)
        return request

    def _parsed(self, raw: bytes) -> Message:
        request = self._type()
        try:
            request.ParseFromString(raw)
        except DecodeError as error:
            raise self._malformed(error) from None
        return request

    def _malformed(self, error: DecodeError) -> MalformedRequest:
        name = self._type.DESCRIPTOR.full_name
        if "UTF-8" in str(error):
            return MalformedRequest(f"No {name}: a field of text is not UTF-8; send it as that.")
        return MalformedRequest(f"No {name}: the bytes are not protobuf's wire form.")


def _refuse(function: Any) -> Run:
    """Take the place of a method that a servicer leaves to its generated base."""
    if not str(getattr(function, "__module__", "")).endswith("_pb2_grpc"):
        raise TypeError(f"{function.__qualname__} must be an async function")

    async def refuse(_raw: Any, _context: Context) -> Any:
        raise NotImplementedError

    return refuse
