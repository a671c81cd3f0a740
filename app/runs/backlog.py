"""The append-only record of a run's events in two files: frames, and an index of them.

`<run>.zst` holds one zstd frame per event, `<run>.idx` one fixed-size record per event. A frame is
written before its record, so a record that is there whole points to a frame that is there whole.
The writer holds a lock on the frames' file for as long as it lives: a free lock is a dead writer.
"""

import fcntl
import os
import time
from pathlib import Path

from app.errors import Gone, Storage
from app.runs.backlog_reader import BacklogReader
from app.runs.backlog_writer import BacklogWriter
from app.runs.run import RunId, parse_run_id


class WriterAlive(Exception):
    """The backlog has a writer, in this process or another."""


class BacklogFolder:
    """The folder of all backlogs: 0700, its files 0600."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def create(self, run: RunId) -> "BacklogWriter":
        """A new backlog, locked; Storage when the disk does not take it, WriterAlive for a second.

        A second one leaves the first as it is.
        """
        try:
            return self._writer(run, os.O_RDWR | os.O_CREAT | os.O_EXCL)
        except FileExistsError as error:
            raise WriterAlive(run) from error
        except OSError as error:
            self.delete(run)
            raise Storage("The server's disk does not take new runs at the moment.") from error

    def adopt(self, run: RunId) -> "BacklogWriter":
        """The backlog of a dead writer, locked; WriterAlive, Gone when it is not here, Storage."""
        try:
            return self._writer(run, os.O_RDWR)
        except FileNotFoundError as error:
            raise Gone(run=run) from error
        except OSError as error:
            raise _unreadable() from error

    def reader(self, run: RunId) -> "BacklogReader":
        """The backlog for reading; Gone when it is deleted."""
        try:
            return BacklogReader(*self._open_both(run, os.O_RDONLY))
        except FileNotFoundError as error:
            raise Gone(run=run) from error
        except OSError as error:
            raise _unreadable() from error

    def delete(self, run: RunId) -> None:
        """Remove the files; open readers keep what they have opened. Storage when they stay."""
        try:
            for path in self._paths(run):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise Storage("The server's disk does not let go of old rows.") from error

    def runs(self, *, unchanged: float = 0.0) -> set[RunId]:
        """The runs whose files here have been as they are for so many seconds."""
        before = time.time() - unchanged  # and files of other names are not ours
        stems = (path.stem for path in self._folder.glob("*.zst") if _changed_at(path) <= before)
        return {run for stem in stems if (run := parse_run_id(stem))}

    def _paths(self, run: RunId) -> tuple[Path, Path]:
        return self._folder / f"{run}.zst", self._folder / f"{run}.idx"

    def _writer(self, run: RunId, flags: int) -> "BacklogWriter":
        frames, index = self._open_both(run, flags)
        try:
            fcntl.flock(frames, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return BacklogWriter(frames, index)
        except OSError as error:
            os.close(frames)
            os.close(index)
            if isinstance(error, BlockingIOError):
                raise WriterAlive(run) from error
            raise

    def _open_both(self, run: RunId, flags: int) -> tuple[int, int]:
        frames_path, index_path = self._paths(run)
        frames = os.open(frames_path, flags | os.O_CLOEXEC, 0o600)
        try:
            return frames, os.open(index_path, flags | os.O_CLOEXEC, 0o600)
        except OSError:
            os.close(frames)
            raise


def _changed_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return float("inf")  # just deleted, by its server


def _unreadable() -> Storage:
    return Storage("The rows of this run cannot be read from the server's disk.")
