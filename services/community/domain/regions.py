"""Where somebody says they are."""

import re

from services.chassis.kernel.errors import InvalidField

_REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")  # community_service.proto says the same


def check_region(code: str) -> str:
    """Hold a region to the form of ISO 3166-2; none is an empty string.

    Raises:
        InvalidField: it is something else.
    """
    if code and not _REGION.fullmatch(code):
        raise InvalidField("region_code", "region_code", "Must be like CN-ZJ (ISO 3166-2).")
    return code
