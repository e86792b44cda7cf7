"""The reasons that the chassis gives are those of its contract, and the other way round."""

from resonance.error.v1 import error_reason_pb2
from services.chassis.db import transaction
from services.chassis.kernel import errors as kernel_errors
from services.chassis.kernel.errors import DomainError
from services.chassis.messaging import session
from services.chassis.rpc import errors as rpc_errors

PREFIX = "ERROR_REASON_"


def test_every_reason_is_in_the_contract_and_every_one_there_has_a_class() -> None:
    given = {
        one.reason
        for module in (kernel_errors, rpc_errors, transaction, session)
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, DomainError) and "reason" in vars(one)
    }
    names = error_reason_pb2.ErrorReason.DESCRIPTOR.values_by_name
    promised = {name.removeprefix(PREFIX) for name in names}

    assert given == promised - {"UNSPECIFIED"}
