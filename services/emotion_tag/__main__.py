"""Runs the emotion_tag service: `python -m services.emotion_tag`."""

from services.chassis.runtime import main
from services.emotion_tag.bootstrap import build
from services.emotion_tag.settings import Settings

if __name__ == "__main__":
    main("emotion_tag", Settings, build)
