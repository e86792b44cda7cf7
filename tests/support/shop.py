"""The shop of the gateway's tests: a contract generated while running, and what answers it."""

# ruff: noqa: ARG002, N802 - gRPC names the methods and gives each a context

import asyncio
import importlib
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from functools import cache
from pathlib import Path
from typing import Any

import grpc
from google.api import httpbody_pb2
from google.protobuf import descriptor_pb2, duration_pb2
from google.protobuf.any_pb2 import Any as AnyProto
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_tools import protoc

from protos.generate import SOURCE, imported

PROTOS = Path(__file__).parent / "protos"
NAME = "shop/v1/shop_service"


@cache
def contract() -> tuple[bytes, Any, Any]:
    """Generate `shop.v1`: its descriptors with all imports, its messages, its calls."""
    folder = Path(tempfile.mkdtemp(prefix="shop-"))
    imports = imported()
    body = descriptor_pb2.FileDescriptorProto.FromString(httpbody_pb2.DESCRIPTOR.serialized_pb)
    imports.file.append(body)
    (folder / "imported.binpb").write_bytes(imports.SerializeToString())
    failed = protoc.main(
        [
            "protoc",
            f"--descriptor_set_in={folder / 'imported.binpb'}",
            f"--proto_path={PROTOS}",
            f"--proto_path={SOURCE}",
            f"--python_out={folder}",
            f"--grpc_python_out={folder}",
            "--include_imports",
            "--include_source_info",
            f"--descriptor_set_out={folder / 'shop.binpb'}",
            f"{NAME}.proto",
        ]
    )
    assert not failed, "the test contract does not compile"
    sys.path.append(str(folder))
    messages: Any = importlib.import_module("shop.v1.shop_service_pb2")
    calls: Any = importlib.import_module("shop.v1.shop_service_pb2_grpc")
    return (folder / "shop.binpb").read_bytes(), messages, calls


def descriptors() -> bytes:
    return contract()[0]


class Shop:
    """Answers mostly with what it heard."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.calls: Counter[str] = Counter()
        self.metadata: dict[str, str] = {}
        """Of the last GetItem."""

    def _hear(self, request: Any, method: str) -> None:
        self.heard.append((method, request))

    @property
    def last(self) -> Any:
        """The request of the last call."""
        return self.heard[-1][1]

    async def GetItem(self, request: Any, context: Any) -> Any:
        self._hear(request, "GetItem")
        self.metadata = {key: str(value) for key, value in context.invocation_metadata()}
        return contract()[1].Item(item_id=request.item_id, title=f"revision {request.revision}")

    FindItem = LockItem = GetItem

    async def ListItems(self, request: Any, context: Any) -> Any:
        self._hear(request, "ListItems")
        return contract()[1].ListItemsResponse(heard=request)

    async def GetByName(self, request: Any, context: Any) -> Any:
        self._hear(request, "GetByName")
        return contract()[1].NameResponse(name=request.name or request.inner.name)

    async def PutItem(self, request: Any, context: Any) -> Any:
        self._hear(request, "PutItem")
        if request.item.title == "unavailable":
            await context.abort(grpc.StatusCode.UNAVAILABLE, "not now")
        return request.item

    async def UpdateItem(self, request: Any, context: Any) -> Any:
        self._hear(request, "UpdateItem")
        return contract()[1].UpdateItemResponse(item=request.item)

    async def DeleteItem(self, request: Any, context: Any) -> Any:
        self._hear(request, "DeleteItem")
        return contract()[1].DeleteItemResponse(request_id=request.request_id)

    async def TagItem(self, request: Any, context: Any) -> Any:
        self._hear(request, "TagItem")
        return contract()[1].TagItemResponse(tags=request.tags)

    async def Everything(self, request: Any, context: Any) -> Any:
        self._hear(request, "Everything")
        return request

    async def Upload(self, request: Any, context: Any) -> Any:
        self._hear(request, "Upload")
        return request.content

    async def Echo(self, request: Any, context: Any) -> Any:
        self._hear(request, "Echo")
        return request

    async def Count(self, request: Any, context: Any) -> AsyncIterator[Any]:
        self._hear(request, "Count")
        try:
            for number in range(request.up_to):
                yield contract()[1].CountResponse(number=number)
                await asyncio.sleep(0.01)
        finally:
            self.calls["Count ended"] += 1
        if request.breaks:
            await context.abort_with_status(_status("UNAVAILABLE", "BROKEN", "It broke."))

    async def Own(self, request: Any, context: Any) -> Any:
        self._hear(request, "Own")
        return self._told([request.user_id], request.request_id, context)

    Manage = Enter = Unguarded = Internal = Own

    async def OwnMany(self, request: Any, context: Any) -> Any:
        self._hear(request, "OwnMany")
        return self._told([row.user_id for row in request.rows], "", context)

    async def Fail(self, request: Any, context: Any) -> Any:
        self._hear(request, "Fail")
        self.calls[request.message] += 1
        calls = self.calls[request.message]
        await asyncio.sleep(request.sleep_seconds)
        if request.times and calls > request.times:
            return contract()[1].OwnResponse(calls=calls)
        if request.code == "BUG":
            raise RuntimeError("secret of the house")
        if not request.reason:
            return await context.abort(grpc.StatusCode[request.code], request.message)
        return await context.abort_with_status(
            _status(
                request.code,
                request.reason,
                request.message,
                fields=request.fields,
                retry_seconds=request.retry_seconds,
            )
        )

    def _told(self, user_ids: list[str], request_id: str, context: Any) -> Any:
        metadata = {key: str(value) for key, value in context.invocation_metadata()}
        return contract()[1].OwnResponse(
            user_ids=user_ids,
            metadata=metadata,
            request_id=request_id,
            seconds_left=context.time_remaining(),
        )


class _Status(grpc.Status):
    def __init__(self, code: grpc.StatusCode, details: str, metadata: Any) -> None:
        self.code, self.details, self.trailing_metadata = code, details, metadata


def _status(
    code: str, reason: str, message: str, *, fields: Any = (), retry_seconds: int = 0
) -> _Status:
    details: list[Any] = [ErrorInfo(reason=reason, domain="shop.test", metadata={"of": "the shop"})]
    if fields:
        details.append(
            BadRequest(
                field_violations=[
                    BadRequest.FieldViolation(field=field, description="is bad", reason="BAD")
                    for field in fields
                ]
            )
        )
    if retry_seconds:
        details.append(RetryInfo(retry_delay=duration_pb2.Duration(seconds=retry_seconds)))
    packed = []
    for detail in details:
        packed.append(AnyProto())
        packed[-1].Pack(detail)
    number = grpc.StatusCode[code]
    status = Status(code=number.value[0], message=message, details=packed)
    return _Status(number, message, (("grpc-status-details-bin", status.SerializeToString()),))


async def start_shop(shop: Shop, address: str = "127.0.0.1:0") -> tuple[grpc.aio.Server, str]:
    """Serve the shop; gives the server, to be stopped, and its address."""
    server = grpc.aio.server()
    contract()[2].add_ShopServiceServicer_to_server(shop, server)
    status = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(status, server)
    await status.set("", health_pb2.HealthCheckResponse.SERVING)
    port = server.add_insecure_port(address)
    await server.start()
    return server, f"127.0.0.1:{port}"
