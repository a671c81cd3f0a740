"""How far `rowstream export` is, on a terminal: rows, bytes a second, a percentage by estimate."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

MEGABYTE = 1_000_000
LINE_END = b"\n"


class ProgressBar:
    """A bar on standard error while the block lasts, if that is a terminal.

    `estimate` is the planner's number of rows: when there are more, the end is not known any more.
    """

    def __init__(self, title: str, estimate: int | None) -> None:
        self.rows = 0
        self.bytes = 0
        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[percent]}"),
            TextColumn("{task.fields[rows]:,} rows"),
            TextColumn("{task.fields[speed]:.1f} MB/s"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._estimate = estimate
        self._task = self._progress.add_task(
            title, total=estimate, percent="", rows=self.rows, speed=0.0
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def more(self, *, rows: int, size: int) -> None:
        """So many rows more, which are so many bytes."""
        self.rows += rows
        self.bytes += size
        known = self._estimate is not None and 0 < self.rows <= self._estimate
        elapsed = self._progress.tasks[0].elapsed or 0.0
        self._progress.update(
            self._task,
            completed=self.rows,
            total=self._estimate if known else None,
            percent=f"about {self.rows / self._estimate:.0%}" if known and self._estimate else "",
            rows=self.rows,
            speed=self.bytes / MEGABYTE / elapsed if elapsed else 0.0,
        )


class Records:
    """Counts records in what COPY prints, cut anywhere: a line break between quotes ends none."""

    def __init__(self, quote: str) -> None:
        self._quote = quote.encode()
        self._is_quoted = False

    def ended(self, data: bytes) -> int:
        """How many records end in these bytes."""
        parts = data.split(self._quote)
        plain = parts[self._is_quoted :: 2]
        self._is_quoted ^= len(parts) % 2 == 0
        return sum(part.count(LINE_END) for part in plain)
