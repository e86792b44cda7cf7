"""Bad input of every kind, on every endpoint: a clear refusal, and nothing has changed."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import asyncpg
import httpx
import pytest
import pytest_asyncio

from infra.local.postgres import SERVICES, SUPERUSER
from resonance.access.v1 import access_pb2
from services.emotion_tag.adapters.pictures.workers import is_installed
from tests.e2e.conftest import Shop
from tests.e2e.endpoints import ENDPOINTS, Endpoint, rules_of
from tests.e2e.refusals import Bad, all_refused, content_of, send, target_of
from tests.e2e.scene import ITEM, Scene, Values, behavior, campaign, moment, set_scene
from tests.e2e.spoiling import Spoiled, bad_parameters, spoil

pytestmark = pytest.mark.asyncio(loop_scope="session")

MALFORMED = ("MALFORMED_JSON",)
INVALID = ("INVALID_REQUEST", "INVALID_FIELD")

each = pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
each_write = pytest.mark.parametrize(
    "endpoint", [one for one in ENDPOINTS if one.is_write], ids=lambda one: one.name
)
each_body = pytest.mark.parametrize(
    "endpoint", [one for one in ENDPOINTS if one.takes_body], ids=lambda one: one.name
)

Digests = dict[str, tuple[int, str]]
"""Rows and contents of each table of each service."""


BY_THE_CLOCK = ["emotion_tag.drift_counts"]
"""Tables that change a while after what they count, whatever is asked meanwhile."""
TO_BE_DONE = ("community.leftovers", "emotion_tag.erasures")
"""What services have yet to do, and do by the clock: empty within seconds."""


class Witness:
    """Sees every row of every service, but for those that change by the clock."""

    def __init__(self, connection: "asyncpg.Connection[Any]", query: str) -> None:
        self._connection = connection
        self._query = query
        self._last: Digests = {}

    @classmethod
    async def called(cls, shop: Shop) -> "Witness":
        url = shop.stack.postgres.url(SUPERUSER).replace("+asyncpg", "")
        connection: asyncpg.Connection[Any] = await asyncpg.connect(url)
        parts = await connection.fetch(
            "SELECT format('SELECT %L AS name, count(*) AS rows,"
            " md5(string_agg(t::text, %L ORDER BY t::text)) AS digest FROM %I.%I AS t',"
            " table_schema || '.' || table_name, '', table_schema, table_name) AS query"
            " FROM information_schema.tables"
            " WHERE table_schema = ANY($1) AND table_type = 'BASE TABLE'"
            " AND NOT table_schema || '.' || table_name = ANY($2) ORDER BY 1",
            list(SERVICES),
            BY_THE_CLOCK,
        )
        return cls(connection, " UNION ALL ".join(part["query"] for part in parts))

    async def look(self) -> Digests:
        rows = await self._connection.fetch(self._query)
        return {row["name"]: (row["rows"], row["digest"]) for row in rows}

    async def settled(self) -> Digests:
        """What is there once events of what went before have arrived, and all is done."""
        now = await self.look()
        while now != self._last or any(now[name][0] for name in TO_BE_DONE):
            await asyncio.sleep(0.4)
            self._last, now = now, await self.look()
        return now

    async def close(self) -> None:
        await self._connection.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scene(shop: Shop) -> Scene:
    return await set_scene(shop)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def witness(shop: Shop, scene: Scene) -> AsyncIterator[Witness]:
    called = await Witness.called(shop)
    yield called
    await called.close()


@pytest_asyncio.fixture(loop_scope="session")
async def unchanged(witness: Witness) -> AsyncIterator[None]:
    """Fails a test after which any row of any service is another."""
    before = await witness.settled()
    yield
    after = await witness.look()
    changed = {name for name in before if before[name] != after[name]}
    assert not changed, {name: (before[name], after[name]) for name in changed}


def bad(endpoint: Endpoint, values: Values, what: str, **expected: Any) -> Bad:
    """A request with these values, of which `expected` tells what is special."""
    request = {
        "target": target_of(endpoint, values),
        "content": content_of(endpoint, values),
        "verb": endpoint.verb,
        **expected,
    }
    return Bad(what=what, **request)


@each
@pytest.mark.usefixtures("unchanged")
async def test_nobody_gets_in_without_a_good_token(
    shop: Shop, scene: Scene, endpoint: Endpoint
) -> None:
    good = scene.good[endpoint.rpc]
    head, claims, signature = scene.owner.authorization.removeprefix("Bearer ").split(".")
    unsigned = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"  # {"alg":"none","typ":"JWT"}
    wrong = {
        "no scheme": f"{head}.{claims}.{signature}",
        "another scheme": "Basic YTpi",
        "no token": "Bearer",
        "no JWT": "Bearer x",
        "not signed": f"Bearer {unsigned}.{claims}.",
        "signed by somebody else": f"Bearer {head}.{claims}.{signature[::-1]}",
        "other claims": f"Bearer {head}.{claims[:-4]}AAAA.{signature}",
        "no text": "Bearer \xff\xfe",
    }
    requests = [
        bad(
            endpoint,
            good,
            what,
            headers={"Authorization": token.encode("latin-1")},
            status=401,
            reasons=("TOKEN_INVALID",),
        )
        for what, token in wrong.items()
    ]
    if not endpoint.access.is_public:
        requests.append(bad(endpoint, good, "none", status=401, reasons=("TOKEN_MISSING",)))

    await all_refused(shop.client, requests, "")


@each
@pytest.mark.usefixtures("unchanged")
async def test_nobody_does_what_is_not_theirs(shop: Shop, scene: Scene, endpoint: Endpoint) -> None:
    access = endpoint.access
    if access.is_public or not (access.roles or access.owner_field):
        return
    reason = "NOT_OWNER" if access.owner_field else "ROLE_MISSING"
    tokens = {"a stranger": scene.stranger.authorization}
    for number, name in access_pb2.Role.items():
        if name and name not in access.roles and name != access_pb2.ROLE_ADMIN:
            role = number.removeprefix("ROLE_").lower()
            somebody = await scene.stranger.sign_in(str(uuid4()), role)
            tokens[role] = somebody.authorization
    requests = [
        bad(
            endpoint,
            scene.good[endpoint.rpc],
            what,
            headers={"Authorization": token},
            status=403,
            reasons=(reason,),
        )
        for what, token in tokens.items()
    ]

    await all_refused(shop.client, requests, "")


def _spoiled_bodies(endpoint: Endpoint, good: Values) -> Iterator[Spoiled]:
    bound = {variable.json_name for variable in endpoint.variables}
    for one in spoil(endpoint.request, good):
        if one.at not in bound:
            yield one


def _is_row(endpoint: Endpoint, one: Spoiled) -> bool:
    """Whether it is a rule of one row of a batch whose rows fail alone."""
    first = one.at.partition("[")[0]
    fields = [field for field in endpoint.request.fields if field.json_name == first]
    if one.is_shape or "[" not in one.at or not fields:
        return False
    rules = rules_of(fields[0]).repeated.items
    return bool(rules.ignore)


@each_body
@pytest.mark.usefixtures("unchanged")
async def test_a_field_that_is_wrong_is_named(shop: Shop, scene: Scene, endpoint: Endpoint) -> None:
    good = scene.good[endpoint.rpc]
    requests = [
        bad(endpoint, one.values, one.what, at=one.at, reasons=INVALID)
        for one in _spoiled_bodies(endpoint, good)
        if not _is_row(endpoint, one)
    ]

    await all_refused(shop.client, requests, shop.admin.authorization)


@pytest.mark.usefixtures("unchanged")
async def test_a_row_that_is_wrong_is_named(shop: Shop, scene: Scene) -> None:
    """Rows of behaviours fail alone: the call succeeds, and says which row it did not take."""
    (endpoint,) = (one for one in ENDPOINTS if one.rpc == "BatchRecordBehaviors")
    good = scene.good[endpoint.rpc]
    row = good["behaviors"][0]
    spoiled = [one for one in _spoiled_bodies(endpoint, good) if _is_row(endpoint, one)]
    more: dict[str, Values] = {
        "itemId": {"itemId": ""},
        "rating": {"rating": 3},
        "paid": {"type": "BEHAVIOR_TYPE_VIEW"},
        "occurTime": {"occurTime": moment(1)},
        "platform": {"platform": "a\u0007"},
        "userId": {"userId": str(uuid4())},
    }
    spoiled += [
        Spoiled("", f"behaviors[0].{name}", {"behaviors": [{**row, **change}]})
        for name, change in more.items()
    ]
    assert len(spoiled) > 20
    for one in spoiled:
        answer = await send(
            shop.client,
            endpoint.verb,
            target_of(endpoint, one.values),
            content_of(endpoint, one.values),
            {"Authorization": shop.admin.authorization},
        )

        assert answer.status_code == 200, (one.what, one.at, answer.text)
        said = answer.json()
        assert (said["acceptedCount"], said["withheldCount"]) == (0, 0), (one, said)
        (failure,) = said["failures"]
        assert failure["index"] == 0
        assert failure["description"]
        name = one.at.rpartition(".")[2] if one.at.endswith("Id") else one.at.split(".")[1]
        assert _json_name(failure["field"].split(".")[0]) in (name, ""), (one, failure)


def _json_name(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


BODIES: dict[str, bytes] = {
    "cut off": b'{"a":',
    "not JSON": b"userId=1",
    "single quotes": b"{'a':1}",
    "a comma too many": b'{"a":1,}',
    "more behind it": b"{} {}",
    "a comment": b"{/**/}",
    "no number": b'{"a":NaN}',
    "infinite": b'{"a":-Infinity}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "bad UTF-8": b'{"a":"\xff"}',
    "overlong UTF-8": b'{"a":"\xc0\x80"}',
    "a surrogate in UTF-8": b'{"a":"\xed\xa0\x80"}',
    "half a surrogate pair": b'{"a":"\\ud800"}',
    "the other half": b'{"a":"\\udc00"}',
    "a bare NUL": b'{"a":"\x00"}',
    "a bare control character": b'{"a":"\x1b"}',
    "nested without end": b'{"a":' * 20_000,
    "lists without end": b"[" * 50_000,
    "a number beyond all": b"1e400",
    "a number without end": b'{"a":' + b"9" * 5000 + b".}",
}


@each_body
@pytest.mark.usefixtures("unchanged")
async def test_a_body_that_is_no_object_is_refused(
    shop: Shop, scene: Scene, endpoint: Endpoint
) -> None:
    good = scene.good[endpoint.rpc]
    requests = [
        bad(endpoint, good, what, content=content, reasons=(*MALFORMED, "TOO_DEEP"))
        for what, content in BODIES.items()
    ]
    requests += [
        bad(endpoint, good, f"the body is {text}", content=text.encode(), reasons=INVALID)
        for text in ("[]", '"x"', "7", "true", "null", "[{}]")
    ]
    deep = b'{"x":' * 150 + b"1" + b"}" * 150
    reasons = (*INVALID, *MALFORMED, "TOO_DEEP")
    requests.append(bad(endpoint, good, "nested", content=deep, reasons=reasons))

    await all_refused(shop.client, requests, shop.admin.authorization)


@each_body
@pytest.mark.usefixtures("unchanged")
async def test_a_member_that_is_given_twice_is_refused(
    shop: Shop, scene: Scene, endpoint: Endpoint
) -> None:
    good = scene.good[endpoint.rpc]
    whole = content_of(endpoint, good)
    assert whole is not None
    members: Values = json.loads(whole)
    name, value = next(iter(members.items()))
    inside = whole[1:-1]
    again = json.dumps({name: value}).encode()[1:-1]
    twice = {
        "twice": b"{" + inside + b"," + again + b"}",
        "twice, at once": b"{" + again + b"," + inside + b"}",
        "twice, spaced": b"{" + inside + b',\n"' + name.encode() + b'"  \n:null}',
        "twice, escaped": b"{" + inside + b',"\\u%04x' % ord(name[0]) + again[2:] + b"}",
    }
    declared = next(one.name for one in endpoint.request.fields if one.json_name == name)
    requests = [
        bad(endpoint, good, what, content=content, at=name, reasons=INVALID)
        for what, content in twice.items()
    ]
    if declared != name:
        both = {**members, declared: value}
        content = json.dumps(both).encode()
        requests.append(bad(endpoint, good, "under both names", content=content, reasons=INVALID))
    if nested := next((key for key, inner in members.items() if _objects(inner)), None):
        first = _objects(members[nested])[0]
        inner, inner_value = next(iter(first.items()))
        old = json.dumps(inner).encode() + b": " + json.dumps(inner_value).encode()
        content = whole.replace(old, old + b", " + old, 1)
        assert content != whole
        requests.append(bad(endpoint, good, "twice within", content=content, reasons=INVALID))

    await all_refused(shop.client, requests, shop.admin.authorization)


def _objects(value: Any) -> list[Values]:
    if isinstance(value, dict) and value:
        return [value]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


@each
@pytest.mark.usefixtures("unchanged")
async def test_headers_and_sizes_that_are_wrong_are_refused(
    shop: Shop, scene: Scene, endpoint: Endpoint
) -> None:
    good = scene.good[endpoint.rpc]
    content = content_of(endpoint, good)
    requests = [
        bad(
            endpoint,
            good,
            f"Request-Timeout: {text}",
            headers={"Request-Timeout": text},
            reasons=("INVALID_TIMEOUT",),
        )
        for text in ("soon", "-1", "0", "NaN", "inf", "1e400", "")
    ]
    requests.append(
        bad(
            endpoint,
            good,
            "headers without end",
            headers={"X-Long": "a" * 17_000},
            status=431,
            reasons=("HEADERS_TOO_LARGE",),
        )
    )
    room = sum(-(-rules_of(field).bytes.max_len // 3) * 4 for field in endpoint.request.fields)
    large = b" " * (1024 * 1024 + room) + (content or b"{}")
    requests.append(
        bad(
            endpoint,
            good,
            "a body without end",
            content=large,
            status=413,
            reasons=("BODY_TOO_LARGE",),
        )
    )
    if content is None:
        requests.append(
            bad(endpoint, good, "a body", content=b"{}", reasons=("BODY_NOT_EXPECTED",))
        )
    else:
        requests += [
            bad(
                endpoint,
                good,
                media_type,
                headers={"Content-Type": media_type},
                status=415,
                reasons=("UNSUPPORTED_MEDIA_TYPE",),
            )
            for media_type in (
                "text/plain",
                "multipart/form-data; boundary=x",
                "application/xml",
                "application/json; charset=utf-16",
                "json",
            )
        ]
        requests.append(
            bad(endpoint, good, "compressed", headers={"Content-Encoding": "gzip"}, status=415)
        )
    if endpoint.is_write:
        requests += [
            bad(
                endpoint,
                good,
                f"Idempotency-Key: {key}",
                headers={"Idempotency-Key": key},
                reasons=("INVALID_IDEMPOTENCY_KEY",),
            )
            for key in ("x", "7", "", f"{uuid4()}x", f"{uuid4()}, {uuid4()}")
        ]
        contrary = {**good, "requestId": str(uuid4())}
        requests.append(
            bad(
                endpoint,
                contrary,
                "a key that is not the requestId",
                headers={"Idempotency-Key": str(uuid4())},
                reasons=("INVALID_IDEMPOTENCY_KEY",),
            )
        )

    await all_refused(shop.client, requests, shop.admin.authorization)


@each
@pytest.mark.usefixtures("unchanged")
async def test_a_path_that_is_wrong_is_refused(
    shop: Shop, scene: Scene, endpoint: Endpoint
) -> None:
    good = scene.good[endpoint.rpc]
    requests = [
        bad(
            endpoint, good, "nothing there", target=f"/v1/nothing{endpoint.path(good)}", status=404
        ),
        bad(endpoint, good, "without end", target="/v1/" + "a" * 9000, status=414),
    ]
    requests += [
        bad(endpoint, good, verb, verb=verb, content=None, status=405) for verb in ("PUT", "TRACE")
    ]
    for variable in endpoint.variables:
        name = str(variable.json_name)
        texts = {"%zz": "MALFORMED_URL", "%": "MALFORMED_URL", "%ff": "MALFORMED_URL"}
        texts |= {"a%00b": "MALFORMED_URL", "%ed%a0%80": "MALFORMED_URL"}
        rules = rules_of(variable).string
        if rules.uuid:
            wrong = ("x", "7", "null", "%20", "..%2f..%2f", "%F0%9F%8E%B8", "'%20OR%201=1--")
            texts |= dict.fromkeys(wrong, "INVALID_REQUEST")
        if rules.max_len:
            texts |= {"a" * (rules.max_len + 1): "INVALID_REQUEST"}
        for text, reason in texts.items():
            target = target_of(endpoint, {**good, name: text})
            at = name if reason == "INVALID_REQUEST" else ""
            requests.append(
                bad(endpoint, good, f"{name}: {text}", target=target, at=at, reasons=(reason,))
            )
        if endpoint.takes_body:
            path, content = endpoint.path(good), content_of(endpoint, good)
            assert content is not None
            body = {**json.loads(content), name: str(uuid4())}
            requests.append(
                bad(
                    endpoint,
                    good,
                    "a body that contradicts the path",
                    target=path,
                    content=json.dumps(body).encode(),
                    at=name,
                    reasons=INVALID,
                )
            )

    await all_refused(shop.client, requests, shop.admin.authorization)


@each
@pytest.mark.usefixtures("unchanged")
async def test_a_query_that_is_wrong_is_refused(
    shop: Shop, scene: Scene, endpoint: Endpoint
) -> None:
    good = scene.good[endpoint.rpc]

    def query(text: str, without: str = "") -> str:
        whole = target_of(endpoint, {key: value for key, value in good.items() if key != without})
        return whole + ("&" if "?" in whole else "?") + text

    requests = []
    if endpoint.takes_body:
        requests.append(bad(endpoint, good, "a query beside a body", target=query("pageSize=1")))
    else:
        requests += [
            bad(endpoint, good, "an unknown parameter", target=query("nothing=1"), at="nothing"),
            bad(endpoint, good, "no name", target=query("=1")),
        ]
        requests += [
            bad(endpoint, good, text, target=query(text), reasons=("MALFORMED_URL",))
            for text in ("x=%zz", "x=%ff", "%ff=x", "x=%00", "x=%")
        ]
    for field in endpoint.parameters:
        name = str(field.json_name)
        for what, text in bad_parameters(field):
            target = query(f"{name}={quote(text)}", without=name)
            requests.append(
                bad(endpoint, good, f"{name} is {what}", target=target, reasons=INVALID)
            )
        if field.is_repeated:
            most = rules_of(field).repeated.max_items
            many = "&".join(f"{name}=x" for _ in range(most + 1))
            requests.append(bad(endpoint, good, "too many", target=query(many, name), at=name))
        else:
            twice = f"{name}=1&{field.name}=2"
            requests.append(bad(endpoint, good, f"{name} twice", target=query(twice, name)))

    await all_refused(shop.client, requests, shop.admin.authorization)


UNKNOWN = {
    "GetUser": ("userId", "USER_NOT_FOUND"),
    "LinkIdentity": ("userId", "USER_NOT_FOUND"),
    "UnlinkIdentity": ("identityId", "IDENTITY_NOT_FOUND"),
    "ResolveIdentity": ("externalId", "IDENTITY_NOT_FOUND"),
    "GetConsents": ("userId", "USER_NOT_FOUND"),
    "UpdateConsents": ("userId", "USER_NOT_FOUND"),
    "GetProfile": ("userId", "USER_NOT_FOUND"),
    "GetContentTag": ("contentId", "TAG_NOT_FOUND"),
    "AcknowledgeDistressSignal": ("signalId", "DISTRESS_SIGNAL_NOT_FOUND"),
    "GetAlert": ("alertId", "ALERT_NOT_FOUND"),
    "AcknowledgeAlert": ("alertId", "ALERT_NOT_FOUND"),
    "ResolveAlert": ("alertId", "ALERT_NOT_FOUND"),
    "SubmitCorrection": ("contentId", "TAG_NOT_FOUND"),
    "SkipReview": ("contentId", "REVIEW_NOT_FOUND"),
    "ImportGold": ("goldSetId", "GOLD_SET_NOT_FOUND"),
    "ListGold": ("goldSetId", "GOLD_SET_NOT_FOUND"),
    "DeleteGold": ("goldSetId", "GOLD_SET_NOT_FOUND"),
    "DeleteGoldSet": ("goldSetId", "GOLD_SET_NOT_FOUND"),
    "CompareModels": ("goldSetId", "GOLD_SET_NOT_FOUND"),
    "EvaluateModel": ("version", "MODEL_NOT_FOUND"),
    "GetEvaluation": ("evaluationId", "EVALUATION_NOT_FOUND"),
    "SetShadow": ("version", "MODEL_NOT_FOUND"),
    "CheckGates": ("version", "MODEL_NOT_FOUND"),
    "PromoteModel": ("version", "MODEL_NOT_FOUND"),
    "GetFairness": ("version", "MODEL_NOT_FOUND"),
    "GetModelReport": ("version", "MODEL_NOT_FOUND"),
    "GetItem": ("itemId", "ITEM_NOT_FOUND"),
    "GetTraining": ("trainingId", "TRAINING_NOT_FOUND"),
    "FollowUser": ("followeeId", "USER_NOT_FOUND"),
    "GetPost": ("postId", "POST_NOT_FOUND"),
    "DeletePost": ("postId", "POST_NOT_FOUND"),
    "CreateComment": ("postId", "POST_NOT_FOUND"),
    "ListComments": ("postId", "POST_NOT_FOUND"),
    "DeleteComment": ("commentId", "COMMENT_NOT_FOUND"),
    "ReactToPost": ("postId", "POST_NOT_FOUND"),
    "GetCampaign": ("campaignId", "CAMPAIGN_NOT_FOUND"),
    "StartCampaign": ("campaignId", "CAMPAIGN_NOT_FOUND"),
    "PauseCampaign": ("campaignId", "CAMPAIGN_NOT_FOUND"),
    "EndCampaign": ("campaignId", "CAMPAIGN_NOT_FOUND"),
    "ClaimCoupon": ("couponId", "COUPON_NOT_FOUND"),
    "RedeemCouponClaim": ("claimId", "CLAIM_NOT_FOUND"),
}
"""Which field of an RPC may name what is not there, and what the answer says then."""

ANSWERED = {"GetMood", "ListFollowing", "ListFeed", "ListOffers", "ListCouponClaims"} | {
    *("ListIdentities", "ListRecommendations", "UnfollowUser", "CreatePost", "CreateSession"),
    *("ListMoodTimeline", "GetMoodTendency", "ForecastMood", "ForgetMood"),
    *("TagPicture", "TagClip"),  # who is not known has granted nothing
    "GetShadow",  # a model that never ran beside has read nothing
    *("GetSubjectProfile", "GetSubjectQuotes", "GetProductEmotion"),  # nobody has spoken of it
}
"""RPCs with an id of somebody that need not be known: their contract has an answer."""


@each
@pytest.mark.usefixtures("unchanged")
async def test_what_is_not_there_is_not_found(shop: Shop, scene: Scene, endpoint: Endpoint) -> None:
    if endpoint.rpc not in UNKNOWN:
        assert endpoint.rpc in ANSWERED or not endpoint.variables
        return
    name, reason = UNKNOWN[endpoint.rpc]
    values = {**scene.good[endpoint.rpc], name: str(uuid4())}
    request = bad(endpoint, values, name, status=404, reasons=(reason,))

    await all_refused(shop.client, [request], shop.admin.authorization)


def _meaningless(scene: Scene) -> list[tuple[str, str, Values, int, str, str]]:
    """Requests of the right form that mean nothing: RPC, what, changes, status, reason, field."""
    plan = campaign()
    coupon = plan["coupon"]
    dollars = {"amountMinor": "500", "currencyCode": "USD"}
    row = behavior(scene.owner_id)

    def planned(**changes: Any) -> Values:
        return {"campaign": {**plan, **changes}}

    def gives(**changes: Any) -> Values:
        return planned(coupon={**coupon, **changes})

    post = {"kind": "POST_KIND_NOTE", "rating": 0}
    twice = [{"purpose": "PURPOSE_MARKETING", "granted": granted} for granted in (True, False)]
    items = scene.good["BatchUpsertItems"]["items"]
    share = {"basisPointsOff": 100}
    both = {"basisPointsOff": 100, "amountOff": dollars, "atMost": dollars}
    long = "长" * 65
    return [
        ("CreateUser", "a blank name", {"displayName": " \t"}, 400, "INVALID_FIELD", "displayName"),
        ("CreateUser", "a bell", {"displayName": "a\u0007"}, 400, "INVALID_FIELD", "displayName"),
        ("CreateUser", "no trace", {"displayName": "\u200b"}, 400, "INVALID_FIELD", "displayName"),
        ("CreateUser", "too long", {"displayName": long}, 400, "INVALID_REQUEST", "displayName"),
        ("UpdateConsents", "a stale etag", {"etag": "old"}, 409, "STALE_CONSENTS", ""),
        ("UpdateConsents", "twice", {"changes": twice}, 400, "INVALID_FIELD", "changes[1].purpose"),
        ("UpdateConsents", "a blank source", {"source": " "}, 400, "INVALID_FIELD", "source"),
        (
            "BatchUpsertItems",
            "twice",
            {"items": items * 2},
            400,
            "INVALID_FIELD",
            "items[1].itemId",
        ),
        ("ListRecommendations", "no item", {"scene": "SCENE_ITEM"}, 400, "INVALID_REQUEST", ""),
        ("FollowUser", "oneself", {"followeeId": scene.owner_id}, 400, "SELF_FOLLOW", ""),
        ("CreatePost", "nothing to see", {"body": " \u200b"}, 400, "INVALID_FIELD", "body"),
        ("CreatePost", "a bell", {"body": "a\u0007"}, 400, "INVALID_FIELD", "body"),
        ("CreatePost", "lines", {"title": "a\nb"}, 400, "INVALID_FIELD", "title"),
        ("CreatePost", "a blank item", {"itemIds": [" "]}, 400, "INVALID_FIELD", "itemIds[0]"),
        ("CreatePost", "no rating", {"rating": 0}, 400, "INVALID_REQUEST", ""),
        ("CreatePost", "a rating", {"kind": "POST_KIND_NOTE"}, 400, "INVALID_REQUEST", ""),
        (
            *("CreatePost", "no items", {**post, "kind": "POST_KIND_SHOW_ORDER", "itemIds": []}),
            *(400, "INVALID_REQUEST", ""),
        ),
        (
            *("CreatePost", "tomorrow", {"publishTime": moment(1)}),
            *(400, "INVALID_FIELD", "publishTime"),
        ),
        (
            *("CreatePost", "long ago", {"publishTime": moment(-8000)}),
            *(400, "INVALID_FIELD", "publishTime"),
        ),
        ("CreateComment", "nothing", {"body": "\n"}, 400, "INVALID_FIELD", "body"),
        (
            *("CreateComment", "tomorrow", {"publishTime": moment(1)}),
            *(400, "INVALID_FIELD", "publishTime"),
        ),
        (
            *("CreateComment", "to nothing", {"replyToId": str(uuid4())}),
            *(404, "COMMENT_NOT_FOUND", ""),
        ),
        ("CreateCampaign", "no CEL", planned(audience="1 +"), 400, "BAD_AUDIENCE", ""),
        ("CreateCampaign", "no bool", planned(audience="1 + 1"), 400, "BAD_AUDIENCE", ""),
        ("CreateCampaign", "unknown", planned(audience="age > 3"), 400, "BAD_AUDIENCE", ""),
        (
            *("CreateCampaign", "deep", planned(audience="(" * 900 + "true" + ")" * 900)),
            *(400, "BAD_AUDIENCE", ""),
        ),
        (
            *("CreateCampaign", "ends first", planned(endTime=moment(-2))),
            *(400, "INVALID_FIELD", "campaign.endTime"),
        ),
        (
            *("CreateCampaign", "without end", planned(endTime=moment(400))),
            *(400, "INVALID_FIELD", "campaign.endTime"),
        ),
        (
            *("CreateCampaign", "another currency", planned(budget=dollars)),
            *(400, "INVALID_FIELD", "campaign.coupon.minimumSpend"),
        ),
        (
            *("CreateCampaign", "a bell", planned(title={"zh": "a\u0007", "en": "a"})),
            *(400, "INVALID_FIELD", "campaign.title.zh"),
        ),
        ("CreateCampaign", "no discount", gives(discount={}), 400, "INVALID_REQUEST", ""),
        ("CreateCampaign", "no limit", gives(discount=share), 400, "INVALID_REQUEST", ""),
        ("CreateCampaign", "two discounts", gives(discount=both), 400, "INVALID_REQUEST", ""),
        ("CreateCampaign", "one language", planned(title={"zh": "a"}), 400, "INVALID_REQUEST", ""),
        ("BatchRecordBehaviors", "no rows", {"behaviors": []}, 400, "INVALID_REQUEST", "behaviors"),
        (
            *("BatchRecordBehaviors", "too many rows", {"behaviors": [row] * 1001}),
            *(400, "INVALID_REQUEST", "behaviors"),
        ),
        ("RedeemCouponClaim", "a bell", {"orderId": "a\u0007"}, 400, "INVALID_FIELD", "orderId"),
    ]


@pytest.mark.usefixtures("unchanged")
async def test_what_makes_no_sense_is_refused(shop: Shop, scene: Scene) -> None:
    by_rpc = {one.rpc: one for one in ENDPOINTS}
    requests = [
        bad(
            by_rpc[rpc],
            {**scene.good[rpc], **changes},
            f"{rpc}, {what}",
            status=status,
            reasons=(reason,),
            at=at,
        )
        for rpc, what, changes, status, reason, at in _meaningless(scene)
    ]

    await all_refused(shop.client, requests, shop.admin.authorization)


@pytest.mark.usefixtures("unchanged")
async def test_only_operators_say_when_something_was_said(shop: Shop, scene: Scene) -> None:
    by_rpc = {one.rpc: one for one in ENDPOINTS}
    requests = [
        bad(by_rpc[rpc], scene.good[rpc], rpc, status=403, reasons=("IMPORT_NOT_ALLOWED",))
        for rpc in ("CreatePost", "CreateComment")
    ]

    await all_refused(shop.client, requests, scene.owner.authorization)


PAGED = [one for one in ENDPOINTS if any(f.name == "page_token" for f in one.parameters)]


@pytest.mark.parametrize("endpoint", PAGED, ids=lambda one: one.name)
@pytest.mark.usefixtures("unchanged")
async def test_a_page_token_of_nobody_is_refused(
    shop: Shop, scene: Scene, endpoint: Endpoint
) -> None:
    good = scene.good[endpoint.rpc]
    tokens = ("x", "!!!!", "AAAA", "A" * 256, "长", "AAAAAAAAAAAAAAAAAAAAAA==", " ", "-1", "0")
    requests = [
        bad(endpoint, {**good, "pageToken": token}, f"token {token}", reasons=("BAD_PAGE_TOKEN",))
        for token in tokens
    ]

    await all_refused(shop.client, requests, shop.admin.authorization)


Answers = dict[str, tuple[dict[str, str], httpx.Response]]
"""By endpoint: the headers that the good request was sent with, and its answer."""

LAST = {"UnlinkIdentity", "PauseCampaign", "EndCampaign", "DeletePost", "DeleteComment"}
"""They take away what other good requests need."""

REFUSED_HERE = {
    "GetTraining": "TRAINING_NOT_FOUND",
    "GetAlert": "ALERT_NOT_FOUND",
    "AcknowledgeAlert": "ALERT_NOT_FOUND",
    "ResolveAlert": "ALERT_NOT_FOUND",
    "StartTraining": "TOO_FEW_INTERACTIONS",
    "SkipReview": "REVIEW_NOT_FOUND",
    "DeleteGoldSet": "GOLD_SET_NOT_FOUND",
    "GetEvaluation": "EVALUATION_NOT_FOUND",
    "CompareModels": "EVALUATION_NOT_FOUND",
    "PromoteModel": "MODEL_NOT_FOUND",
    "RollbackModel": "NO_FORMER_MODEL",
    "TagPicture": "PICTURES_NOT_INSTALLED",
    "TagClip": "PICTURE_UNREADABLE" if is_installed() else "PICTURES_NOT_INSTALLED",
}
"""Good requests that this small scene has nothing for; an earlier test may have made something."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def answers(shop: Shop, scene: Scene) -> Answers:
    """Send every good request, once."""
    found: Answers = {}
    for endpoint in sorted(ENDPOINTS, key=lambda one: one.rpc in LAST):
        headers = {"Authorization": shop.admin.authorization}
        if endpoint.is_write:
            headers["Idempotency-Key"] = str(uuid4())
        good = scene.good[endpoint.rpc]
        content = content_of(endpoint, good)
        target = target_of(endpoint, good)
        answer = await send(shop.client, endpoint.verb, target, content, headers)
        found[endpoint.name] = (headers, answer)
    return found


