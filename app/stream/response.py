"""The event-stream response: replays the backlog, then follows it live, with no gap in between.

It reads what stands in the backlog and nothing else: it never touches the run or its connection.
Who wins:

    the final event is sent         the body ends; the run has ended
    the client leaves               the response ends; the run goes on, and is cancelled when nobody
                                    has followed it for a while
    the client takes nothing        after the send timeout the socket is dropped; as above
    the backlog is damaged          an unnumbered `failed` (`storage`), then the body ends
    the backlog is deleted          what is open is read to its end
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing

import orjson
import structlog
from sse_starlette.sse import EventSourceResponse, SendTimeoutError
from starlette.types import Receive, Scope, Send

from app.runs.aside import next_aside
from app.runs.backlog_reader import BacklogReader, damaged_error
from app.runs.events import PING, RETRY, final_data, final_name, unnumbered_bytes
from app.runs.frames import Damaged, Record
from app.runs.run import Run
from app.runs.runs import Runs
from app.stream.encodings import Encoder, choose_coding, encoder

ASIDE_BYTES = 16 * 1024  # gzip takes 0.3 ms for 64 KiB, a thread 0.1 ms to ask and to hear from
LARGE_FRAME_BYTES = 1024 * 1024  # read and checked whole before its first piece: 1 ms
PING_SECONDS = 15.0  # below the idle timeouts of proxies, as the standard suggests
HEADERS = {
    "Cache-Control": "no-store, no-transform",
    "X-Accel-Buffering": "no",
    "Vary": "Accept-Encoding",
}

log = structlog.get_logger()


class EventStream(EventSourceResponse):
    """The response class of sse-starlette, fed with ready-made bytes; pings are ours."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream. A client that takes nothing is one log line."""
        try:
            await super().__call__(scope, receive, send)
        except SendTimeoutError:
            log.info("follower_dropped", reason="it took nothing for the send timeout")


def event_stream(
    runs: Runs,
    run: Run,
    *,
    after: int,
    accept_encoding: str,
    send_timeout: float,
    ping_seconds: float = PING_SECONDS,
) -> EventStream:
    """The events of `run` after event `after`, to the final one. Raises Gone when it is deleted."""
    coding = choose_coding(accept_encoding)
    headers = HEADERS if coding == "identity" else {**HEADERS, "Content-Encoding": coding}
    return EventStream(
        _body(runs, run, after=after, coder=encoder(coding), ping_seconds=ping_seconds),
        headers=headers,
        media_type="text/event-stream; charset=utf-8",
        ping=0,
        send_timeout=send_timeout,
    )


async def _body(
    runs: Runs, run: Run, *, after: int, coder: Encoder, ping_seconds: float
) -> AsyncGenerator[bytes]:
    with runs.following(run.id), runs.reader(run) as reader:
        yield coder.plain(RETRY)
        events = _events(reader, runs, run, after=after, coder=coder, ping_seconds=ping_seconds)
        async with aclosing(events):
            async for piece in events:
                yield piece
                # A send that does not wait would let a replay keep the event loop to itself.
                await asyncio.sleep(0)
        if end := coder.end():
            yield end


async def _events(
    reader: BacklogReader,
    runs: Runs,
    run: Run,
    *,
    after: int,
    coder: Encoder,
    ping_seconds: float,
) -> AsyncGenerator[bytes]:
    """Each event, encoded, in pieces; a ping for every `ping_seconds` of silence."""
    number, changes = after, runs.changes(run.id)
    silence = Silence(ping_seconds)
    while True:
        record = reader.record(number + 1)
        if record is None:
            if end := await _untold_end(reader, runs, run, number, silent=silence.is_long):
                yield coder.plain(end)
                return
            if silence.is_long:
                yield coder.plain(PING)
                silence = Silence(ping_seconds)
                continue  # what was written while the ping went out has woken nobody
            await changes.wait(silence.left)
            continue
        pieces = _encoded(reader, record, changes.fresh(number + 1), coder)
        aside = _is_heavy(record, coder)
        try:
            while piece := await next_aside(pieces) if aside else next(pieces, None):
                yield piece
        except Damaged:
            yield coder.plain(_damaged())
            return
        if record.kind == "final":
            return
        number, silence = number + 1, Silence(ping_seconds)


def _encoded(
    reader: BacklogReader, record: Record, fresh: bytes | None, coder: Encoder
) -> Iterator[bytes]:
    """The event, from memory where that is cheaper; Damaged instead of its first piece."""
    from_memory = None if fresh is None else coder.fresh(fresh)
    yield from from_memory or coder.stored(reader.source(record))


def _is_heavy(record: Record, coder: Encoder) -> bool:
    """Whether twenty followers of such an event, all in one turn, would hold the event loop."""
    is_work = coder.compresses and record.plain_length > ASIDE_BYTES
    return is_work or record.length > LARGE_FRAME_BYTES


class Silence:
    """How long nothing has been said, in seconds; after `longest` a ping is due."""

    def __init__(self, longest: float) -> None:
        self._clock = asyncio.get_running_loop().time
        self._due = self._clock() + longest

    @property
    def left(self) -> float:
        """Seconds until a ping is due."""
        return max(0.0, self._due - self._clock())

    @property
    def is_long(self) -> bool:
        """Whether a ping is due."""
        return self.left == 0.0


async def _untold_end(
    reader: BacklogReader, runs: Runs, run: Run, number: int, *, silent: bool
) -> bytes | None:
    """The end of a run whose backlog has nothing after event `number`, and never will.

    Either it could not take the final event, as on a full disk, or it was damaged since. Asked of
    runs that are known to have ended at once, of others once per silence.
    """
    told = runs.ended_here(run.id)
    if told is False or not (told or silent or run.is_final):
        return None
    now = await runs.get(run.id)
    if not now.is_final or reader.record(number + 1) is not None:
        return None
    last = reader.record(number)
    if now.rows != (last.rows if last else 0):
        return _damaged()
    return unnumbered_bytes(final_name(now), final_data(now, now.elapsed_ms(now.created_at)))


def _damaged() -> bytes:
    data = orjson.dumps({"status": "failed", "error": damaged_error().problem()})
    return unnumbered_bytes("failed", data)
