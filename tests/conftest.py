"""Fixtures for tests that need real servers. They start when first asked for, in `.local/test`.

- `database_url_of("profile")`: the URL (`postgresql+asyncpg://…`) of a clean database, as that
  service's role. The service's own migrations have made its schema; a name that is no service's
  gets a role and an empty schema of that name. Dropped after the test; about 30 ms each.
- `broker_url`: the URL of an empty NATS with JetStream, as a user who may do everything;
  `broker_url_of("profile")`: the same broker with the permissions of that service only.
- `postgres`, `nats`: the servers themselves: `await nats.kill()`, `await nats.start_again()`.

An unmarked test may take 20 s; under integration/ and contract/ 120 s, under e2e/ and faults/
300 s, or what its own `@pytest.mark.timeout(…)` says.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from infra.local.folder import Folder
from tests.support.stack import TestNats, TestPostgres, own_folder

TIMEOUTS = {"integration": 120, "contract": 120, "e2e": 300, "faults": 300}  # seconds

# How long an example takes depends on the machine, not on the code; the examples do not.
hypothesis.settings.register_profile("steady", deadline=None, derandomize=True)
hypothesis.settings.load_profile("steady")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give tests with real servers the time they need."""
    tests = Path(__file__).parent
    for item in items:
        if not item.path.is_relative_to(tests) or item.get_closest_marker("timeout"):
            continue
        seconds = TIMEOUTS.get(item.path.relative_to(tests).parts[0])
        if seconds is not None:
            item.add_marker(pytest.mark.timeout(seconds))


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Folder]:
    """Where the servers of this test run live; another run has another folder."""
    with own_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres(server_folder: Folder) -> Iterator[TestPostgres]:
    """The real server. Most tests want `database_url_of`."""
    server = TestPostgres(server_folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def nats(server_folder: Folder) -> Iterator[TestNats]:
    """The real broker. Most tests want `broker_url`."""
    server = TestNats(server_folder)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def database_url_of(postgres: TestPostgres) -> Iterator[Callable[[str], str]]:
    """Make a clean database for a service and return its URL; every call makes another one."""
    made: list[str] = []

    def make(service: str) -> str:
        made.append(postgres.make_database(service))
        return postgres.url(service, made[-1])

    yield make
    for name in made:
        postgres.drop_database(name)


@pytest.fixture
def broker_url(nats: TestNats) -> str:
    """An empty broker, as a user who may do everything."""
    nats.clean()
    return nats.url()


@pytest.fixture
def broker_url_of(nats: TestNats, broker_url: str) -> Callable[[str], str]:
    """The broker of `broker_url`, as the user of a service."""
    return nats.url
