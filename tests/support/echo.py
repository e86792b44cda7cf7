"""A contract of the tests' own, generated when first asked for, and an easy servicer of it."""

# ruff: noqa: N802, ARG002 - the names and arguments of RPCs

import asyncio
import importlib
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from functools import cache
from pathlib import Path
from typing import Any

from grpc_tools import protoc

from protos.generate import imported

PROTOS = Path(__file__).parent / "protos"


@cache
def contract() -> Any:
    """Generate `echo.v1` into a temporary folder and return its two modules as one namespace."""
    folder = tempfile.mkdtemp(prefix="echo-")
    descriptors = Path(folder) / "imported.binpb"
    descriptors.write_bytes(imported().SerializeToString())
    failed = protoc.main(
        [
            "protoc",
            f"--descriptor_set_in={descriptors}",
            f"--proto_path={PROTOS}",
            f"--python_out={folder}",
            f"--grpc_python_out={folder}",
            "echo/v1/echo_service.proto",
        ]
    )
    assert not failed, "the test contract does not compile"
    sys.path.append(folder)
    messages: Any = importlib.import_module("echo.v1.echo_service_pb2")
    calls: Any = importlib.import_module("echo.v1.echo_service_pb2_grpc")
    return _Contract({**vars(messages), **vars(calls)})


class _Contract:
    def __init__(self, names: dict[str, Any]) -> None:
        vars(self).update(names)


def echo_servicer(**methods: Callable[..., Any]) -> tuple[Callable[[Any, Any], None], object]:
    """Make a servicer from the functions given; `Echo`, `Count`, `Talk`, `Sum` have a default."""
    pb = contract()

    class Servicer(pb.EchoServiceServicer):  # type: ignore[name-defined,misc]  # generated here
        async def Echo(self, request: Any, context: Any) -> Any:
            return pb.EchoResponse(text=request.text, parts=request.parts)

        async def Count(self, request: Any, context: Any) -> AsyncIterator[Any]:
            for number in range(request.up_to):
                yield pb.CountResponse(number=number)
                await asyncio.sleep(0)

        async def Talk(self, requests: AsyncIterator[Any], context: Any) -> AsyncIterator[Any]:
            async for request in requests:
                yield pb.TalkResponse(text=request.text)

        async def Sum(self, requests: AsyncIterator[Any], context: Any) -> Any:
            return pb.SumResponse(total=sum([request.number async for request in requests]))

    servicer = Servicer()
    for name, function in methods.items():
        setattr(servicer, name, function)
    return pb.add_EchoServiceServicer_to_server, servicer
