"""Runs the profile service: `python -m services.profile`."""

from services.chassis.runtime import main
from services.profile.bootstrap import build
from services.profile.settings import Settings

if __name__ == "__main__":
    main("profile", Settings, build)
