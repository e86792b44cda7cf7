"""The forecast's parameters as a file, written by `training/forecast.py`."""

import json
from collections.abc import Sequence
from pathlib import Path

from services.emotion_tag.domain.forecast import Distribution, ForecastModel
from services.emotion_tag.domain.taxonomy import EMOTIONS

SHIPPED = Path(__file__).parents[1] / "models" / "forecast.json"


def load_forecast(path: Path = SHIPPED) -> tuple[ForecastModel, Distribution]:
    """The model, and the base rate that stands in until there is one of the shop's own.

    Raises:
        ValueError: it is of another taxonomy.
    """
    told = json.loads(path.read_text("utf-8"))
    if told["emotions"] != [str(emotion) for emotion in EMOTIONS]:
        raise ValueError(f"{path.name} is of another taxonomy.")
    fitted = told["service"]
    model = ForecastModel(
        version=told["version"],
        transitions=tuple(_whole(row) for row in fitted["transitions"]),
        change=fitted["change"],
        unknown_mass=fitted["unknown_mass"],
        usual_mass=fitted["usual_mass"],
        persistence=fitted["persistence"],
    )
    return model, _whole(fitted["base_rate"])


def _whole(shares: Sequence[float]) -> Distribution:
    """The file has them rounded."""
    return tuple(share / sum(shares) for share in shares)
