"""ProfileService over gRPC: protobuf in, a use case called, protobuf out."""

from collections.abc import Sequence
from typing import Any

from resonance.profile.v1 import behavior_pb2, consent_pb2, user_pb2
from resonance.profile.v1 import profile_service_pb2 as pb
from resonance.profile.v1.profile_service_pb2_grpc import ProfileServiceServicer
from services.chassis.kernel.clock import Clock
from services.chassis.kernel.errors import InvalidField
from services.chassis.kernel.ids import parse_id
from services.chassis.rpc.errors import InvalidRequest
from services.chassis.rpc.identity import current_caller
from services.chassis.rpc.validation import validate
from services.profile.application.get_profile import get_profile
from services.profile.application.link_identity import LinkIdentity, link_identity
from services.profile.application.ports import BehaviorLog, HashIdentity, Reads, Transactions
from services.profile.application.read_people import (
    get_consents,
    get_user,
    list_identities,
    resolve_identity,
)
from services.profile.application.record_behaviors import Failure, record_behaviors
from services.profile.application.register_user import register_user
from services.profile.application.unlink_identity import unlink_identity
from services.profile.application.update_consents import UpdateConsents, update_consents
from services.profile.domain.behavior import Behavior
from services.profile.domain.consent import ConsentsView, Proof
from services.profile.domain.identity import Identity
from services.profile.domain.purpose import Purpose
from services.profile.domain.user import User
from services.profile.wire import behavior_from_proto, portrait_to_proto, time_to_proto

# Rules of the contract that look at more than one field, and the one to mend.


class ProfileRpc(ProfileServiceServicer):
    def __init__(
        self,
        transactions: Transactions,
        reads: Reads,
        log: BehaviorLog,
        hashed: HashIdentity,
        clock: Clock,
    ) -> None:
        self._transactions, self._reads = transactions, reads
        self._log, self._hashed, self._clock = log, hashed, clock

    async def CreateUser(
        self, request: pb.CreateUserRequest, context: Any
    ) -> pb.CreateUserResponse:
        user = await register_user(
            request.display_name, request.language_code, self._transactions, self._clock
        )
        return pb.CreateUserResponse(user=_user(user))

    async def GetUser(self, request: pb.GetUserRequest, context: Any) -> pb.GetUserResponse:
        user = await get_user(parse_id(request.user_id, "user_id"), self._reads)
        return pb.GetUserResponse(user=_user(user))

    async def LinkIdentity(
        self, request: pb.LinkIdentityRequest, context: Any
    ) -> pb.LinkIdentityResponse:
        command = LinkIdentity(
            user_id=parse_id(request.user_id, "user_id"),
            platform=request.platform,
            external_id=request.external_id,
        )
        identity = await link_identity(command, self._transactions, self._hashed, self._clock)
        return pb.LinkIdentityResponse(identity=_identity(identity))

    async def UnlinkIdentity(
        self, request: pb.UnlinkIdentityRequest, context: Any
    ) -> pb.UnlinkIdentityResponse:
        user_id = parse_id(request.user_id, "user_id")
        identity_id = parse_id(request.identity_id, "identity_id")
        await unlink_identity(user_id, identity_id, self._transactions)
        return pb.UnlinkIdentityResponse()

    async def ListIdentities(
        self, request: pb.ListIdentitiesRequest, context: Any
    ) -> pb.ListIdentitiesResponse:
        identities = await list_identities(parse_id(request.user_id, "user_id"), self._reads)
        return pb.ListIdentitiesResponse(identities=[_identity(one) for one in identities])

    async def ResolveIdentity(
        self, request: pb.ResolveIdentityRequest, context: Any
    ) -> pb.ResolveIdentityResponse:
        user_id = await resolve_identity(
            request.platform, request.external_id, self._reads, self._hashed
        )
        return pb.ResolveIdentityResponse(user_id=str(user_id))

    async def GetConsents(
        self, request: pb.GetConsentsRequest, context: Any
    ) -> pb.GetConsentsResponse:
        consents = await get_consents(parse_id(request.user_id, "user_id"), self._reads)
        return pb.GetConsentsResponse(consents=_consents(consents))

    async def UpdateConsents(
        self, request: pb.UpdateConsentsRequest, context: Any
    ) -> pb.UpdateConsentsResponse:
        subject = current_caller().subject
        command = UpdateConsents(
            user_id=parse_id(request.user_id, "user_id"),
            changes=[(Purpose(one.purpose), one.granted) for one in request.changes],
            proof=Proof(request.source, request.policy_version, subject),
            etag=request.etag,
        )
        consents = await update_consents(command, self._transactions, self._clock)
        return pb.UpdateConsentsResponse(consents=_consents(consents))

    async def BatchRecordBehaviors(
        self, request: pb.BatchRecordBehaviorsRequest, context: Any
    ) -> pb.BatchRecordBehaviorsResponse:
        rows, bad = _read_rows(request.behaviors)
        outcome = await record_behaviors(rows, self._reads, self._log, self._clock)
        failures = sorted([*bad, *outcome.failures], key=lambda failure: failure.index)
        return pb.BatchRecordBehaviorsResponse(
            accepted_count=outcome.accepted,
            withheld_count=outcome.withheld,
            failures=[
                pb.BehaviorFailure(
                    index=one.index,
                    event_id=request.behaviors[one.index].event_id,
                    reason=one.reason,
                    field=one.field,
                    description=one.description,
                )
                for one in failures
            ],
        )

    async def GetProfile(
        self, request: pb.GetProfileRequest, context: Any
    ) -> pb.GetProfileResponse:
        user_id = parse_id(request.user_id, "user_id")
        portrait = await get_profile(user_id, self._reads, self._clock)
        return pb.GetProfileResponse(portrait=portrait_to_proto(portrait))


def _read_rows(
    messages: Sequence[behavior_pb2.Behavior],
) -> tuple[list[tuple[int, Behavior]], list[Failure]]:
    """Read the rows that keep the rules of the contract; the others fail one by one."""
    rows: list[tuple[int, Behavior]] = []
    bad: list[Failure] = []
    for index, message in enumerate(messages):
        try:
            validate(message)
            rows.append((index, behavior_from_proto(message)))
        except InvalidRequest as error:
            first = error.violations[0]
            bad.append(Failure(index, InvalidField.reason, first.field, first.description))
        except InvalidField as error:
            bad.append(Failure(index, error.reason, error.field, error.description))
    return rows, bad


def _user(user: User) -> user_pb2.User:
    return user_pb2.User(
        user_id=str(user.user_id),
        display_name=user.display_name,
        language_code=user.language_code,
        create_time=time_to_proto(user.created_at),
    )


def _identity(identity: Identity) -> user_pb2.Identity:
    return user_pb2.Identity(
        identity_id=str(identity.identity_id),
        platform=identity.platform,
        link_time=time_to_proto(identity.linked_at),
    )


def _consents(view: ConsentsView) -> consent_pb2.Consents:
    return consent_pb2.Consents(
        user_id=str(view.user_id),
        consents=[_consent(purpose, view) for purpose in Purpose],
        version=view.version,
        etag=view.etag,
    )


def _consent(purpose: Purpose, view: ConsentsView) -> consent_pb2.Consent:
    number = consent_pb2.Purpose.ValueType(purpose.value)
    last = view.last.get(purpose)
    if last is None:
        return consent_pb2.Consent(purpose=number)
    return consent_pb2.Consent(
        purpose=number,
        granted=last.granted,
        decide_time=time_to_proto(last.decided_at),
        source=last.source,
        policy_version=last.policy_version,
    )
