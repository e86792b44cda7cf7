"""The development login: a token for anybody who asks, in-process behind the same transcoding."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from protobuf import Message, message_from_json_value

from gateway.auth.access import role_name
from gateway.auth.caller import Caller
from gateway.auth.tokens import Tokens
from gateway.problems.problem import refuse
from gateway.transcoding.schema import ProtoMessage

CREATE_SESSION = "/resonance.gateway.v1.SessionService/CreateSession"
SHOPPER = frozenset({"shopper"})


class Sessions:
    """Answers resonance.gateway.v1.SessionService."""

    def __init__(
        self,
        tokens: Tokens,
        now: Callable[[], datetime],
        *,
        lifetime: timedelta,
        is_on: bool,
    ) -> None:
        self._tokens = tokens
        self._now = now
        self._lifetime = lifetime
        self._is_on = is_on

    def create_session(self, request: Any, response: type[Message[Any]]) -> ProtoMessage:
        """Make a token; `response` is the type to answer with.

        Raises:
            Refusal: 403, the login is off.
        """
        if not self._is_on:
            raise refuse(
                403,
                "DEVELOPMENT_LOGIN_OFF",
                "This login is for development and is off here: "
                "it needs the gateway to be started with GATEWAY_DEVELOPMENT_LOGIN=true.",
            )
        now = self._now()
        roles = frozenset(role_name(role.name) for role in request.roles) or SHOPPER
        caller = Caller(request.user_id, roles)
        token = self._tokens.issue(caller, now=now, lifetime=self._lifetime)
        expires = (now + self._lifetime).isoformat(timespec="seconds")
        return message_from_json_value(response, {"token": token, "expireTime": expires})
