"""The life of the embedded PostgreSQL: one owner starts or adopts it, keeps it, and stops it.

Who owns it holds a lock in the data folder. It is our child in a session of its own; one that a
killed owner left is adopted when it answers on its socket as the server of this very folder. It
listens on no network, knows no trust authentication, and ends (fast) with its owner.
"""

import asyncio
import contextlib
import fcntl
import os
import signal
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from types import TracebackType

import structlog

from app.database.cluster import (
    ADMIN,
    DATABASE,
    ENVIRONMENT,
    PORT,
    READING,
    STATE,
    Cluster,
    forget_sockets,
    open_cluster,
    open_log,
    socket_folder,
)
from app.database.embedded_roles import answers_for, make_roles
from app.database.postmaster import Postmaster, find_postmaster, forget_stale
from app.database.programs import Programs, find_programs, make_folder
from app.errors import StartupError

START_SECONDS = 120.0  # it may have to recover from a crash first
LOOK_SECONDS = 0.02
FAST_SECONDS = 10.0  # then without a checkpoint (immediate), which costs a recovery
RESTART_SECONDS = (0.1, 30.0)  # the first and the longest pause between attempts

SERVER_SETTINGS = (
    "listen_addresses=",
    f"port={PORT}",
    "unix_socket_permissions=0700",
    "max_connections=200",  # up to eight server processes and a few workers
    "wal_level=minimal",  # nobody replicates it, and loading tables is faster
    "max_wal_senders=0",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_min_messages=log",  # its own affairs; failing statements are told to who sent them
    "log_min_error_statement=panic",  # no statement, hence no argument, in the log
    "log_checkpoints=off",
)

log = structlog.get_logger()


class DataInUseError(StartupError):
    """Another process owns the embedded PostgreSQL of this data folder."""


class EmbeddedPostgres:
    """`async with EmbeddedPostgres(data) as database:` and `database.reading_url` answers.

    Raises `DataInUseError` when another process owns it, `StartupError` with a sentence for
    everything else that keeps it from starting.
    """

    def __init__(self, data: Path) -> None:
        self._data = data.resolve()
        self._stack = contextlib.AsyncExitStack()
        self._postmaster: Postmaster | None = None
        self._cluster: Cluster
        self._sockets: Path

    @classmethod
    async def running(cls, data: Path) -> "EmbeddedPostgres":
        """The one that another process owns, to be used beside it and left as it is.

        Raises StartupError when it does not answer.
        """
        found = cls(data)
        programs = find_programs()
        found._cluster = Cluster(found._data / "postgres", programs)
        found._sockets = socket_folder(found._cluster.folder, programs, make=False)
        if not found._cluster.folder.exists() or not await found._answers():
            raise StartupError(
                f"The data folder {data} is in use by another Rowstream, whose PostgreSQL does not"
                " answer (yet). Try again in a moment."
            )
        return found

    @property
    def reading_url(self) -> str:
        """For reports: reads the tables of `demo` and `public`, writes nothing, sees no state."""
        return self._url(READING)

    @property
    def state_url(self) -> str:
        """For the state and for loading tables: owns the database, is no superuser."""
        return self._url(STATE)

    @property
    def admin_url(self) -> str:
        """The superuser, for upkeep; no server process gets it."""
        return self._url(ADMIN)

    @property
    def pid(self) -> int | None:
        """The number of the running `postgres`."""
        return self._postmaster.pid if self._postmaster else None

    async def __aenter__(self) -> "EmbeddedPostgres":
        async with contextlib.AsyncExitStack() as stack:
            programs = find_programs()
            stack.enter_context(owned(self._data, programs))
            self._open(programs)
            stack.push_async_callback(self._stop)
            await self._start()
            await make_roles(self._url, self._cluster.passwords())
            await stack.enter_async_context(self._kept())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._stack.aclose()

    def _open(self, programs: Programs) -> None:
        self._cluster = open_cluster(self._data, programs)
        self._sockets = socket_folder(self._cluster.folder, programs, make=True)

    def _url(self, role: str, database: str = DATABASE) -> str:
        return self._cluster.url(role, sockets=self._sockets, database=database)

    async def _start(self) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                while not await self._answers():
                    self._look_after()
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError as error:
            raise StartupError(self._silence("does not answer")) from error
        self._hold(find_postmaster(self._cluster.files, answered=True))

    async def _answers(self) -> bool:
        """Whether the server of this folder is there: asked, not read from its pid file."""
        folder = await answers_for(self._url(ADMIN, "postgres"))
        return folder is not None and self._cluster.is_at(folder)

    def _look_after(self) -> None:
        """Start the server unless one is on its way up or down in this folder."""
        if self._postmaster and self._postmaster.running:
            return
        if self._postmaster and self._postmaster.is_child and not self._cluster.is_busy():
            raise StartupError(self._silence("did not start"))
        self._hold(find_postmaster(self._cluster.files, answered=False) or self._spawn())

    def _silence(self, what: str) -> str:
        words = self._cluster.last_words()
        return f"The embedded PostgreSQL {what}. Its log is {self._cluster.log}: {words}"

    def _spawn(self) -> Postmaster:
        forget_stale(self._cluster.files)
        settings = [f"-c{setting}" for setting in SERVER_SETTINGS]
        where = [f"-D{self._cluster.files}", f"-k{self._sockets}"]
        output = open_log(self._cluster)
        try:
            child = self._cluster.programs.start(
                "postgres", *where, *settings, output=output, environment=ENVIRONMENT
            )
        finally:
            os.close(output)
        return Postmaster(child.pid, child)

    def _hold(self, found: Postmaster | None) -> None:
        if found is None or (self._postmaster and self._postmaster.pid == found.pid):
            return
        if self._postmaster:
            self._postmaster.close()
        self._postmaster = found

    @contextlib.asynccontextmanager
    async def _kept(self) -> AsyncGenerator[None]:
        keeper = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.wait([keeper])

    async def _keep(self) -> None:
        """Start the server again whenever it ends without us."""
        pause, longest = RESTART_SECONDS
        while True:
            if self._postmaster:
                await self._postmaster.wait()
                self._postmaster.close()
            self._postmaster = None
            log.warning("embedded_postgres_ended", message="It is started again.")
            try:
                await self._start()
                pause = RESTART_SECONDS[0]
            except StartupError as error:
                log.warning("embedded_postgres_down", message=str(error))
                pause = min(2 * pause, longest)
            await asyncio.sleep(pause)

    async def _stop(self) -> None:
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, at once
            if self._postmaster and self._postmaster.running:
                self._postmaster.send(number)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._postmaster.wait(), FAST_SECONDS)
        if self._postmaster:
            self._postmaster.close()
        forget_sockets(self._cluster.folder)


@contextlib.contextmanager
def owned(data: Path, programs: Programs) -> Generator[None]:
    """Hold the lock of the data folder; `DataInUseError` when another process does."""
    make_folder(data, 0o711 if programs.account else 0o700)
    lock = os.open(data / "postgres.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise DataInUseError(
            f"The data folder {data} is in use by another Rowstream. Stop that one, or give"
            " ROWSTREAM_DATA another folder."
        ) from error
    finally:
        os.close(lock)