@each
async def test_the_good_request_is_taken(answers: Answers, endpoint: Endpoint) -> None:
    """So that the others were refused for what was wrong with them, and for nothing else."""
    _, answer = answers[endpoint.name]

    if not answer.is_success:
        assert answer.json()["reason"] == REFUSED_HERE.get(endpoint.rpc), answer.text


@each_write
@pytest.mark.usefixtures("answers", "unchanged")
async def test_a_key_is_good_for_one_request(
    shop: Shop, scene: Scene, answers: Answers, endpoint: Endpoint
) -> None:
    headers, first = answers[endpoint.name]
    if not first.is_success:
        return  # a request that failed is not remembered
    good = scene.good[endpoint.rpc]
    target, content = target_of(endpoint, good), content_of(endpoint, good)
    other = _another(endpoint, good)

    again = await send(shop.client, endpoint.verb, target, content, headers)
    reused = bad(endpoint, other, "reused", headers=headers, reasons=("REQUEST_ID_REUSED",))

    assert (again.status_code, again.json()) == (200, first.json())
    await all_refused(shop.client, [reused], "")


def _another(endpoint: Endpoint, good: Values) -> Values:
    """A request that is as good by its contract, and another one."""
    for field in endpoint.request.fields:
        value = good.get(field.json_name)
        if field.name == "request_id" or not value or field.is_repeated:
            continue
        if rules_of(field).string.uuid:
            return {**good, field.json_name: str(uuid4())}
        if field.type == field.TYPE_STRING and not getattr(rules_of(field).string, "in"):
            return {**good, field.json_name: f"{value}2"}
    (name,) = (name for name in good if isinstance(good[name], (list, dict)))
    changed = json.loads(
        json.dumps(good[name]).replace(ITEM, f"{ITEM}2").replace("Summer", "Winter")
    )
    assert changed != good[name]
    return {**good, name: changed}
