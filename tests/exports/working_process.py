"""A worker in a process of its own, to be killed, stopped, continued and ended."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from app.settings import Settings, variable
from tests.exports.traces import until

SILENT_SECONDS = 3.0  # the product's ten would make each test as long
START_SECONDS = 40.0
GIVEN = ("data", "reports", "database_url", "state_url", "files_url", "export_slots", "export_ttl")
# As `python -m app.worker` does it, with another silence.
QUICK = f"import sys, app.worker as w; sys.exit(w.main(silent_seconds={SILENT_SECONDS}))"


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """A started worker, and what it logs."""

    process: asyncio.subprocess.Process
    logged: Path

    @property
    def log(self) -> str:
        """What it has logged so far."""
        return self.logged.read_text()

    def began(self, export: str) -> bool:
        """Whether it has begun to do this export."""
        return self._tells("export_began", export)

    def completed(self, export: str) -> bool:
        """Whether it says that the export is whole."""
        return self._tells("export_completed", export)

    def send(self, number: signal.Signals) -> None:
        """A signal."""
        self.process.send_signal(number)

    async def ended(self, within: float) -> int:
        """Its exit code, when it has ended; fails after so many seconds."""
        return await asyncio.wait_for(self.process.wait(), within)

    async def until_said(self, word: str, *, within: float = START_SECONDS) -> None:
        """Return when its log has the word; fails after so many seconds."""

        async def said() -> bool:
            return word in self.log

        await until(said, word, self._said, within=within)

    async def _said(self) -> str:
        return self.log

    def _tells(self, event: str, export: str) -> bool:
        lines = [line for line in self.log.splitlines() if f'"{event}"' in line]
        return any(f'"{export[:8]}"' in line for line in lines)


@asynccontextmanager
async def worker_process(
    settings: Settings, name: str = "worker", *, quick: bool = True, **environ: str
) -> AsyncGenerator[WorkerProcess]:
    """A worker with these settings that is ready; killed at the end. Its log is in the data folder.

    `quick` ones agree among themselves that three seconds are long.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    given = {each: getattr(settings, each) for each in GIVEN}
    variables = {variable(each): str(value) for each, value in given.items() if value is not None}
    command = ["-c", QUICK] if quick else ["-m", "app.worker"]
    logged = settings.data / f"{name}.log"
    with logged.open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, *command),
            env={**os.environ, **variables, **environ},
            stdout=log,
            stderr=log,
        )
    worker = WorkerProcess(process, logged)
    try:
        await worker.until_said("worker_ready")
        yield worker
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
