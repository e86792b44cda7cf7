"""Services of the tests' own, found where the real ones are found."""

from pathlib import Path

import services


def make_findable() -> None:
    """Let `services.echo` be found, as the migrations of a service are."""
    folder = str(Path(__file__).parent)
    if folder not in services.__path__:
        services.__path__.append(folder)
