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

from app.runs.backlog import BacklogReader, damaged_error
from app.runs.events import PING, RETRY, final_data, final_name, unnumbered_bytes
from app.runs.frames import Damaged
from app.runs.run import Run
from app.runs.runs import Runs
from app.stream.encodings import Encoder, choose_coding, encoder

PING_SECONDS = 15.0  # below the idle timeouts of proxies, as the standard suggests
SLICE_BYTES = 64 * 1024  # what a client that takes nothing can make us hold
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
    runs: Runs, run: Run, *, after: int, accept_encoding: str, send_timeout: float
) -> EventStream:
    """The events of `run` after event `after`, to the final one. Raises Gone when it is deleted."""
    coding = choose_coding(accept_encoding)
    headers = HEADERS if coding == "identity" else {**HEADERS, "Content-Encoding": coding}
    return EventStream(
        _body(runs, run, after, encoder(coding)),
        headers=headers,
        media_type="text/event-stream; charset=utf-8",
        ping=0,
        send_timeout=send_timeout,
    )


async def _body(
    runs: Runs, run: Run, after: int, coder: Encoder
) -> AsyncGenerator[bytes | memoryview]:
    with runs.following(run.id), runs.reader(run) as reader:
        yield coder.plain(RETRY)
        async with aclosing(_events(reader, runs, run, after, coder)) as events:
            async for event in events:
                for piece in slices(event):
                    yield piece
        if end := coder.end():
            yield end


async def _events(
    reader: BacklogReader, runs: Runs, run: Run, after: int, coder: Encoder
) -> AsyncGenerator[bytes]:
    """Each event, encoded; a ping for every 15 s of silence."""
    number, changes = after, runs.changes(run.id)
    silence = Silence()
    while True:
        record = reader.record(number + 1)
        if record is None:
            if end := await _untold_end(reader, runs, run, silent=silence.is_long):
                yield coder.plain(end)
                return
            if silence.is_long:
                yield coder.plain(PING)
                silence = Silence()
            await changes.wait(silence.left)
            continue
        try:
            yield coder.stored(reader.frame(record), record)
        except Damaged:
            yield coder.plain(_damaged())
            return
        if record.kind == "final":
            return
        number, silence = number + 1, Silence()
        # A send that does not wait would let a replay keep the event loop to itself.
        await asyncio.sleep(0)


class Silence:
    """How long nothing has been said, in seconds."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self._since = self._clock()

    @property
    def left(self) -> float:
        """Seconds until a ping is due."""
        return max(0.0, self._since + PING_SECONDS - self._clock())

    @property
    def is_long(self) -> bool:
        """Whether a ping is due."""
        return self.left == 0.0


async def _untold_end(reader: BacklogReader, runs: Runs, run: Run, *, silent: bool) -> bytes | None:
    """The final event of a run whose backlog could not take it, as after a full disk.

    Asked of this process's own runs at once, of others once per silence.
    """
    if not silent and not runs.is_ended_here(run.id):
        return None
    now = await runs.get(run.id)
    if not now.is_final or (reader.count() and reader.complete):
        return None
    elapsed = now.elapsed_ms(now.created_at)
    return unnumbered_bytes(final_name(now), final_data(now, elapsed))


def _damaged() -> bytes:
    data = orjson.dumps({"status": "failed", "error": damaged_error().problem()})
    return unnumbered_bytes("failed", data)


def slices(data: bytes) -> Iterator[memoryview]:
    """The data in pieces of at most 64 KiB: a send timeout is a piece's."""
    view = memoryview(data)
    for start in range(0, len(view), SLICE_BYTES):
        yield view[start : start + SLICE_BYTES]
