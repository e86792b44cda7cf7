"""How long a call may take, as its client says."""

import re
from datetime import timedelta

from gateway.problems.problem import refuse

# The wire form of gRPC: at most eight digits and a unit (PROTOCOL-HTTP2.md).
_GRPC = re.compile(rb"([0-9]{1,8})([HMSmun])")
_UNITS = {b"H": 3600.0, b"M": 60.0, b"S": 1.0, b"m": 1e-3, b"u": 1e-6, b"n": 1e-9}
_SECONDS = re.compile(rb"[0-9]{1,6}(\.[0-9]{1,9})?")


class Timeouts:
    """Reads `Grpc-Timeout` (`250m`) or `Request-Timeout` (seconds: `0.25`)."""

    def __init__(self, default: timedelta, longest: timedelta) -> None:
        self._default = default.total_seconds()
        self._longest = longest.total_seconds()

    def read(self, headers: dict[bytes, bytes], default: float | None = None) -> float:
        """Seconds; never more than the longest. `default` is the method's own.

        Raises:
            Refusal: 400, the header cannot be read.
        """
        grpc, plain = headers.get(b"grpc-timeout"), headers.get(b"request-timeout")
        if grpc is not None:
            found = _GRPC.fullmatch(grpc)
            if found is None:
                raise _invalid("Grpc-Timeout is up to 8 digits and a unit, such as 250m.")
            return min(int(found[1]) * _UNITS[found[2]], self._longest)
        if plain is not None:
            if not _SECONDS.fullmatch(plain) or not float(plain):
                raise _invalid("Request-Timeout is a number of seconds above 0, such as 2.5.")
            return min(float(plain), self._longest)
        return min(self._default if default is None else default, self._longest)

    def named(self, headers: dict[bytes, bytes]) -> float | None:
        """The same for a stream, which goes on for ever if its client names no time."""
        if b"grpc-timeout" in headers or b"request-timeout" in headers:
            return self.read(headers)
        return None


def _invalid(detail: str) -> Exception:
    return refuse(400, "INVALID_TIMEOUT", detail)
