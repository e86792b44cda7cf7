"""The reasons of the gateway and those of its contract are the same."""

import re
from pathlib import Path

import gateway
from resonance.gateway.v1.error_reason_pb2 import ErrorReason

PREFIX = "ERROR_REASON_"
SOURCE = Path(gateway.__file__).parent


def test_every_reason_is_in_the_contract_and_every_one_there_is_used() -> None:
    stated = {name.removeprefix(PREFIX) for name in ErrorReason.DESCRIPTOR.values_by_name} - {
        "UNSPECIFIED"
    }
    code = "\n".join(path.read_text() for path in SOURCE.rglob("*.py"))
    used = {name for name in stated if f'"{name}"' in code}
    raised = set(re.findall(r'(?:refuse\(\s*|Problem\(\s*)\d{3},\s*"([A-Z_]+)"', code))

    assert stated - used == set()
    assert raised - stated == set()
