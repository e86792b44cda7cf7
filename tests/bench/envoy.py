"""Envoy's gRPC-JSON transcoder in front of one service, as a peer to be measured against."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from infra.local.layout import ROOT

DESCRIPTORS = ROOT / "protos" / "gen" / "descriptors.binpb"
SERVICES = (
    "resonance.emotion_tag.v1.EmotionTagService",
    "resonance.recommendation.v1.RecommendationService",
)
START_TIMEOUT = 20.0  # seconds

_TRANSCODER = (
    "type.googleapis.com/envoy.extensions.filters.http.grpc_json_transcoder.v3.GrpcJsonTranscoder"
)
_ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
_MANAGER = (
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3."
    "HttpConnectionManager"
)
_HTTP2 = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"


@asynccontextmanager
async def envoy(backend: str, port: int) -> AsyncIterator[str]:
    """Run Envoy with one worker in front of a service at `host:port`; its own address."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "envoy.json"
        file.write_text(json.dumps(_config(port, backend)))
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).with_name("envoy")),
            *("-c", str(file), "--concurrency", "1", "--disable-hot-restart", "-l", "error"),
        )
        try:
            await _until_open(port)
            yield f"127.0.0.1:{port}"
        finally:
            process.terminate()
            await process.wait()


async def _until_open(port: int) -> None:
    async with asyncio.timeout(START_TIMEOUT):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                return


def _config(port: int, backend: str) -> dict[str, Any]:
    transcoder = {
        "@type": _TRANSCODER,
        "proto_descriptor": str(DESCRIPTORS),
        "services": SERVICES,
        "convert_grpc_status": True,
        "print_options": {"always_print_primitive_fields": False},
    }
    manager = {
        "@type": _MANAGER,
        "stat_prefix": "bench",
        "route_config": {
            "virtual_hosts": [
                {
                    "name": "all",
                    "domains": ["*"],
                    "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "service"}}],
                }
            ]
        },
        "http_filters": [
            {"name": "envoy.filters.http.grpc_json_transcoder", "typed_config": transcoder},
            {"name": "envoy.filters.http.router", "typed_config": {"@type": _ROUTER}},
        ],
    }
    listener = {
        "name": "http",
        "address": _address("127.0.0.1", port),
        "filter_chains": [
            {
                "filters": [
                    {
                        "name": "envoy.filters.network.http_connection_manager",
                        "typed_config": manager,
                    }
                ]
            }
        ],
    }
    host, backend_port = backend.rsplit(":", 1)
    endpoint = {"endpoint": {"address": _address(host, int(backend_port))}}
    cluster = {
        "name": "service",
        "type": "STATIC",
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                "@type": _HTTP2,
                "explicit_http_config": {"http2_protocol_options": {}},
            }
        },
        "load_assignment": {
            "cluster_name": "service",
            "endpoints": [{"lb_endpoints": [endpoint]}],
        },
    }
    return {"static_resources": {"listeners": [listener], "clusters": [cluster]}}


def _address(host: str, port: int) -> dict[str, Any]:
    return {"socket_address": {"address": host, "port_value": port}}
