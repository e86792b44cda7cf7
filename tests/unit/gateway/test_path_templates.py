"""The grammar of path templates and the choice between routes."""

import pytest

from gateway.transcoding.percent import BadEncoding
from gateway.transcoding.router import Match, NoMatch, Router, RouteTaken
from gateway.transcoding.template import BadTemplate, Wildcard, parse

ONE, REST = Wildcard.ONE, Wildcard.REST


@pytest.mark.parametrize(
    ("text", "segments", "verb", "fields"),
    [
        ("/v1/users", ("v1", "users"), "", []),
        ("/v1/users/{user_id}", ("v1", "users", ONE), "", ["user_id"]),
        ("/v1/users/{user_id}:pause", ("v1", "users", ONE), "pause", ["user_id"]),
        ("/v1/users:batchGet", ("v1", "users"), "batchGet", []),
        ("/v1/{a.b.c}", ("v1", ONE), "", ["a.b.c"]),
        ("/v1/{name=shelves/*}", ("v1", "shelves", ONE), "", ["name"]),
        (
            "/v1/{name=shelves/*/books/*}:read",
            ("v1", "shelves", ONE, "books", ONE),
            "read",
            ["name"],
        ),
        ("/v1/{name=**}", ("v1", REST), "", ["name"]),
        ("/v1/{name=files/**}:open", ("v1", "files", REST), "open", ["name"]),
        ("/v1/*/x", ("v1", ONE, "x"), "", []),
        ("/v1/**", ("v1", REST), "", []),
        ("/v1/{a}/{b}", ("v1", ONE, ONE), "", ["a", "b"]),
        ("/v1/caf%C3%A9", ("v1", "café"), "", []),
    ],
)
def test_a_template_of_the_grammar_is_read(
    text: str, segments: tuple[object, ...], verb: str, fields: list[str]
) -> None:
    template = parse(text)

    assert (template.segments, template.verb) == (segments, verb)
    assert [variable.field for variable in template.variables] == fields


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v1/users",
        "/",
        "/v1//users",
        "/v1/users/",
        "/v1/{user_id",
        "/v1/user_id}",
        "/v1/{}",
        "/v1/{a={b}}",
        "/v1/{a=}",
        "/v1/{1a}",
        "/v1/{a}/{a}",
        "/v1/**/x",
        "/v1/{name=**}/x",
        "/v1/users:",
        "/v1/users:a/b",
        "/v1/a b",
        "/v1/a?b",
        "/v1/x{a}",
    ],
)
def test_a_template_outside_the_grammar_is_refused(text: str) -> None:
    with pytest.raises(BadTemplate):
        parse(text)


def router(*rules: str) -> Router[str]:
    """A router whose routes are called as their rules."""
    made: Router[str] = Router()
    for rule in rules:
        method, path = rule.split(" ")
        made.add(method, parse(path), rule)
    return made


def chosen(made: Router[str], method: str, path: str) -> tuple[str, tuple[str, ...]]:
    found = made.match(method, path)
    assert isinstance(found, Match), found
    return found.route, found.values


@pytest.mark.parametrize(
    ("path", "rule", "values"),
    [
        ("/v1/users", "GET /v1/users", ()),
        ("/v1/users/7", "GET /v1/users/{id}", ("7",)),
        ("/v1/users/me", "GET /v1/users/me", ()),
        ("/v1/users/7:stop", "GET /v1/users/{id}:stop", ("7",)),
        ("/v1/users/7:other", "GET /v1/users/{id}", ("7:other",)),
        ("/v1/users/a:b:stop", "GET /v1/users/{id}:stop", ("a:b",)),
        ("/v1/users/7:", "GET /v1/users/{id}", ("7:",)),
        ("/v1/users/7%3Astop", "GET /v1/users/{id}", ("7:stop",)),
        ("/v1/users:find", "GET /v1/users:find", ()),
        ("/v1/users/7/posts", "GET /v1/users/{id}/posts", ("7",)),
        ("/v1/users/me/posts", "GET /v1/users/{id}/posts", ("me",)),
        ("/v1/%75sers", "GET /v1/users", ()),
        ("/v1/users/a%2Fb", "GET /v1/users/{id}", ("a/b",)),
        ("/v1/users/%E4%BD%A0%E5%A5%BD", "GET /v1/users/{id}", ("你好",)),
        ("/v1/users/a+b", "GET /v1/users/{id}", ("a+b",)),
        ("/v1/shelves/1/books/2", "GET /v1/{name=shelves/*/books/*}", ("shelves/1/books/2",)),
        (
            "/v1/shelves/a%2fb/books/%20",
            "GET /v1/{name=shelves/*/books/*}",
            ("shelves/a%2fb/books/ ",),
        ),
        ("/v1/files/a/b/c", "GET /v1/files/{name=**}", ("a/b/c",)),
        ("/v1/files/a", "GET /v1/files/{name=**}", ("a",)),
        ("/v1/files", "GET /v1/files/{name=**}", ("",)),
        ("/v1/files/a//b/", "GET /v1/files/{name=**}", ("a//b/",)),
        ("/v1/files/a/b:open", "GET /v1/files/{name=**}:open", ("a/b",)),
    ],
)
def test_the_most_literal_route_takes_the_path(
    path: str, rule: str, values: tuple[str, ...]
) -> None:
    made = router(
        "GET /v1/users",
        "GET /v1/users/{id}",
        "GET /v1/users/me",
        "GET /v1/users/{id}:stop",
        "GET /v1/users:find",
        "GET /v1/users/{id}/posts",
        "GET /v1/{name=shelves/*/books/*}",
        "GET /v1/files/{name=**}",
        "GET /v1/files/{name=**}:open",
    )

    assert chosen(made, "GET", path) == (rule, values)


@pytest.mark.parametrize(
    "path",
    ["/", "/v1", "/v1/users/", "/v1//users", "/v1/users/7/", "/V1/users", "/v1/users/7/x", "*"],
)
def test_a_path_without_a_route_is_not_found(path: str) -> None:
    made = router("GET /v1/users", "GET /v1/users/{id}")

    assert made.match("GET", path) == NoMatch(())


def test_another_method_is_told_what_the_path_takes() -> None:
    made = router("GET /v1/users/{id}", "PATCH /v1/users/{id}", "POST /v1/users/me")

    assert made.match("PUT", "/v1/users/7") == NoMatch(("GET", "PATCH"))
    assert made.match("PUT", "/v1/users/me") == NoMatch(("GET", "PATCH", "POST"))


def test_a_literal_route_of_another_method_hides_nothing() -> None:
    made = router("GET /v1/users/{id}", "POST /v1/users/me")

    assert chosen(made, "GET", "/v1/users/me") == ("GET /v1/users/{id}", ("me",))


def test_a_rule_for_any_method_takes_what_has_no_rule_of_its_own() -> None:
    made = router("GET /v1/users", "* /v1/users")

    assert chosen(made, "GET", "/v1/users")[0] == "GET /v1/users"
    assert chosen(made, "REPORT", "/v1/users")[0] == "* /v1/users"


def test_two_rules_for_the_same_path_are_refused() -> None:
    made = router("GET /v1/users/{id}")

    with pytest.raises(RouteTaken):
        made.add("GET", parse("/v1/users/{name}"), "again")


@pytest.mark.parametrize(
    "path", ["/v1/users/%", "/v1/users/%zz", "/v1/users/%ff", "/v1/users/a%00"]
)
def test_a_path_that_is_not_percent_encoded_text_is_refused(path: str) -> None:
    made = router("GET /v1/users/{id}")

    with pytest.raises(BadEncoding):
        made.match("GET", path)
