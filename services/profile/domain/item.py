"""What is known of an item: enough to say what a behaviour towards it is about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """A copy of the catalogue's item; `version` counts its changes there."""

    item_id: str
    category: str
    brand: str
    tags: tuple[str, ...]
    version: int
