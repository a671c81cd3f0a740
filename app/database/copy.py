"""The `copy` reader: rows as lines of COPY's text format, at PostgreSQL's own speed.

COPY keeps parallel plans, brings rows one after the other, and stops when nobody takes them. It
takes no binds: asyncpg would paste arguments in by a regular expression over the whole text and
send it by the simple protocol, where `; drop table` is a statement of its own. So it is never
given arguments. `$n` tokens are found by PostgreSQL's scanner and replaced by literals that the
server has quoted, and inside `copy (…)` a second statement does not parse.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Protocol

from app.database.cursor import Selection
from app.database.tasks import this_task

if TYPE_CHECKING:
    from app.database.pool import Connection

Line = bytes
Take = Callable[[Sequence[Line]], Coroutine[object, object, None]]

QUOTED = """
select pg_catalog.quote_nullable(text)
from unnest($1::text[]) with ordinality as given(text, place)
order by place
"""


class Inlined(Selection, Protocol):
    """A composed statement whose binds can be put into its text."""

    def inlined(self, sql: str, literals: Sequence[str]) -> str:
        """`sql` with the n-th literal where the token `$n` stood."""
        ...


async def copy_rows(
    connection: "Connection", selection: Inlined, take: Take, *, row_bytes: int
) -> None:
    """Hand every row to `take`, as lines without their ends; PostgreSQL waits while it works.

    Values longer than `row_bytes` characters arrive cut after one more: whoever takes the lines
    looks at their sizes. Raises what asyncpg and `take` raise.
    """
    literals = [row[0] for row in await connection.fetch(QUOTED, list(selection.binds))]
    lines = _Lines(take, this_task())
    sql = selection.inlined(selection.select(row_bytes), literals)
    try:
        await connection.copy_from_query(sql, output=lines.feed, format="text")
        await asyncio.sleep(0)  # where a stop ends us that came with the last lines
    except asyncio.CancelledError:
        if lines.error is None:
            raise
        this_task().uncancel()
        raise lines.error from None


class _Lines:
    """Cuts what arrives into lines; a line may come in several parts.

    asyncpg ends a COPY cleanly only while it waits for data: what is raised while data is taken
    leaves the connection in the middle of it. So a cancellation or an error in here is put off
    until `task`, which reads, waits again.
    """

    def __init__(self, take: Take, task: "asyncio.Task[object]") -> None:
        self.error: BaseException | None = None
        self._take = take
        self._task = task
        self._stopped = False
        self._begun: list[bytes] = []

    async def feed(self, data: bytes) -> None:
        """Take the lines that these bytes finish; never raises."""
        if self._stopped:
            return
        *whole, begun = data.split(b"\n")
        if whole and self._begun:
            whole[0] = b"".join((*self._begun, whole[0]))
            self._begun = []
        if begun:
            self._begun.append(begun)
        if whole:
            await self._hand_over(whole)

    async def _hand_over(self, lines: Sequence[Line]) -> None:
        work = asyncio.ensure_future(self._take(lines))
        while not work.done():
            try:
                await asyncio.wait([work])
            except asyncio.CancelledError:
                self._task.uncancel()
                self._stopped = True
        self.error = work.exception()
        if self._stopped or self.error is not None:
            self._stopped = True
            self._task.cancel()
