"""Turns protos/resonance into protos/gen: Python, stubs, and one set of all descriptors.

`python protos/generate.py` writes; with `--check` it writes nothing, fails if protos/gen is not
what would be written, and lints; with `--breaking REVISION` it fails if clients of that git
revision would no longer be understood. The same input gives the same bytes. Nothing is downloaded:
descriptors of what the contracts import come from the installed packages.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import protovalidate._gen.buf.validate.validate_pb as buf_validate
from google.api import annotations_pb2, field_behavior_pb2, http_pb2, httpbody_pb2
from google.protobuf import (
    any_pb2,
    descriptor_pb2,
    duration_pb2,
    empty_pb2,
    field_mask_pb2,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)

SOURCE = Path(__file__).parent
GENERATED = SOURCE / "gen"
DESCRIPTORS = "descriptors.binpb"
TOOLS = Path(sys.executable).parent

# The protovalidate wheel holds the descriptor of this file for its own runtime only. The generated
# modules import `buf.validate.validate_pb2`, so it is generated like a contract of ours.
RULES = "buf/validate/validate.proto"


def imported() -> descriptor_pb2.FileDescriptorSet:
    """What contracts may import besides each other; a file comes after those it imports."""
    files = [
        descriptor_pb2.FileDescriptorProto.FromString(module.DESCRIPTOR.serialized_pb)
        for module in (
            any_pb2,
            descriptor_pb2,
            duration_pb2,
            empty_pb2,
            field_mask_pb2,
            struct_pb2,
            timestamp_pb2,
            wrappers_pb2,
            http_pb2,
            annotations_pb2,
            field_behavior_pb2,
            httpbody_pb2,
        )
    ]
    rules = buf_validate.desc().proto.to_binary()
    files.append(descriptor_pb2.FileDescriptorProto.FromString(rules))
    return descriptor_pb2.FileDescriptorSet(file=files)


def generate(folder: Path) -> None:
    """Generate everything into an existing folder; a contract with an error ends the run."""
    contracts = sorted(
        path.relative_to(SOURCE).as_posix() for path in (SOURCE / "resonance").rglob("*.proto")
    )
    services = [name for name in contracts if name.endswith("_service.proto")]
    with tempfile.NamedTemporaryFile(suffix=".binpb") as imports:
        imports.write(imported().SerializeToString(deterministic=True))
        imports.flush()
        protoc = [
            *(sys.executable, "-m", "grpc_tools.protoc"),
            f"--descriptor_set_in={imports.name}",
            f"--proto_path={SOURCE}",
            f"--plugin=protoc-gen-mypy={TOOLS / 'protoc-gen-mypy'}",
            f"--plugin=protoc-gen-mypy_grpc={TOOLS / 'protoc-gen-mypy_grpc'}",
        ]
        _run([*protoc, f"--python_out={folder}", f"--mypy_out=quiet:{folder}", RULES, *contracts])
        if services:
            grpc = [f"--grpc_python_out={folder}", f"--mypy_grpc_out=quiet,only_async:{folder}"]
            _run([*protoc, *grpc, *services])
        image = [
            "--include_imports",
            "--include_source_info",
            f"--descriptor_set_out={folder / DESCRIPTORS}",
        ]
        _run([*protoc, *image, *contracts])


def write() -> None:
    """Make protos/gen what the contracts say, touching only what differs."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        fresh = _contents(Path(folder))
    for stale in _contents(GENERATED).keys() - fresh.keys():
        (GENERATED / stale).unlink()
    for name, content in fresh.items():
        target = GENERATED / name
        if not target.exists() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def differences() -> list[str]:
    """How protos/gen differs from what would be written, one line a file."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        fresh = _contents(Path(folder))
    committed = _contents(GENERATED)
    return [
        *(f"{name}: missing" for name in sorted(fresh.keys() - committed.keys())),
        *(f"{name}: has no contract" for name in sorted(committed.keys() - fresh.keys())),
        *(
            f"{name}: differs"
            for name in sorted(fresh.keys() & committed.keys())
            if fresh[name] != committed[name]
        ),
    ]


def lint() -> int:
    """Lint the committed descriptors; the exit status of `buf lint`, which prints what it found."""
    image, rules = str(GENERATED / DESCRIPTORS), str(SOURCE / "buf.yaml")
    command = [str(TOOLS / "buf"), "lint", image, "--config", rules]
    return subprocess.run(command, check=False).returncode


def breaking(revision: str) -> int:
    """Compare with the descriptors of a git revision; the exit status of `buf breaking`."""
    name = f"{revision}:protos/gen/{DESCRIPTORS}"
    before = subprocess.run(["git", "show", name], cwd=SOURCE, capture_output=True, check=False)
    if before.returncode:
        print(f"There are no descriptors to compare with: {before.stderr.decode().strip()}")
        return 1
    with tempfile.NamedTemporaryFile(suffix=".binpb") as image:
        image.write(before.stdout)
        image.flush()
        now, rules = str(GENERATED / DESCRIPTORS), str(SOURCE / "buf.yaml")
        command = [str(TOOLS / "buf"), "breaking", now, "--against", image.name, "--config", rules]
        return subprocess.run(command, check=False).returncode


def _run(command: list[str]) -> None:
    if subprocess.run(command, check=False, cwd=SOURCE).returncode:
        sys.exit("protos/generate.py: the contracts do not compile, nothing was written")


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def main() -> None:
    """Write, or check and lint, or compare."""
    parser = argparse.ArgumentParser(description="Generate protos/gen from protos/resonance.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail on drift or lint")
    parser.add_argument("--breaking", metavar="REVISION", help="fail if its clients would break")
    arguments = parser.parse_args()
    if arguments.breaking:
        sys.exit(breaking(arguments.breaking))
    if not arguments.check:
        write()
        return
    drift = differences()
    for line in drift:
        print(f"protos/gen/{line}")
    if drift:
        print("protos/gen is not what the contracts say: run `make protos`")
    sys.exit(1 if lint() or drift else 0)


if __name__ == "__main__":
    main()
