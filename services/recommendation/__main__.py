"""Runs the recommendation service: `python -m services.recommendation`."""

from services.chassis.runtime import main
from services.recommendation.bootstrap import build
from services.recommendation.settings import Settings

if __name__ == "__main__":
    main("recommendation", Settings, build)
