"""Settings: read from the environment, refused with a line a person can act on."""

from datetime import timedelta

import pytest
from pydantic import Field, ValidationError
from pydantic_settings import SettingsConfigDict

from services.chassis.settings import BadSettings, Duration, ServiceSettings, read_settings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="ECHO_")

    every: Duration = timedelta(hours=6)
    names: list[str] = Field(default_factory=list)


@pytest.fixture(autouse=True)
def _required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECHO_DATABASE_URL", "postgresql+asyncpg://echo:secret@db/resonance")
    monkeypatch.setenv("ECHO_NATS_URL", "nats://echo:secret@broker:4222")


def problems() -> list[str]:
    with pytest.raises(BadSettings) as failure:
        read_settings(Settings)
    return failure.value.problems


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("250ms", timedelta(milliseconds=250)),
        ("5s", timedelta(seconds=5)),
        ("2m", timedelta(minutes=2)),
        ("6h", timedelta(hours=6)),
        ("7d", timedelta(days=7)),
        ("0s", timedelta(0)),
    ],
)
def test_a_span_is_written_with_its_unit(
    monkeypatch: pytest.MonkeyPatch, written: str, meant: timedelta
) -> None:
    monkeypatch.setenv("ECHO_EVERY", written)

    assert read_settings(Settings).every == meant


@pytest.mark.parametrize("written", ["5", "", "5 s", "-1s", "1.5h", "PT5S", "5S", "1m30s"])
def test_any_other_span_is_refused(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("ECHO_EVERY", written)

    [problem] = problems()

    assert problem.startswith("ECHO_EVERY is wrong: Must be a whole number with its unit")
    assert problem.endswith("Example: 250ms")


def test_every_problem_has_a_line_with_its_variable_and_an_example(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ECHO_DATABASE_URL")
    monkeypatch.setenv("ECHO_DATABASE_POOL_SIZE", "many")
    monkeypatch.setenv("ECHO_GRPC_ADDRESS", "localhost")
    monkeypatch.setenv("ECHO_LOG_LEVEL", "loud")

    lines = problems()

    assert len(lines) == 4
    by_variable = {line.split()[0]: line for line in lines}
    assert by_variable["ECHO_DATABASE_URL"] == (
        "ECHO_DATABASE_URL is missing; it has no default. "
        "Example: postgresql+asyncpg://profile:secret@127.0.0.1:5432/resonance"
    )
    assert "host:port" in by_variable["ECHO_GRPC_ADDRESS"]
    assert "'debug', 'info'" in by_variable["ECHO_LOG_LEVEL"]


@pytest.mark.parametrize("variable", ["ECHO_DATABASE_URL", "ECHO_NATS_URL"])
def test_a_secret_is_never_told(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "hunter2:hunter2@somewhere")

    assert not any("hunter2" in line for line in problems())


def test_secrets_print_as_stars() -> None:
    assert "secret" not in repr(read_settings(Settings))


def test_a_list_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECHO_NAMES", "a,b")

    assert problems() == ["ECHO_NAMES is wrong: JSON is expected here."]


def test_settings_do_not_change_after_the_start() -> None:
    settings = read_settings(Settings)

    with pytest.raises(ValidationError):
        settings.every = timedelta(0)  # type: ignore[misc]
