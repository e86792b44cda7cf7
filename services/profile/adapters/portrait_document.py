"""The traits of a portrait as one JSON document.

    {"1": {"Shoes": [7.5, 1767225600.0, {"PURCHASE": [1, "<event id>", 1767225600.0]}]}}

By number of the kind, then by value, a `Trait` of domain/portrait.py as it is.
"""

import orjson

from services.profile.domain.portrait import Trait
from services.profile.domain.view import TraitKind

_KINDS = {str(kind.value): kind for kind in TraitKind}


def write_traits(traits: dict[TraitKind, dict[str, Trait]]) -> str:
    """Write the document."""
    document = {str(kind.value): values for kind, values in traits.items()}
    return orjson.dumps(document).decode()


def read_traits(document: str) -> dict[TraitKind, dict[str, Trait]]:
    """Read what `write_traits` wrote."""
    return {_KINDS[kind]: values for kind, values in orjson.loads(document).items()}
