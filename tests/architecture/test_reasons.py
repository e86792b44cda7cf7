"""Every reason in a contract is given by something, and every reason given is in a contract."""

from collections.abc import Iterator
from importlib import import_module

import pytest

from infra.local.postgres import SERVICES
from services.chassis.kernel.errors import DomainError
from tests.architecture.code import APART, ROOT, files, module_name, strings

PREFIX = "ERROR_REASON_"


def in_contract(package: str) -> set[str]:
    """The reasons of a contract, as machines read them."""
    names = import_module(f"resonance.{package}.v1.error_reason_pb2").ErrorReason.keys()
    return {name.removeprefix(PREFIX) for name in names} - {"UNSPECIFIED"}


def in_classes(package: str) -> set[str]:
    """The reasons of the error classes that a package defines."""
    for path in files(package):
        name = module_name(path)
        if path.name != "__main__.py" and not name.startswith(APART):
            import_module(name)
    return {
        vars(kind)["reason"]
        for kind in subclasses(DomainError)
        if kind.__module__.startswith(f"{package}.") and "reason" in vars(kind)
    }


def subclasses(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from subclasses(child)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_a_class_for_each_of_its_reasons(service: str) -> None:
    assert in_classes(f"services.{service}") == in_contract(service)


def test_the_chassis_gives_each_of_the_common_reasons() -> None:
    reasons = in_contract("error")

    assert in_classes("services.chassis") <= reasons
    assert reasons <= set(strings("services.chassis"))


def test_the_gateway_gives_each_of_its_reasons() -> None:
    assert in_contract("gateway") <= set(strings("gateway"))


def test_every_package_that_fails_has_its_reasons_in_a_contract() -> None:
    contracts = {path.parts[-3] for path in ROOT.glob("protos/resonance/*/v1/error_reason.proto")}

    assert contracts == {*SERVICES, "error", "gateway"}
