"""Registering people, linking their accounts, and what they allow, over gRPC."""

import asyncio
from uuid import uuid4

import grpc
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from resonance.profile.v1 import profile_service_pb2 as pb
from resonance.profile.v1.consent_pb2 import (
    PURPOSE_CROSS_PLATFORM_FUSION,
    PURPOSE_MARKETING,
    PURPOSE_PERSONALIZATION,
)
from resonance.profile.v1.profile_events_pb2 import ConsentChanged, UserRegistered
from services.chassis.kernel.ids import new_id
from services.chassis.rpc.errors import RemoteError
from services.chassis.rpc.identity import Caller
from services.profile.adapters import tables
from tests.integration.profile.conftest import Harness, consents_of
from tests.support.serving import as_caller

FUSION = "cross_platform_fusion"


def link(
    user_id: str, external_id: str = "openid-1", platform: str = "wechat"
) -> pb.LinkIdentityRequest:
    return pb.LinkIdentityRequest(user_id=user_id, platform=platform, external_id=external_id)


async def test_a_person_is_registered_read_and_told(profile: Harness) -> None:
    made = await profile.stub.CreateUser(pb.CreateUserRequest(display_name="  小雨 "))
    read = await profile.stub.GetUser(pb.GetUserRequest(user_id=made.user.user_id))

    assert read.user == made.user
    assert (read.user.display_name, read.user.language_code) == ("小雨", "zh-Hans")
    [event] = await profile.told(UserRegistered)
    assert (event.user_id, event.language_code) == (made.user.user_id, "zh-Hans")


@pytest.mark.parametrize("name", ["   ", "a\x00b", "line\nbreak", ""])
async def test_a_name_nobody_can_read_is_refused(profile: Harness, name: str) -> None:
    with pytest.raises(RemoteError) as failure:
        await profile.stub.CreateUser(pb.CreateUserRequest(display_name=name))

    assert failure.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert await profile.rows("SELECT 1 FROM profile.users") == []


async def test_registering_twice_with_one_request_id_makes_one_person(profile: Harness) -> None:
    request = pb.CreateUserRequest(display_name="Ann", request_id=str(uuid4()))

    answers = await asyncio.gather(*(profile.stub.CreateUser(request) for _ in range(4)))

    assert len({answer.user.user_id for answer in answers}) == 1
    assert len(await profile.rows("SELECT 1 FROM profile.users")) == 1


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("GetUser", pb.GetUserRequest(user_id=str(uuid4()))),
        ("LinkIdentity", link(str(uuid4()))),
        (
            "UnlinkIdentity",
            pb.UnlinkIdentityRequest(user_id=str(uuid4()), identity_id=str(uuid4())),
        ),
        ("ListIdentities", pb.ListIdentitiesRequest(user_id=str(uuid4()))),
        ("GetConsents", pb.GetConsentsRequest(user_id=str(uuid4()))),
        ("UpdateConsents", consents_of(str(uuid4()), marketing=True)),
        ("GetProfile", pb.GetProfileRequest(user_id=str(uuid4()))),
    ],
)
async def test_an_unknown_person_is_not_found(
    profile: Harness, method: str, request_: object
) -> None:
    with pytest.raises(RemoteError) as failure:
        await getattr(profile.stub, method)(request_)

    assert failure.value.code is grpc.StatusCode.NOT_FOUND
    assert (failure.value.reason, failure.value.domain) == ("USER_NOT_FOUND", "profile.resonance")


async def test_linking_needs_consent(profile: Harness) -> None:
    user_id = await profile.register("personalization")

    with pytest.raises(RemoteError) as failure:
        await profile.stub.LinkIdentity(link(user_id))

    assert failure.value.code is grpc.StatusCode.FAILED_PRECONDITION
    assert failure.value.reason == "CONSENT_MISSING"
    assert failure.value.metadata["purpose"] == FUSION


