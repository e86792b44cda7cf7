"""docker-compose.yml and the embedded stack tell every program what it reads, and nothing else.

There is no container engine where these tests run, so they hold the file against the programs'
own settings classes, the broker's configuration and the SQL of the roles.
"""

import re
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from pydantic_settings import BaseSettings

from infra.local import layout
from infra.local.folder import Folder
from infra.local.nats import Nats, users
from infra.local.postgres import SERVICES, Postgres
from services.chassis.settings import variable_name
from tests.architecture.code import IMAGES, ROOT, files, package, strings_of

Container = dict[str, Any]

PROGRAM = re.compile(r"[\w.]+", re.ASCII)
VARIABLE = re.compile(r"\$\{(\w+)(?::[-?]([^}]*))?\}")


def example() -> dict[str, str]:
    """The variables of .env.example."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def compose_text() -> str:
    return (ROOT / "docker-compose.yml").read_text()


def containers() -> dict[str, Container]:
    """The containers, with the values of .env.example filled in."""
    found: dict[str, Container] = filled_in(yaml.safe_load(compose_text()))["services"]
    return found


def filled_in(node: Any) -> Any:
    """As Compose does it: in the strings of the parsed file, which stay strings."""
    values = example()
    match node:
        case str():
            return VARIABLE.sub(lambda found: values.get(found[1], found[2] or ""), node)
        case list():
            return [filled_in(item) for item in node]
        case dict():
            return {key: filled_in(value) for key, value in node.items()}
        case other:
            return other


def container(image: str) -> Container:
    return containers()[image.replace("_", "-")]


def settings_of(image: str) -> type[BaseSettings]:
    kind: type[BaseSettings] = import_module(f"{package(image)}.settings").Settings
    return kind


def hold_against_settings(
    image: str, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> BaseSettings:
    """Every variable is read, every required one is there, every value is taken."""
    kind = settings_of(image)
    known = {variable_name(kind, field) for field in kind.model_fields}
    for name in known:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert environment.keys() <= known
    return kind()


def port(address: str) -> int:
    return int(address.rpartition(":")[2])


def test_there_is_a_container_for_every_image_and_none_besides() -> None:
    programs = {image.replace("_", "-") for image in IMAGES}
    migrations = {f"{service.replace('_', '-')}-migrate" for service in SERVICES}

    assert containers().keys() == programs | migrations | {"postgres", "nats"}


@pytest.mark.parametrize("image", IMAGES)
def test_a_container_is_told_what_its_program_reads(
    image: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = hold_against_settings(image, container(image)["environment"], monkeypatch)

    for field, value in settings:
        if field.endswith("_address") and field not in {"grpc_address", "metrics_address"}:
            host, _, number = str(value).rpartition(":")
            if host == "0.0.0.0":
                continue
            neighbour = host.replace("-", "_")
            its = container(neighbour)["environment"]
            assert field == f"{neighbour}_address"
            assert port(its[f"{neighbour.upper()}_GRPC_ADDRESS"]) == int(number)


@pytest.mark.parametrize("image", IMAGES)
def test_the_embedded_stack_tells_a_program_what_it_reads(
    image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path)
    told = layout.own_variables(image, folder, Postgres(folder), Nats(folder))

    hold_against_settings(image, told, monkeypatch)


@pytest.mark.parametrize("image", IMAGES)
def test_a_container_is_healthy_when_its_program_says_so(image: str) -> None:
    its = container(image)
    listening = its["environment"][f"{image.upper()}_METRICS_ADDRESS"]

    command = its["healthcheck"]["test"]

    assert command[:3] == ["CMD", "python", "-c"]
    assert f"http://127.0.0.1:{port(listening)}/healthz" in command[3]
    compile(command[3], "health check", "exec")


@pytest.mark.parametrize("image", IMAGES)
def test_a_container_is_built_from_what_is_there(image: str) -> None:
    build = container(image)["build"]
    arguments = build["args"]

    assert (ROOT / build["context"] / build["dockerfile"]).is_file()
    lock = arguments.get("REQUIREMENTS", arguments["SERVICE"])
    assert (ROOT / "requirements" / f"{lock}.txt").is_file()
    source = arguments.get("SOURCE", f"services/{arguments['SERVICE']}")
    assert (ROOT / source / "__main__.py").is_file()
    assert source.replace("/", ".") == package(image)


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_holds_every_program_that_its_code_starts(image: str) -> None:
    rules = (ROOT / "infra" / "docker" / "Dockerfile.dockerignore").read_text().splitlines()
    left_out = [rule for rule in rules if rule.startswith(("services/", "gateway/"))]
    here = [path for path in files(package(image)) if not is_in(path.relative_to(ROOT), left_out)]
    texts = {text for path in here for text in strings_of(path) if PROGRAM.fullmatch(text)}
    named = {text.replace(".", "/") for text in texts}

    programs = [ROOT / name for name in named if (ROOT / name / "__main__.py").is_file()]

    assert not [path for path in programs if is_in(path.relative_to(ROOT), left_out)]


def is_in(path: Path, folders: list[str]) -> bool:
    return any(path.match(folder) or fnmatch(str(path), f"{folder}/*") for folder in folders)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_after_its_migrations_in_its_own_role(service: str) -> None:
    name = service.replace("_", "-")
    its, migration = containers()[name], containers()[f"{name}-migrate"]
    database = urlsplit(its["environment"][f"{service.upper()}_DATABASE_URL"])
    broker = urlsplit(its["environment"][f"{service.upper()}_NATS_URL"])
    nats_listen = containers()["nats"]["environment"]["NATS_LISTEN"]
    postgres = containers()["postgres"]["environment"]

    assert its["depends_on"] == {
        f"{name}-migrate": {"condition": "service_completed_successfully"},
        "nats": {"condition": "service_healthy"},
    }
    assert migration["command"][-3:] == ["services.chassis.db.migrate", service, "upgrade"]
    assert migration["environment"] == {f"{service.upper()}_DATABASE_URL": database.geturl()}
    assert migration["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert migration["image"] == its["image"]
    assert (database.username, database.hostname, database.port) == (service, "postgres", 5432)
    assert database.path == f"/{postgres['POSTGRES_DB']}"
    assert (broker.username, broker.hostname, broker.port) == (service, "nats", port(nats_listen))


def test_the_gateway_waits_for_all_services_and_is_the_only_way_in() -> None:
    everything = containers()
    gateway = everything["gateway"]

    assert gateway["depends_on"].keys() == {service.replace("_", "-") for service in SERVICES}
    assert [name for name, its in everything.items() if its.get("ports")] == ["gateway"]
    inside = port(gateway["ports"][0])
    assert inside == port(gateway["environment"]["GATEWAY_HTTP_ADDRESS"])


def test_the_broker_is_told_every_variable_of_its_configuration() -> None:
    nats = containers()["nats"]
    config = (ROOT / "infra" / "nats" / "nats.conf").read_text()

    wanted = set(re.findall(r"\$([A-Z_]+)\b(?!\.)", re.sub(r'"[^"]*"', "", config)))

    assert nats["environment"].keys() == wanted
    assert re.findall(r"user: (\w+)", config) == list(users())
    monitor = port(nats["environment"]["NATS_MONITOR_LISTEN"])
    assert nats["healthcheck"]["test"][-1] == f"http://127.0.0.1:{monitor}/healthz"


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_read_the_streams_that_its_readers_listen_to_and_no_other(
    service: str,
) -> None:
    config = (ROOT / "infra" / "nats" / "nats.conf").read_text()
    its = config.split(f"user: {service},")[1].split("} }")[0]
    folder = ROOT / "services" / service / "entrypoints"
    readers = "".join(module.read_text() for module in folder.glob("*events.py"))
    listens_to = set(re.findall(r"from resonance\.(\w+)\.v1\.\w+_events_pb2 import", readers))

    for right in (
        r"\$JS\.API\.CONSUMER\.CREATE\.(\w+)\.\*",
        r"\$JS\.API\.CONSUMER\.MSG\.NEXT\.(\w+)\.\*",
        r"\$JS\.ACK\.(\w+)\.>",
    ):
        assert set(re.findall(right, its)) == listens_to | {service}
    redelivers = set(re.findall(r'"resonance\.(\w+)\.redeliver\.\*"', its))
    assert redelivers == listens_to - {service}


def test_the_database_is_told_every_password_its_roles_need() -> None:
    postgres = containers()["postgres"]["environment"]
    roles = (ROOT / "infra" / "postgres" / "roles.sql").read_text()

    wanted = set(re.findall(r"\\getenv \w+ (\w+)", roles))

    assert wanted == {f"{service.upper()}_DATABASE_PASSWORD" for service in SERVICES}
    assert wanted <= postgres.keys()


def test_what_is_mounted_is_there() -> None:
    mounted = [
        volume.split(":")[0]
        for its in containers().values()
        for volume in its.get("volumes", [])
        if volume.startswith("./")
    ]

    assert mounted
    assert all((ROOT / path).is_file() for path in mounted)


def test_the_example_environment_names_what_is_asked_for_and_nothing_else() -> None:
    assert {found[1] for found in VARIABLE.finditer(compose_text())} == example().keys()
