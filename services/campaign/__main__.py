"""Runs the campaign service: `python -m services.campaign`."""

from services.campaign.bootstrap import build
from services.campaign.settings import Settings
from services.chassis.runtime import main

if __name__ == "__main__":
    main("campaign", Settings, build)
