"""A contract of the tests' own, generated when first asked for, and an easy servicer of it."""

# ruff: noqa: N802, ARG002 - the names and arguments of RPCs

import asyncio
import hashlib
import importlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from protos.generate import imported

PROTOS = Path(__file__).parent / "protos"
CONTRACT = "echo/v1/echo_service.proto"


@cache
def contract() -> Any:
    """Return the two modules of `echo.v1` as one namespace, generated if this is the first time."""
    sys.path.append(str(_generated()))
    messages: Any = importlib.import_module("echo.v1.echo_service_pb2")
    calls: Any = importlib.import_module("echo.v1.echo_service_pb2_grpc")
    return _Contract({**vars(messages), **vars(calls)})


def _generated() -> Path:
    """Return the folder with the modules; every version of the contract has one, for ever."""
    source = (PROTOS / CONTRACT).read_bytes()
    digest = hashlib.sha256(source + version("grpcio-tools").encode()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"resonance-echo-{digest}"
    if not folder.exists():
        fresh = Path(tempfile.mkdtemp(prefix="resonance-echo-"))
        _generate(fresh)
        try:
            fresh.rename(folder)
        except OSError:  # another process was faster
            shutil.rmtree(fresh)
    return folder


def _generate(folder: Path) -> None:
    descriptors = folder / "imported.binpb"
    descriptors.write_bytes(imported().SerializeToString())
    command = [
        *(sys.executable, "-m", "grpc_tools.protoc"),
        f"--descriptor_set_in={descriptors}",
        f"--proto_path={PROTOS}",
        f"--python_out={folder}",
        f"--grpc_python_out={folder}",
        CONTRACT,
    ]
    subprocess.run(command, check=True)


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
