"""Trains the recommender through the API and shows how it did against most-popular."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from infra.demo.api import Api

LOOK_EVERY = 0.5  # seconds


class TrainingFailed(Exception):
    """The training ended without a model; the message is the service's own."""


@dataclass(frozen=True)
class Trained:
    """What came out: seconds spent on fitting, and a row per ranking."""

    fit_seconds: float
    interactions: int
    model_version: str
    evaluations: list[dict[str, Any]]


async def train(operator: Api, progress: Callable[[float], None]) -> Trained:
    """Start a training and wait for its end; `progress` gets 0 to 1.

    Raises:
        TrainingFailed: the job failed.
    """
    training = (await operator.post("/v1/trainings", {}))["training"]
    path = f"/v1/trainings/{training['trainingId']}"
    while training["state"] == "TRAINING_STATE_RUNNING":
        await asyncio.sleep(LOOK_EVERY)
        training = (await operator.get(path))["training"]
        progress(float(training.get("progress", 0.0)))
    if training["state"] != "TRAINING_STATE_SUCCEEDED":
        raise TrainingFailed(training.get("error", "no reason given"))
    return Trained(
        fit_seconds=float(training.get("fitSeconds", 0.0)),
        interactions=int(training.get("interactionCount", 0)),
        model_version=training["modelVersion"],
        evaluations=[
            {
                "ranking": row["ranking"],
                "precision_at_10": float(row.get("precisionAt10", 0.0)),
                "ndcg_at_10": float(row.get("ndcgAt10", 0.0)),
                "coverage_at_10": float(row.get("coverageAt10", 0.0)),
                "people": int(row.get("peopleCount", 0)),
            }
            for row in training.get("evaluations", [])
        ],
    )
