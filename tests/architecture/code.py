"""What the architecture tests look at: the packages of this checkout, their modules, their text."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from infra.local.postgres import SERVICES

ROOT = Path(__file__).parents[2]
IMAGES = (*SERVICES, "gateway")
WORKER = "services.emotion_tag.adapters.pictures.worker"
"""The only package that needs the picture extra, and nobody's to import."""
APART = (WORKER, "services.emotion_tag.training.encoder")
"""Packages that run in an environment of their own and that no other package imports."""
GENERATED = frozenset({"resonance", "buf"})  # in protos/gen


def package(image: str) -> str:
    """The package that an image is about."""
    return image if image == "gateway" else f"services.{image}"


def files(package_name: str) -> list[Path]:
    """The modules of a package, without migrations, which are scripts."""
    folder = ROOT.joinpath(*package_name.split("."))
    return sorted(path for path in folder.rglob("*.py") if "migrations" not in path.parts)


def module_name(path: Path) -> str:
    """What `import` calls a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(), filename=str(path))


def strings(package_name: str) -> Iterator[str]:
    """Every string that stands in the code of a package."""
    for path in files(package_name):
        yield from strings_of(path)


def strings_of(path: Path) -> Iterator[str]:
    """Every string that stands in a file."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
