"""The `copy` reader: rows as lines of COPY's text format, or a file's bytes, at PostgreSQL's speed.

COPY keeps parallel plans, brings rows one after the other, and stops when nobody takes them. It
takes no binds: asyncpg would paste arguments in by a regular expression over the whole text and
send it by the simple protocol, where `; drop table` is a statement of its own. So it is never
given arguments. `$n` tokens are found by PostgreSQL's scanner and replaced by literals that the
server has quoted, and inside `copy (…)` a second statement does not parse.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from app.database.connection import cancellation
from app.database.copy_messages import rows_kept
from app.database.cursor import Selection
from app.database.tasks import to_its_end

if TYPE_CHECKING:
    from app.database.pool import Connection

Take = Callable[[bytes], Awaitable[None]]

NULL = b"\v"  # COPY writes the one in a value as an escape, so a raw one is no part of any
TEXT = {"format": "text", "null": NULL.decode()}
BLOCK_BYTES = 256 * 1024  # what a file can wait for
# PostgreSQL sends 8 KB at a time, and who is faster is woken for each. That is a third of the CPU
# of reading them: so the system may gather them for a moment. Its buffer holds 200 KB.
SMALL_BYTES = 32 * 1024
GATHER_SECONDS = 0.001
STOP_SECONDS = 2.0  # a backend that takes longer is not waited for

QUOTED = """
select pg_catalog.quote_nullable(text)
from unnest($1::text[]) with ordinality as given(text, place)
order by place
"""


class Inlined(Selection, Protocol):
    """A composed statement whose binds can be put into its text."""

    def printed(self, limit_bytes: int) -> str:
        """Every column for COPY to print; filling where a row's texts have more bytes."""
        ...

    def inlined(self, sql: str, literals: Sequence[str]) -> str:
        """`sql` with the n-th literal where the token `$n` stood."""
        ...


async def copy_rows(
    connection: "Connection", selection: Inlined, take: Take, *, row_bytes: int
) -> None:
    """Hand every row to `take`, as whole lines with their ends; PostgreSQL waits while it works.

    A row with more than `row_bytes` of text arrives cut, or filled, to little more: whoever takes
    the lines looks at their sizes. Raises what asyncpg and `take` raise. A cancellation ends the
    COPY first.
    """
    lines = _Lines(take, cancellation(connection))
    await _copied(connection, selection, selection.printed(row_bytes), lines, TEXT)


async def copy_file(
    connection: "Connection",
    selection: Inlined,
    sql: str,
    take: Take,
    *,
    options: Mapping[str, object],
    at_least: int = 1,
) -> int:
    """Hand the bytes that COPY prints of `sql`, one of the selection's forms, to `take` as they
    come, cut anywhere, `at_least` so many at a time but for the last; returns how many rows there
    were.

    PostgreSQL waits while `take` works. `options` are asyncpg's names for COPY's. Raises what
    asyncpg and `take` raise. A cancellation cancels `take` and ends the COPY first.
    """
    pieces = _Pieces(take, cancellation(connection), at_least)
    rows = await _copied(connection, selection, sql, pieces, options)
    await pieces.rest()
    return rows


async def _copied(
    connection: "Connection",
    selection: Inlined,
    sql: str,
    taking: "_Taking",
    options: Mapping[str, Any],
) -> int:
    literals = [row[0] for row in await connection.fetch(QUOTED, list(selection.binds))]
    inlined = selection.inlined(sql, literals)
    with rows_kept(connection):
        copying = asyncio.create_task(
            connection.copy_from_query(inlined, output=taking.feed, **options)
        )
        try:
            await asyncio.wait([copying])
        except asyncio.CancelledError:
            await to_its_end(asyncio.create_task(_end(copying, taking, connection)))
            raise
    ended = copying.exception()  # asked for in any case, else asyncio logs that nobody did
    if error := taking.error or ended:
        raise error
    return int(copying.result().removeprefix("COPY "))


async def _end(copying: "asyncio.Task[str]", taking: "_Taking", connection: "Connection") -> None:
    """Stop a COPY. A backend that does not let go of it in time loses its connection."""
    await taking.stop()
    await asyncio.wait([copying], timeout=STOP_SECONDS)
    if not copying.done():
        connection.terminate()
    await asyncio.gather(copying, return_exceptions=True)


class _Taking(ABC):
    """Hands over what arrives.

    asyncpg's own way out of a COPY, an exception in here or a cancellation of the task that reads,
    leaves the connection in the middle of it when the last data are there, or more arrive at that
    moment. So neither happens: PostgreSQL is asked to end the statement, by `cancel`, and what
    still comes is thrown away until it has.
    """

    def __init__(self, take: Take, cancel: Callable[[], Awaitable[None]]) -> None:
        self.error: BaseException | None = None
        self._take = take
        self._cancel = cancel
        self._stopped = False

    async def stop(self) -> None:
        """Take no more, and have PostgreSQL end the statement."""
        self._stopped = True
        await self._cancel()

    async def feed(self, data: bytes) -> None:
        """Take these bytes, if any are taken; never raises."""
        if not self._stopped:
            await self._arrived(data)
            if len(data) < SMALL_BYTES:
                await asyncio.sleep(GATHER_SECONDS)

    @abstractmethod
    async def _arrived(self, data: bytes) -> None: ...

    async def _failed(self, error: BaseException) -> None:
        """Keep it, to be raised where the COPY was asked for."""
        self.error = error
        await self.stop()


class _Lines(_Taking):
    """Cuts what arrives into lines; a line may come in several parts."""

    def __init__(self, take: Take, cancel: Callable[[], Awaitable[None]]) -> None:
        super().__init__(take, cancel)
        self._begun: list[bytes] = []

    async def _arrived(self, data: bytes) -> None:
        end = data.rfind(b"\n") + 1
        view = memoryview(data)
        if end:
            whole = b"".join((*self._begun, view[:end]))
            self._begun = []
            await self._hand_over(whole)
        if end < len(data):
            self._begun.append(bytes(view[end:]))

    async def _hand_over(self, lines: bytes) -> None:
        try:
            await self._take(lines)
        except Exception as error:  # noqa: BLE001 (raised again by _copied)
            await self._failed(error)


class _Pieces(_Taking):
    """Hands over what arrives as it is. Who takes it can wait for somebody else, for ever: so it
    is done in a task that a stop cancels.

    A task for each piece costs more than asyncpg takes for it: so who can wait is given more.
    """

    def __init__(self, take: Take, cancel: Callable[[], Awaitable[None]], at_least: int) -> None:
        super().__init__(take, cancel)
        self._at_least = at_least
        self._gathered: list[bytes] = []
        self._size = 0
        self._under_way: asyncio.Future[None] | None = None

    async def stop(self) -> None:
        """The same, and nobody is waited for."""
        if self._under_way is not None:
            self._under_way.cancel()
        await super().stop()

    async def rest(self) -> None:
        """Hand over what is left, when everything has arrived."""
        if self._gathered:
            await self._take(self._whole())

    async def _arrived(self, data: bytes) -> None:
        self._gathered.append(data)
        self._size += len(data)
        if self._size >= self._at_least:
            await self._hand_over(self._whole())

    def _whole(self) -> bytes:
        pieces, self._gathered, self._size = self._gathered, [], 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def _hand_over(self, data: bytes) -> None:
        self._under_way = asyncio.ensure_future(self._take(data))
        await asyncio.wait([self._under_way])
        if self._stopped:
            return
        if self._under_way.cancelled():
            await self._failed(asyncio.CancelledError())
        elif error := self._under_way.exception():
            await self._failed(error)
