"""Carries `Idempotency-Key` into the `request_id` of a request."""

from uuid import UUID

from protobuf import DescField

from gateway.problems.problem import Refusal, refuse
from gateway.transcoding.schema import ProtoMessage


def put_key(request: ProtoMessage, field: DescField, key: bytes | None) -> bool:
    """Set the field from the header, if there is one; returns whether the request has an id now.

    Raises:
        Refusal: 400, the key is not a UUID or is not the id that the request has already.
    """
    if key is None:
        return bool(request[field])
    text = key.decode("latin-1").strip('"')  # the IETF draft writes it as a quoted string
    try:
        given = UUID(text)
    except ValueError:
        raise _invalid("Idempotency-Key must be a UUID.") from None
    if request[field] and request[field] != text:
        raise _invalid("Idempotency-Key contradicts requestId.")
    request[field] = str(given)
    return True


def _invalid(detail: str) -> Refusal:
    return refuse(400, "INVALID_IDEMPOTENCY_KEY", detail)
