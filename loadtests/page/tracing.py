"""What Chromium's own trace says of the page's main thread."""

# pyright: reportUnknownMemberType=false
# (selenium and websocket leave parameters of their methods without types)

import json
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any, Protocol, cast

import websocket
from selenium.webdriver.remote.webdriver import WebDriver

TASK = "ThreadControllerImpl::RunTask"
MARK = "rowstream-measured"
CONFIG = {
    "includedCategories": ["toplevel", "blink.user_timing"],
    "excludedCategories": ["*"],
    "traceBufferSizeInKb": 1_000_000,
}

Event = dict[str, Any]


class Line(Protocol):
    """What is used of a websocket."""

    def send(self, payload: str, /) -> object:
        """Send a text."""
        ...

    def recv(self) -> str:
        """Wait for a text."""
        ...

    def close(self) -> None:
        """End it."""
        ...


@contextmanager
def traced(driver: WebDriver) -> Generator["Trace"]:
    """A trace of this browser, over a connection of its own beside the driver's."""
    address = cast("Any", driver.capabilities)["goog:chromeOptions"]["debuggerAddress"]
    with urllib.request.urlopen(f"http://{address}/json/version") as answer:
        url = json.load(answer)["webSocketDebuggerUrl"]
    with closing(cast("Line", websocket.create_connection(url, suppress_origin=True))) as line:
        trace = Trace(line)
        trace.command("Tracing.start", traceConfig=CONFIG, transferMode="ReportEvents")
        driver.execute_script(f"performance.mark('{MARK}')")
        yield trace


class Trace:
    """A trace of the whole browser, in which the page has left a mark."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def longest_task(self) -> float:
        """Ends the trace: the longest task of the page's main thread, in milliseconds of a core.

        What waited for a core while others had it is left out.
        """
        self.command("Tracing.end")
        events = list(self._events())
        page = next(thread_of(event) for event in events if event["name"] == MARK)
        tasks = (event for event in events if event["name"] == TASK and thread_of(event) == page)
        return max(float(task.get("tdur", 0)) for task in tasks) / 1000

    def command(self, method: str, **params: object) -> None:
        """Sends a command and reads its answer."""
        self._line.send(json.dumps({"id": 1, "method": method, "params": params}))
        while "id" not in json.loads(self._line.recv()):
            pass

    def _events(self) -> Iterator[Event]:
        while True:
            message = json.loads(self._line.recv())
            if message["method"] == "Tracing.tracingComplete":
                return
            yield from message["params"].get("value", ())


def thread_of(event: Event) -> tuple[int, int]:
    """The process and thread of an event."""
    return event["pid"], event["tid"]
