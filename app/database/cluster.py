"""What the embedded PostgreSQL has on disk: a folder, made whole or not at all, and passwords.

<data>/postgres.lock            held by the one owner
<data>/postgres/                appears under this name only when it is complete
    cluster/                    PostgreSQL's own data folder, 0700
    passwords                   0600, one for each role
    log                         what PostgreSQL says, without statements
    socket/                     0700; elsewhere where its path would be too long
"""

import contextlib
import json
import os
import secrets
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from app.database.programs import Programs, closed_folder, make_folder
from app.errors import StartupError

ADMIN, STATE, READING = "postgres", "rowstream", "rowstream_reader"
DATABASE = "rowstream"
PORT = "5432"  # only part of the socket's name
SOCKET_NAME = f".s.PGSQL.{PORT}"
SOCKET_PATH_BYTES = 107  # sun_path less its closing zero, unix(7)
PASSWORD_BYTES = 24
LOG_BYTES = 1024 * 1024  # a longer log is started anew with the server
BUSY_WORDS = 400  # PostgreSQL's complaint and its hint
PRIVATE_FOLDER = stat.S_IFDIR | 0o700
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}  # nothing of ours: no URL, no PG… variable

INITDB = (
    f"--username={ADMIN}",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """The folder `postgres` in a data folder, and the programs that serve it."""

    folder: Path
    programs: Programs

    @property
    def files(self) -> Path:
        """PostgreSQL's own data folder."""
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        """What PostgreSQL says."""
        return self.folder / "log"

    def url(self, role: str, *, sockets: Path, database: str = DATABASE) -> str:
        """The address for a role, password included."""
        password = self.passwords()[role]
        host = quote(str(sockets), safe="/")
        return f"postgresql://{role}:{password}@/{database}?host={host}&port={PORT}"

    def passwords(self) -> dict[str, str]:
        """The password of each role."""
        return json.loads((self.folder / "passwords").read_text())

    def last_words(self) -> str:
        """The last line of the log, for the sentence that says why the server did not start."""
        with contextlib.suppress(OSError, IndexError):
            return self.log.read_text(errors="replace").strip().splitlines()[-1]
        return "it said nothing"

    def is_at(self, folder: str) -> bool:
        """Whether this is the data folder that a server names as its own."""
        return Path(folder).exists() and self.files.samefile(folder)

    def is_busy(self) -> bool:
        """Whether the server gave up because backends of a killed one still end: that passes."""
        return "shared memory block" in self.log.read_text(errors="replace")[-BUSY_WORDS:]


def open_cluster(data: Path, programs: Programs) -> Cluster:
    """The cluster of a data folder, made if it is not there; what a killed making left goes."""
    make_folder(data, 0o711 if programs.account else 0o700)
    _require_passage(data, programs)
    cluster = Cluster(data / "postgres", programs)
    for half in data.glob("postgres.new-*"):
        shutil.rmtree(half, ignore_errors=True)
    if not cluster.folder.exists():
        _make(cluster)
    _require_version(cluster)
    return cluster


def socket_folder(cluster: Path, programs: Programs, *, make: bool) -> Path:
    """The 0700 folder of the server's socket, a short one in the temporary folder if it has to be.

    The short one has a random name, written down beside the cluster, so that the next owner finds
    the server that a killed one left. With `make` false a missing folder is not made.
    """
    plain = cluster / "socket"
    if len(os.fsencode(plain / SOCKET_NAME)) <= SOCKET_PATH_BYTES:
        if make and not plain.exists():
            make_folder(plain, 0o700)
            programs.give(plain)
        return plain
    written = cluster / "socket-folder"
    short = Path(written.read_text()) if written.exists() else plain
    return _make_short(written, programs) if make and not _private(short, programs) else short


def forget_sockets(cluster: Path) -> None:
    """Remove the short folder when the server has ended."""
    written = cluster / "socket-folder"
    if written.exists():
        shutil.rmtree(written.read_text(), ignore_errors=True)
        written.unlink()


def open_log(cluster: Cluster) -> int:
    """The log as a file descriptor to append to, started anew when it has grown long."""
    long = cluster.log.exists() and cluster.log.stat().st_size > LOG_BYTES
    start_anew = os.O_TRUNC if long else 0
    return os.open(cluster.log, os.O_CREAT | os.O_WRONLY | os.O_APPEND | start_anew, 0o600)


def _make(cluster: Cluster) -> None:
    programs = cluster.programs
    new = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=cluster.folder.parent))
    if programs.account:
        new.chmod(0o711)  # the system user passes through to its own folder
    passwords = {role: secrets.token_urlsafe(PASSWORD_BYTES) for role in (ADMIN, STATE, READING)}
    _write_private(new / "passwords", json.dumps(passwords))
    _write_private(new / "first-password", passwords[ADMIN] + "\n")
    make_folder(new / "cluster", 0o700)
    for path in (new / "first-password", new / "cluster"):
        programs.give(path)
    _initdb(programs, new)
    (new / "first-password").unlink()
    new.rename(cluster.folder)


def _initdb(programs: Programs, new: Path) -> None:
    where = (f"--pgdata={new / 'cluster'}", f"--pwfile={new / 'first-password'}")
    with tempfile.TemporaryFile() as said:
        output = said.fileno()
        process = programs.start("initdb", *where, *INITDB, output=output, environment=ENVIRONMENT)
        try:
            code = process.wait()
        finally:
            process.kill()
        said.seek(0)
        lines = said.read().decode(errors="replace").strip().splitlines()
    if code != 0:
        shutil.rmtree(new)
        raise StartupError(f"The embedded PostgreSQL could not be set up: {lines[-1:]}.")


def _make_short(written: Path, programs: Programs) -> Path:
    base = tempfile.gettempdir()
    if len(os.fsencode(base)) + len("/rowstream-12345678/") + len(SOCKET_NAME) > SOCKET_PATH_BYTES:
        base = "/tmp"  # noqa: S108  (mkdtemp: a random name, 0700)
    short = Path(tempfile.mkdtemp(prefix="rowstream-", dir=base))
    programs.give(short)
    _write_private(written, str(short))
    return short


def _private(folder: Path, programs: Programs) -> bool:
    owner = programs.account.pw_uid if programs.account else os.geteuid()
    with contextlib.suppress(FileNotFoundError):
        status = folder.lstat()
        return status.st_uid == owner and status.st_mode == PRIVATE_FOLDER
    return False


def _require_passage(data: Path, programs: Programs) -> None:
    closed = closed_folder(data, programs.account) if programs.account else None
    if closed is not None and programs.account is not None:
        raise StartupError(
            f"As root, the embedded PostgreSQL runs as the system user {programs.account.pw_name},"
            f" who cannot pass the folder {closed}. Give ROWSTREAM_DATA a folder that every user"
            " can pass, or ROWSTREAM_DATABASE_URL."
        )


def _require_version(cluster: Cluster) -> None:
    found = (cluster.files / "PG_VERSION").read_text().strip()
    if found != cluster.programs.major:
        raise StartupError(
            f"The folder {cluster.files} was made by PostgreSQL {found}, and the installed"
            f" package is PostgreSQL {cluster.programs.major}. Upgrade it with pg_upgrade, or move"
            " it away to start anew."
        )


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