@pytest.mark.parametrize("control", ["\0", "\t", "\n", "\x1b", "\x7f", "\x85", "\x9f"])
async def test_an_account_has_no_control_characters_in_its_name(
    profile: Harness, control: str
) -> None:
    user_id = await profile.register(FUSION)
    name = f"openid-1{control}"
    resolve = pb.ResolveIdentityRequest(platform="wechat", external_id=name)

    for refused in (
        profile.stub.LinkIdentity(link(user_id, name)),
        profile.stub.ResolveIdentity(resolve),
    ):
        with pytest.raises(RemoteError) as failure:
            await refused
        assert failure.value.code is grpc.StatusCode.INVALID_ARGUMENT
        assert failure.value.reason == "INVALID_REQUEST"


async def test_an_account_may_be_named_in_any_script(profile: Harness) -> None:
    user_id = await profile.register(FUSION)
    name = "微信 号·é\u200d🙂"

    await profile.stub.LinkIdentity(link(user_id, name))
    found = await profile.stub.ResolveIdentity(
        pb.ResolveIdentityRequest(platform="wechat", external_id=name)
    )

    assert found.user_id == user_id


async def test_an_account_is_linked_found_listed_and_unlinked(profile: Harness) -> None:
    user_id = await profile.register(FUSION)
    resolve = pb.ResolveIdentityRequest(platform="wechat", external_id="openid-1")

    linked = await profile.stub.LinkIdentity(link(user_id))
    again = await profile.stub.LinkIdentity(link(user_id))
    found = await profile.stub.ResolveIdentity(resolve)
    listed = await profile.stub.ListIdentities(pb.ListIdentitiesRequest(user_id=user_id))

    assert again.identity == linked.identity
    assert found.user_id == user_id
    assert list(listed.identities) == [linked.identity]
    unlink = pb.UnlinkIdentityRequest(user_id=user_id, identity_id=linked.identity.identity_id)
    await profile.stub.UnlinkIdentity(unlink)
    with pytest.raises(RemoteError) as failure:
        await profile.stub.ResolveIdentity(resolve)
    assert failure.value.reason == "IDENTITY_NOT_FOUND"
    with pytest.raises(RemoteError) as failure:
        await profile.stub.UnlinkIdentity(unlink)
    assert failure.value.reason == "IDENTITY_NOT_FOUND"


async def test_an_account_belongs_to_one_person_also_in_a_race(profile: Harness) -> None:
    people = [await profile.register(FUSION) for _ in range(4)]

    outcomes = await asyncio.gather(
        *(profile.stub.LinkIdentity(link(user_id)) for user_id in people), return_exceptions=True
    )

    refused = [one for one in outcomes if isinstance(one, RemoteError)]
    assert len(refused) == 3
    assert {one.reason for one in refused} == {"IDENTITY_LINKED_ELSEWHERE"}
    assert {one.code for one in refused} == {grpc.StatusCode.ALREADY_EXISTS}


async def test_the_twenty_first_account_is_refused(profile: Harness) -> None:
    user_id = await profile.register(FUSION)
    for number in range(20):
        await profile.stub.LinkIdentity(link(user_id, f"openid-{number}"))

    with pytest.raises(RemoteError) as failure:
        await profile.stub.LinkIdentity(link(user_id, "openid-20"))

    assert failure.value.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert failure.value.reason == "TOO_MANY_IDENTITIES"
    await profile.stub.LinkIdentity(link(user_id, "openid-3"))


async def test_the_name_of_an_account_is_nowhere_in_the_database(profile: Harness) -> None:
    user_id = await profile.register(FUSION)
    secret = "openid-very-secret"

    await profile.stub.LinkIdentity(link(user_id, secret))
    request = link(user_id, secret)
    request.request_id = str(uuid4())
    await profile.stub.LinkIdentity(request)

    for table in tables.metadata.sorted_tables:
        for row in await profile.rows(select(table)):
            for value in row:
                content = value if isinstance(value, bytes) else str(value).encode()
                assert secret.encode() not in content, table.name


async def test_withdrawing_fusion_unlinks_every_account(profile: Harness) -> None:
    user_id = await profile.register(FUSION)
    other = await profile.register(FUSION)
    await profile.stub.LinkIdentity(link(user_id))

    await profile.decide(user_id, **{FUSION: False})

    listed = await profile.stub.ListIdentities(pb.ListIdentitiesRequest(user_id=user_id))
    assert list(listed.identities) == []
    await profile.stub.LinkIdentity(link(other))


