"""Answers RPCs in this process, as if they came from a service."""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, TypeAlias

from protobuf import DescMethod, Message

from gateway.calls import Metadata
from gateway.transcoding.schema import ProtoMessage

Handler: TypeAlias = Callable[[Any, type[Message[Any]]], ProtoMessage]
"""Takes the request and the type of the response; its refusals reach the client as they are."""


class LocalService:
    """Methods of the gateway's own."""

    def __init__(self, methods: Mapping[str, tuple[DescMethod, Handler]]) -> None:
        """`methods` by the name that gRPC would call them by."""
        self._methods = methods

    async def call(
        self,
        rpc: str,
        request: bytes,
        metadata: Metadata,  # noqa: ARG002  nobody is told
        *,
        within: float,  # noqa: ARG002  it is done at once
        is_repeatable: bool,  # noqa: ARG002
    ) -> bytes:
        method, handle = self._methods[rpc]
        return handle(method.input.type.from_binary(request), method.output.type).to_binary()

    async def stream(
        self,
        rpc: str,
        request: bytes,
        metadata: Metadata,
        *,
        within: float | None,
    ) -> AsyncIterator[bytes]:
        yield await self.call(rpc, request, metadata, within=within or 0, is_repeatable=False)

    async def is_ready(self) -> bool:
        return True
