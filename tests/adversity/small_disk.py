"""A small disk of the test's own: a tmpfs, where mounting is allowed."""

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import skip_or_fail

MOUNT, UMOUNT = "/bin/mount", "/bin/umount"


@dataclass(frozen=True, slots=True)
class SmallDisk:
    """A mounted folder that can be filled and emptied."""

    folder: Path

    def fill(self, *, leaving: int) -> None:
        """Take all room but so many bytes."""
        state = os.statvfs(self.folder)
        size = state.f_bavail * state.f_frsize - leaving
        with (self.folder / "filler").open("wb") as filler:
            os.posix_fallocate(filler.fileno(), 0, size)

    def empty(self) -> None:
        """Give it back."""
        (self.folder / "filler").unlink()


@contextmanager
def small_disk(folder: Path, *, size: str) -> Generator[SmallDisk]:
    """A disk of this size (as mount takes it) on a new folder, gone afterwards."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run([MOUNT, *options], check=False, capture_output=True).returncode:
        skip_or_fail("Mounting a small disk is not allowed")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run([UMOUNT, "--lazy", str(folder)], check=True)
