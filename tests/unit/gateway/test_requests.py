"""What a request says about itself."""

import pytest

from gateway.cors import Cors
from gateway.request import client_address, request_id

PREFLIGHT = {b"origin": b"https://shop.example", b"access-control-request-method": b"POST"}


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, b"6.6.6.6", "peer"),
        (1, b"", "peer"),
        (1, b"1.1.1.1", "1.1.1.1"),
        (1, b"6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, b"6.6.6.6, 1.1.1.1, 2.2.2.2", "1.1.1.1"),
        (2, b"1.1.1.1", "peer"),
        (1, b" , ", "peer"),
    ],
)
def test_the_address_is_what_our_outermost_proxy_saw(
    proxies: int, forwarded: bytes, address: str
) -> None:
    assert client_address("peer", {b"x-forwarded-for": forwarded}, proxies) == address


def test_a_request_without_an_id_gets_one() -> None:
    assert len(request_id({})) == 32


def test_an_origin_that_is_not_named_may_not_read() -> None:
    cors = Cors(["https://shop.example"])

    assert cors.headers({b"origin": b"https://evil.example"}) == ((b"vary", b"origin"),)
    assert (
        dict(cors.headers({b"origin": b"https://shop.example"}))[b"access-control-allow-origin"]
        == b"https://shop.example"
    )


def test_no_origin_may_read_unless_the_settings_say_so() -> None:
    assert Cors([]).headers({b"origin": b"https://shop.example"}) == ()


def test_every_origin_may_read_where_the_settings_are_open() -> None:
    headers = dict(Cors(["*"]).headers({b"origin": b"https://any.example"}))

    assert headers[b"access-control-allow-origin"] == b"*"


def test_a_preflight_is_answered_for_an_allowed_origin() -> None:
    answer = Cors(["https://shop.example"]).preflight("OPTIONS", PREFLIGHT)

    assert answer is not None
    assert answer.status == 204
    assert b"idempotency-key" in dict(answer.headers)[b"access-control-allow-headers"]


def test_a_preflight_of_another_origin_allows_nothing() -> None:
    answer = Cors(["https://other.example"]).preflight("OPTIONS", PREFLIGHT)

    assert answer is not None
    assert answer.headers == ()


def test_options_without_a_question_is_no_preflight() -> None:
    assert Cors(["*"]).preflight("OPTIONS", {}) is None
