"""Runs the whole stack on this machine: `python -m infra.local up|down|status|migrate`."""

import argparse
import asyncio
import sys
from pathlib import Path

from infra.local.folder import Folder
from infra.local.postgres import SERVICES
from infra.local.programs import Program, StackError
from infra.local.stack import Stack, local_stack

FOLDER = Path(".local/stack")


def main() -> int:
    """Do what the command line says; 1 if it cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("command", choices=["up", "down", "status", "migrate"])
    parser.add_argument("--folder", type=Path, default=FOLDER, help="default: %(default)s")
    arguments = parser.parse_args()
    commands = {"up": up, "down": down, "status": status, "migrate": migrate}
    try:
        return asyncio.run(commands[arguments.command](arguments.folder))
    except StackError as error:
        print(error, file=sys.stderr)
        return 1


async def up(folder: Path) -> int:
    """Start everything and leave it running."""
    async with local_stack(folder, say=print) as stack:
        stack.detach()
        print(_addresses(stack))
    return 0


def _addresses(stack: Stack) -> str:
    rows = {"gateway": stack.gateway_url} | {
        name: f"grpc {stack.address(name)}, metrics {stack.metrics_url(name)}/metrics"
        for name in stack.services
    }
    rows["logs"] = str(stack.folder.log("*"))
    return "\n".join(f"{name:15} {where}" for name, where in rows.items())


def _usage(program: Program) -> str:
    if not program.is_running:
        return f"ended; its log is {program.log}"
    family = [program.process, *program.process.children(recursive=True)]
    memory = sum(process.memory_info().rss for process in family) / 2**20
    seconds = sum(sum(process.cpu_times()[:2]) for process in family)
    return f"pid {program.process.pid:<8} {memory:6.0f} MiB  {seconds:7.1f} s of processor time"


async def down(folder: Path) -> int:
    """End what runs in the folder, in order."""
    own = Folder(folder)
    running = [program.name for program in own.programs() if program.is_running]
    await own.end_programs()
    print(f"Stopped: {', '.join(running)}" if running else f"Nothing runs in {own.path}.")
    return 0


async def migrate(folder: Path) -> int:
    """Bring the schemas of what runs in the folder to the newest revision."""
    own = Folder(folder)
    if not any(program.name == "postgres" and program.is_running for program in own.programs()):
        raise StackError(f"Nothing runs in {own.path}: `make up` starts it, and migrates.")
    await Stack(own, SERVICES, gateway=False, settings={}, say=print).migrate()
    return 0


async def status(folder: Path) -> int:
    """Say what runs, with memory and processor time; 1 if nothing does or something has ended."""
    programs = Folder(folder).programs()
    for program in programs:
        print(f"{program.name:15} {_usage(program)}")
    if not programs:
        print(f"Nothing runs in {folder}.")
    return 0 if programs and all(program.is_running for program in programs) else 1


if __name__ == "__main__":
    sys.exit(main())
