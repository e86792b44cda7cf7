"""The numbers and reasons of the domain are those of the contract."""

from enum import IntEnum

import pytest
from google.protobuf.internal.enum_type_wrapper import EnumTypeWrapper

from resonance.profile.v1.behavior_pb2 import BehaviorType as BehaviorTypeProto
from resonance.profile.v1.consent_pb2 import Purpose as PurposeProto
from resonance.profile.v1.error_reason_pb2 import ErrorReason
from resonance.profile.v1.portrait_pb2 import TraitKind as TraitKindProto
from services.chassis.kernel.errors import DomainError
from services.profile.domain import errors
from services.profile.domain.behavior import WEIGHTS, BehaviorType
from services.profile.domain.purpose import Purpose
from services.profile.domain.view import TraitKind


@pytest.mark.parametrize(
    ("ours", "contract", "prefix"),
    [
        (BehaviorType, BehaviorTypeProto, "BEHAVIOR_TYPE_"),
        (Purpose, PurposeProto, "PURPOSE_"),
        (TraitKind, TraitKindProto, "TRAIT_KIND_"),
    ],
)
def test_enums_are_those_of_the_contract(
    ours: type[IntEnum], contract: EnumTypeWrapper, prefix: str
) -> None:
    assert {f"{prefix}{one.name}": one.value for one in ours} == {
        name: number for name, number in contract.items() if number
    }


def test_every_kind_of_behaviour_has_a_weight() -> None:
    assert set(WEIGHTS) | {BehaviorType.RATE} == set(BehaviorType)


def test_every_reason_has_an_error_and_every_error_a_reason() -> None:
    found = [one for one in vars(errors).values() if isinstance(one, type)]
    own = {
        one.reason
        for one in found
        if issubclass(one, DomainError) and one.__module__ == errors.__name__
    }

    assert {f"ERROR_REASON_{reason}" for reason in own} == {
        name for name, number in ErrorReason.items() if number
    }
