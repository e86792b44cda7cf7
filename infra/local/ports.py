"""Free TCP ports on the loopback, remembered so that addresses stay the same after a restart."""

import json
import random
import socket
from pathlib import Path

HOST = "127.0.0.1"
# Below the range from which Linux takes ports for outgoing connections (32768 and up), so that a
# port found free is not gone a moment later.
RANGE = range(20_000, 32_000)


class Ports:
    """Ports by name, kept in one file of a folder.

    A port that somebody else has taken since is replaced when `forget_taken` is called, which is
    right only while nothing of the folder runs.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._ports: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}

    def of(self, name: str) -> int:
        """The port of that name; a free one is picked the first time."""
        if name not in self._ports:
            self._ports[name] = _free_port(taken=set(self._ports.values()))
            self._file.write_text(json.dumps(self._ports, indent=2, sort_keys=True) + "\n")
        return self._ports[name]

    def address(self, name: str) -> str:
        """The address of that name, as `host:port`."""
        return f"{HOST}:{self.of(name)}"

    def forget_taken(self) -> None:
        """Drop the ports that cannot be listened on now."""
        self._ports = {name: port for name, port in self._ports.items() if _is_free(port)}


def _free_port(*, taken: set[int]) -> int:
    for port in random.sample(RANGE, k=len(RANGE)):
        if port not in taken and _is_free(port):
            return port
    raise OSError(f"No free port between {RANGE.start} and {RANGE.stop}.")


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as candidate:
        # As servers do: a port whose old connections are still being forgotten is free.
        candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            candidate.bind((HOST, port))
        except OSError:
            return False
    return True
