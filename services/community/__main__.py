"""Runs the community service: `python -m services.community`."""

from services.chassis.runtime import main
from services.community.bootstrap import build
from services.community.settings import Settings

if __name__ == "__main__":
    main("community", Settings, build)