async def test_consents_are_off_until_granted(profile: Harness) -> None:
    user_id = await profile.register()

    answer = await profile.stub.GetConsents(pb.GetConsentsRequest(user_id=user_id))

    assert [one.purpose for one in answer.consents.consents] == [1, 2, 3, 4, 5, 6]
    assert not any(one.granted or one.HasField("decide_time") for one in answer.consents.consents)
    assert answer.consents.version == 0


async def test_a_decision_is_shown_told_and_proven(profile: Harness) -> None:
    user_id = await profile.register()
    ann = Caller(new_id(), frozenset({"shopper"}))

    await profile.stub.UpdateConsents(
        consents_of(user_id, personalization=True, marketing=True), metadata=as_caller(ann)
    )
    after = await profile.decide(user_id, marketing=False)

    read = await profile.stub.GetConsents(pb.GetConsentsRequest(user_id=user_id))
    assert read.consents == after
    granted = {one.purpose for one in after.consents if one.granted}
    assert granted == {PURPOSE_PERSONALIZATION}
    assert after.consents[0].policy_version == "2025-01"
    events = await profile.told(ConsentChanged)
    assert [(list(event.granted), event.version) for event in events] == [
        ([PURPOSE_PERSONALIZATION, PURPOSE_MARKETING], 1),
        ([PURPOSE_PERSONALIZATION], 2),
    ]
    proofs = await profile.rows(
        "SELECT purpose, granted, decided_by FROM profile.consent_decisions ORDER BY position"
    )
    assert [tuple(row) for row in proofs] == [
        (PURPOSE_PERSONALIZATION, True, ann.subject),
        (PURPOSE_MARKETING, True, ann.subject),
        (PURPOSE_MARKETING, False, None),
    ]


async def test_proof_cannot_be_changed(profile: Harness) -> None:
    await profile.register("marketing")

    with pytest.raises(DBAPIError, match="only added to"):
        await profile.rows("UPDATE profile.consent_decisions SET granted = false")


async def test_a_stale_etag_changes_nothing(profile: Harness) -> None:
    user_id = await profile.register("marketing")
    request = consents_of(user_id, marketing=False)
    request.etag = "0"

    with pytest.raises(RemoteError) as failure:
        await profile.stub.UpdateConsents(request)

    assert failure.value.code is grpc.StatusCode.ABORTED
    assert failure.value.reason == "STALE_CONSENTS"
    request.etag = "1"
    answer = await profile.stub.UpdateConsents(request)
    assert answer.consents.etag == "2"


async def test_a_purpose_named_twice_is_refused(profile: Harness) -> None:
    user_id = await profile.register()
    request = consents_of(user_id, marketing=True)
    request.changes.append(pb.ConsentChange(purpose=PURPOSE_MARKETING, granted=False))

    with pytest.raises(RemoteError) as failure:
        await profile.stub.UpdateConsents(request)

    assert failure.value.reason == "INVALID_FIELD"
    assert failure.value.metadata["field"] == "changes[1].purpose"


async def test_simultaneous_decisions_are_all_counted(profile: Harness) -> None:
    user_id = await profile.register()

    await asyncio.gather(*(profile.decide(user_id, marketing=bool(n % 2)) for n in range(10)))

    answer = await profile.stub.GetConsents(pb.GetConsentsRequest(user_id=user_id))
    assert answer.consents.version == 10
    events = await profile.told(ConsentChanged)
    assert [event.version for event in events] == list(range(1, 11))
    assert PURPOSE_CROSS_PLATFORM_FUSION not in events[-1].granted


async def test_a_request_id_answers_consents_the_same_after_a_change(profile: Harness) -> None:
    user_id = await profile.register()
    request = consents_of(user_id, marketing=True)
    request.request_id = str(uuid4())

    first = await profile.stub.UpdateConsents(request)
    await profile.decide(user_id, marketing=False)
    again = await profile.stub.UpdateConsents(request)

    assert again == first
    read = await profile.stub.GetConsents(pb.GetConsentsRequest(user_id=user_id))
    assert not read.consents.consents[1].granted
