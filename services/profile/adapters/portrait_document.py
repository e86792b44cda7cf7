"""The traits of a portrait as one JSON document.

    {"1": {"Shoes": [7.5, 1767225600.0, {"PURCHASE": [1, "<event id>", 1767225600.0]}]}}

By number of the kind, then value: amount of evidence, its moment, and the lineage by source: count,
last event, its moment. Moments are seconds since the epoch.
"""

import json
from typing import Any

from services.profile.domain.evidence import Evidence
from services.profile.domain.portrait import Lineage, Trait, TraitKey
from services.profile.domain.view import TraitKind

_KINDS = {str(kind.value): kind for kind in TraitKind}


def write_traits(traits: dict[TraitKey, Trait]) -> str:
    """Write the document."""
    document: dict[int, dict[str, Any]] = {}
    for (kind, value), trait in traits.items():
        lineage = {
            source: (known.count, known.last_event_id, known.last_at)
            for source, known in trait.lineage.items()
        }
        written = (trait.evidence.amount, trait.evidence.as_of, lineage)
        document.setdefault(kind.value, {})[value] = written
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def read_traits(document: str) -> dict[TraitKey, Trait]:
    """Read what `write_traits` wrote."""
    return {
        (_KINDS[kind], value): Trait(
            Evidence(amount, as_of),
            {source: Lineage(*known) for source, known in lineage.items()},
        )
        for kind, values in json.loads(document).items()
        for value, (amount, as_of, lineage) in values.items()
    }
