"""Where a training writes to, and what it says when its folders do not hold what it takes."""

import shutil
import subprocess
from pathlib import Path

import pytest

from services.emotion_tag.adapters.cascade.model import MODELS
from services.emotion_tag.training import places
from services.emotion_tag.training.__main__ import main

ROOT = Path(__file__).parents[3]
STAGES = 6  # programs that one training runs, the encoder's twice


def test_a_try_never_lands_on_what_is_shipped() -> None:
    assert places.target(None, "open", None) == MODELS / "open"
    assert places.target(None, "open", 0.02) == places.TRIES / "open"
    assert places.target(Path("mine"), "open", 0.02) == Path("mine")
    for shipped in (MODELS / "open", ROOT / "services/emotion_tag/../emotion_tag/models/open"):
        with pytest.raises(ValueError, match="what is shipped"):
            places.target(shipped, "open", 0.02)


def test_checkpoints_of_another_folder_leave_those_of_the_shipped_model_alone() -> None:
    assert places.checkpoints(MODELS / "open") == places.CHECKPOINTS
    assert places.checkpoints(Path("mine")) == Path("mine")


def test_it_is_said_how_to_evaluate_what_is_not_shipped() -> None:
    step = places.next_step(Path("mine"), Path("corpora"))

    assert step.endswith("make evaluate-emotion MODEL=mine DATA=corpora")
    assert places.next_step(MODELS / "open", Path("corpora")) == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--data", ""], "DATA=../shared/data"),
        (["--data", "nowhere"], "'nowhere' is no folder"),
        (["--data", ".", "--effort", "2"], "at most 1, as in EFFORT=0.02"),
        (["--data", ".", "--effort", "some"], "'some' is no share"),
        (["--data", ".", "--out", "Makefile"], "OUT=.local/mine"),
        (["--data", ".", "--out", str(MODELS / "open"), "--effort", "0.1"], "what is shipped"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_read(
    arguments: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)

    with pytest.raises(SystemExit) as refused:
        main(arguments)

    assert refused.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("stage", ["wide", "distil", "calibrate"])
def test_a_folder_that_lacks_a_corpus_is_named(
    stage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"

    assert main(["--data", str(tmp_path), "--stage", stage, "--out", str(out)]) == 1

    assert "--data has to hold all corpora" in capsys.readouterr().err
    assert not out.exists()


def stages(*given: str) -> subprocess.CompletedProcess[str]:
    """What `make` would run, without the set-up of either environment."""
    make = shutil.which("make")
    assert make
    return subprocess.run(
        [make, "-n", "-o", "venv", "-o", ".local/finetune/.ready", "train-emotion", *given],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_stage_is_told_the_same_folder_and_share() -> None:
    told = stages("DATA=corpora", "RECIPE=open", "OUT=mine", "EFFORT=0.02").stdout

    programs = told.count("-m services.emotion_tag.training")
    assert programs == STAGES - 1  # two stages of one program share a loop
    for words in ('--data "corpora"', '--recipe "open"', '--out "mine"', '--effort "0.02"'):
        assert told.count(words) == programs


def test_make_says_what_is_missing() -> None:
    assert "make train-emotion DATA=" in stages().stderr
    assert "STAGE is wide" in stages("DATA=corpora", "STAGE=wid").stderr
