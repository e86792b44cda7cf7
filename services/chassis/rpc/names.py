"""How the gRPC ecosystem writes kinds of calls and status codes in metrics."""

import grpc

_NAMES = {
    code: "".join(part.capitalize() for part in code.name.split("_")) for code in grpc.StatusCode
} | {grpc.StatusCode.OK: "OK", grpc.StatusCode.CANCELLED: "Canceled"}
_BY_NUMBER = {code.value[0]: name for code, name in _NAMES.items()}


def code_name(code: grpc.StatusCode | int) -> str:
    """Return the name that go-grpc uses, such as `OK`, `NotFound`, `Canceled`."""
    if isinstance(code, grpc.StatusCode):
        return _NAMES[code]
    return _BY_NUMBER.get(code, "Unknown")


def kind_name(request_streaming: bool, response_streaming: bool) -> str:  # noqa: FBT001 - as in a handler
    """Return `unary`, `client_stream`, `server_stream` or `bidi_stream`."""
    if request_streaming:
        return "bidi_stream" if response_streaming else "client_stream"
    return "server_stream" if response_streaming else "unary"
