"""The locks hold what pyproject.toml asks for: exact, hashed, no addresses, the same for all."""

import re
import tomllib
from collections.abc import Iterator

import pytest
from packaging.requirements import Requirement

from tests.architecture.code import IMAGES, ROOT
from tests.architecture.test_imports import normal

LOCKS = ("dev", "emotion_tag_pictures", *IMAGES)
PIN = re.compile(r"^([\w.-]+)==([^\s;\\]+)")


def lock(group: str) -> str:
    return (ROOT / "requirements" / f"{group}.txt").read_text()


def pins(group: str) -> dict[str, str]:
    """Version by distribution."""
    found = (PIN.match(line) for line in lock(group).splitlines())
    return {normal(pin[1]): pin[2] for pin in found if pin}


def asked_for(group: str) -> Iterator[Requirement]:
    """What a dependency group names, included groups too."""
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    for entry in groups[group]:
        if isinstance(entry, dict):
            yield from asked_for(entry["include-group"])
        else:
            yield Requirement(entry)


@pytest.mark.parametrize("group", LOCKS)
def test_a_lock_holds_what_its_group_asks_for(group: str) -> None:
    pinned = pins(group)

    unmet = [
        str(wanted)
        for wanted in asked_for(group)
        if not wanted.specifier.contains(pinned.get(normal(wanted.name), "0"))
    ]

    assert not unmet, "run `make locks`"


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_ships_the_versions_that_are_tested(image: str) -> None:
    assert pins(image).items() <= pins("dev").items()


@pytest.mark.parametrize("group", LOCKS)
def test_a_lock_has_hashes_and_no_addresses(group: str) -> None:
    entries = re.split(r"^(?=\S)", re.sub(r"(?m)^\s*#.*$", "", lock(group)), flags=re.MULTILINE)
    packages = [entry for entry in entries if entry.strip()]

    assert all(PIN.match(entry) and "--hash=sha256:" in entry for entry in packages)
    assert not re.search(r"://|^-|@ ", lock(group), flags=re.MULTILINE)
