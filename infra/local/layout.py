"""Who is who in the stack: names, addresses and the environment each process is started with."""

import os
from collections.abc import Mapping
from pathlib import Path

from infra.local.folder import Folder
from infra.local.nats import Nats
from infra.local.postgres import SERVICES, Postgres

ROOT = Path(__file__).parents[2]
GATEWAY = "gateway"

# Whom a process calls over gRPC; the rest travels as events.
CALLS = {"emotion_tag": ("community",), GATEWAY: SERVICES}


ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": "1048576", "MALLOC_TRIM_THRESHOLD_": "4194304"}
"""As in the images; the Dockerfile says why."""


def module(name: str) -> str:
    """What `python -m` starts."""
    return name if name == GATEWAY else f"services.{name}"


def own_variables(name: str, folder: Folder, postgres: Postgres, nats: Nats) -> dict[str, str]:
    """The variables a process is told where it lives by, all with its own prefix."""
    variables = {
        "METRICS_ADDRESS": folder.ports.address(f"{name}-metrics"),
        **{
            f"{neighbour.upper()}_ADDRESS": folder.ports.address(neighbour)
            for neighbour in CALLS.get(name, ())
        },
    }
    if name == GATEWAY:
        variables["HTTP_ADDRESS"] = folder.ports.address(GATEWAY)
        variables["TOKEN_KEY"] = folder.passwords.of("gateway/token_key")
        variables["DEVELOPMENT_LOGIN"] = "true"
    else:
        variables["DATABASE_URL"] = postgres.url(name)
        variables["NATS_URL"] = nats.url(name)
        variables["GRPC_ADDRESS"] = folder.ports.address(name)
    if name == "profile":
        variables["IDENTITY_KEY"] = folder.passwords.of("profile/identity_key")
    return {f"{name.upper()}_{variable}": value for variable, value in variables.items()}


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process: ours without what is meant for any process of a stack."""
    prefixes = tuple(f"{name.upper()}_" for name in (*SERVICES, GATEWAY))
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(prefixes)}
    return {
        **ALLOCATOR,
        **inherited,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'protos' / 'gen'}",
        "PYTHONUNBUFFERED": "1",
        **variables,
    }
