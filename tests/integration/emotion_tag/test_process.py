"""The process itself refuses to start without what it needs."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[3]


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EMOTION_")}
    path = f"{ROOT}{os.pathsep}{ROOT / 'protos' / 'gen'}"
    return subprocess.run(
        [sys.executable, "-m", "services.emotion_tag"],
        env={**kept, "PYTHONPATH": path, **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_without_its_settings_it_says_what_is_missing() -> None:
    ended = start()

    assert ended.returncode == 2
    assert "EMOTION_TAG_COMMUNITY_ADDRESS is missing" in ended.stderr + ended.stdout


def test_without_a_model_it_says_where_it_looked(
    database_url_of: Callable[[str], str],
    broker_url_of: Callable[[str], str],
    tmp_path: Path,
) -> None:
    ended = start(
        EMOTION_TAG_DATABASE_URL=database_url_of("emotion_tag"),
        EMOTION_TAG_NATS_URL=broker_url_of("emotion_tag"),
        EMOTION_TAG_COMMUNITY_ADDRESS="127.0.0.1:1",
        EMOTION_TAG_MODEL=str(tmp_path),
    )

    assert ended.returncode == 2
    assert "EMOTION_TAG_MODEL" in ended.stderr + ended.stdout
