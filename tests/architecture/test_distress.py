"""What emotion_tag sees of people in need protects them; no path that sells may look at it."""

import ast
from pathlib import Path

from tests.architecture.code import IMAGES, ROOT, files, package, parsed


def modules_naming(name: str) -> set[str]:
    """Modules whose code has this name, as a name, an attribute, an argument or an import."""
    return {
        str(path.relative_to(ROOT))
        for image in IMAGES
        for path in files(package(image))
        if name in names_in(path)
    }


def names_in(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(parsed(path)):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                found.add(name)
            case ast.keyword(arg=str(name)) | ast.alias(name=name):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                found.add(name)
            case _:
                continue
    return found


def test_only_the_guards_service_listens_to_distress() -> None:
    assert modules_naming("DistressChanged") == {
        "services/campaign/entrypoints/events.py",
        "services/emotion_tag/adapters/event_codec.py",
    }


def test_in_the_guards_service_only_the_guard_asks_who_is_in_need() -> None:
    assert modules_naming("is_in_need") == {
        "services/campaign/domain/guard.py",
        "services/campaign/domain/person.py",
    }


def test_need_is_stored_and_judged_and_nothing_else() -> None:
    assert modules_naming("need") | modules_naming("need_until") == {
        "services/campaign/adapters/people.py",
        "services/campaign/application/know_person.py",
        "services/campaign/application/ports.py",
        "services/campaign/domain/person.py",
        "services/campaign/entrypoints/events.py",
    }
