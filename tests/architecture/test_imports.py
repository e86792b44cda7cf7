"""Importing has no effect, and an image installs what its code imports."""

import os
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions

import grimp
import pytest

from services.emotion_tag.adapters.pictures.workers import EXTRA
from tests.architecture.code import (
    APART,
    GENERATED,
    IMAGES,
    ROOT,
    WORKER,
    files,
    module_name,
    package,
)

EXTRA_NAMES = {"PIL": "pillow", "cv2": "opencv-python-headless"}
"""Distributions that are called otherwise than what they bring."""

# Imports the modules it is given, one after the other, and tells which of them fail or leave
# something running.
IMPORTER = """
import importlib, sys, threading, traceback
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except BaseException:
        print(name, traceback.format_exc(limit=-3))
    if threading.active_count() > 1:
        print(name, "started a thread"); break
"""


@pytest.mark.timeout(120)
@pytest.mark.parametrize("root", ["services", "gateway", "infra"])
def test_every_module_can_be_imported_with_no_environment_set(root: str) -> None:
    names = [name for path in files(root) if not (name := module_name(path)).startswith(APART)]
    bare = {"PATH": os.defpath, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'protos' / 'gen'}"}

    done = subprocess.run(
        [sys.executable, "-c", IMPORTER, *names],
        cwd=ROOT / "tests",
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )

    assert names
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_installs_what_its_code_imports(image: str) -> None:
    owners = packages_distributions()
    locked = locked_names(image)

    imported = third_party(image)

    assert imported
    missing = {
        name: owners.get(name, ["nothing that is installed"])
        for name in imported
        if not locked & {normal(owner) for owner in owners.get(name, [])}
    }
    assert not missing


def test_only_the_picture_worker_needs_the_picture_extra() -> None:
    modules = graph()
    inside = {WORKER, *modules.find_descendants(WORKER)}
    importers = {
        name
        for module in inside
        for name in modules.find_modules_that_directly_import(module)
        if name not in inside
    }

    needed = {name.split(".")[0] for name in outside_of(inside)} - sys.stdlib_module_names

    assert not importers
    assert {*EXTRA, "numpy"} == needed - {"services"}
    assert {normal(EXTRA_NAMES.get(name, name)) for name in EXTRA} <= locked_names(
        "emotion_tag_pictures"
    )


def outside_of(inside: set[str]) -> set[str]:
    """What these modules import that is none of them."""
    modules = graph()
    return {
        name for module in inside for name in modules.find_modules_directly_imported_by(module)
    } - inside


def test_services_is_never_a_place_to_import_from() -> None:
    """A top-level module called `profile` would break the standard library's cProfile."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    mentions = [
        str(path.relative_to(ROOT))
        for root in ("services", "gateway", "infra")
        for path in files(root)
        if "sys.path" in path.read_text()
    ]

    assert settings["tool"]["pytest"]["ini_options"]["pythonpath"] == [".", "protos/gen"]
    assert mentions == []


def third_party(image: str) -> set[str]:
    """Top-level names from outside that an image's code comes to import.

    A service's image also holds the programs of the chassis (migrations, replay). The emotion
    model is trained where models are made, not where they are used. The picture worker is started
    only where its extra is installed.
    """
    modules = graph()
    own = [package(image)] if image == "gateway" else [package(image), "services.chassis"]
    reached = {
        name
        for root in own
        for name in (root, *modules.find_descendants(root))
        if not name.startswith(("services.emotion_tag.training", WORKER))
        and ".migrations" not in name
    }
    waiting = list(reached)
    while waiting:
        for name in modules.find_modules_directly_imported_by(waiting.pop()):
            if name not in reached:
                reached.add(name)
                waiting.append(name)
    outside = {name.split(".")[0] for name in reached} - {"services", "gateway", "infra"}
    return outside - GENERATED - sys.stdlib_module_names


@cache
def graph() -> grimp.ImportGraph:
    """Who imports whom."""
    return grimp.build_graph("services", "gateway", include_external_packages=True, cache_dir=None)


def locked_names(image: str) -> set[str]:
    """The distributions in an image's lock."""
    lock = (ROOT / "requirements" / f"{image}.txt").read_text()
    return {normal(name) for name in re.findall(r"^([\w.-]+)==", lock, re.MULTILINE)}


def normal(name: str) -> str:
    """A distribution's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()
