"""Files stay small enough to be read at once, in the rooms that the plan names."""

import pytest

from infra.local.postgres import SERVICES
from tests.architecture.code import ROOT, files

# The plan aims at 150 lines for nine of ten files of a service and at 400 for the platform's;
# beyond this a file is two files.
LONGEST = 500

ROOMS = {"domain", "application", "adapters", "entrypoints", "migrations"}
OWN_ROOMS = {
    "emotion_tag": {"locales", "models", "training", "wiring"},
    "recommendation": {"training"},
}


@pytest.mark.parametrize("package", ["services", "gateway", "infra"])
def test_no_file_is_too_long_to_be_read_at_once(package: str) -> None:
    too_long = {
        str(path.relative_to(ROOT)): lines
        for path in files(package)
        if (lines := len(path.read_text().splitlines())) > LONGEST
    }

    assert not too_long


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_rooms_of_the_plan_and_no_other(service: str) -> None:
    inside = {
        path.name
        for path in (ROOT / "services" / service).iterdir()
        if path.is_dir() and path.name != "__pycache__"
    }

    assert inside - ROOMS <= OWN_ROOMS.get(service, set())


def test_no_room_is_called_after_nothing() -> None:
    names = {path.stem for root in ("services", "gateway", "infra") for path in files(root)}

    assert not names & {"utils", "util", "common", "helpers", "helper", "base", "misc"}
