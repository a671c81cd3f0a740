"""Visits to the report page in one browser each, and the figures they bring."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

import httpx
from selenium.webdriver.remote.webdriver import WebDriver

from loadtests.page import scripts
from loadtests.page.tracing import traced
from tests.browser.engines import Engine, browser
from tests.browser.line import line_to, uncompressed
from tests.browser.report_page import ReportPage

MIB = 2**20
SMALL = 1_000_000  # beyond it other limits hold
END_SECONDS = 1800.0
SCRIPT_SECONDS = 120


class WrongPage(Exception):
    """The page does not show what it should."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    engine: Engine
    rows: int
    what: str
    figure: float
    unit: str = "ms"
    limit: float | None = None

    def line(self) -> str:
        """The line as Markdown."""
        limit = "" if self.limit is None else f"< {self.limit:g} {self.unit}"
        figure = f"{self.figure:,.0f} {self.unit}"
        return f"| {self.engine} | {self.rows:,} | {self.what} | {figure} | {limit} |"


@dataclass(frozen=True, slots=True)
class Visit:
    """The page of the report in one browser."""

    driver: WebDriver
    page: ReportPage
    engine: Engine
    rows: int

    def figure(
        self, what: str, figure: float, *, unit: str = "ms", limit: float | None = None
    ) -> Figure:
        """A figure of this visit."""
        return Figure(self.engine, self.rows, what, figure, unit, limit)

    def time(self, script: str, *arguments: object) -> float:
        """Milliseconds that a script of `scripts` answers when its condition holds."""
        return float(cast("float", self.driver.execute_async_script(script, *arguments)))

    def run(self) -> float:
        """Presses Run; milliseconds until the first rows are drawn."""
        return self.time(scripts.RUN)

    def end(self) -> float:
        """Seconds of the whole run, when it has ended with all rows."""
        self.page.until(lambda: self.page.stage() == "Completed", "the end", END_SECONDS)
        if self.page.received() != self.rows:
            raise WrongPage(f"{self.page.received():,} rows instead of {self.rows:,}.")
        run = httpx.get(f"{self.page.url}/api/runs/{self.page.run_id}").raise_for_status()
        return float(run.json()["elapsed_ms"]) / 1000

    def jump(self, part: float) -> float:
        """Milliseconds from a place of the scroll bar to its rows."""
        return self.time(scripts.JUMP, part, self.rows)

    def last(self) -> float:
        """The same to the very end, whose row has to be the last."""
        taken = self.jump(1.0)
        shown = self.driver.execute_async_script(scripts.LAST_ROW)
        if shown != self.rows:
            raise WrongPage(f"At the end of the bar is row {shown}, not {self.rows:,}.")
        return taken

    def longest_task(self) -> float:
        """The longest main-thread task since Run of those that took 50 ms or more (ms)."""
        return float(cast("float", self.driver.execute_script(scripts.LONGEST_TASK)))

    def heap(self) -> float:
        """MiB that scripts hold, with what array buffers have outside the heap."""
        self.driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
        usage = self.driver.execute_cdp_cmd("Runtime.getHeapUsage", {})
        parts = ("usedSize", "embedderHeapUsedSize", "backingStorageSize")
        return sum(float(usage[part]) for part in parts) / MIB

    def reopened(self) -> float:
        """Milliseconds from opening the ended run's address until its first rows are drawn."""
        address = self.driver.current_url
        self.driver.get("about:blank")
        self.driver.get(address)
        return self.time(scripts.OPENED)


@contextmanager
def visit(address: str, engine: Engine, rows: int) -> Generator[Visit]:
    """A visit in a browser of its own, gone afterwards."""
    with browser(engine) as driver:
        driver.set_script_timeout(SCRIPT_SECONDS)
        yield Visit(driver, ReportPage(driver, address), engine, rows)


def measured(address: str, rows: int) -> Iterator[Figure]:
    """Everything, in Chromium."""
    memory, moment = (200, 100) if rows <= SMALL else (300, 300)
    with visit(address, "chromium", rows) as here:
        source = {"source": scripts.EARLY}
        here.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", source)
        yield from ran(here)
        yield here.figure("heap at the end", here.heap(), unit="MiB", limit=memory)
        jumps = max(here.jump(part) for part in (0.5, 0.25, 0.75, 0.1))
        yield here.figure("longest of four jumps", jumps, limit=moment)
        yield here.figure("jump to the end", here.last(), limit=moment)
        elements = float(cast("int", here.driver.execute_script(scripts.ROW_ELEMENTS)))
        yield here.figure("row elements", elements, unit="", limit=100)
        yield here.figure("first rows of the ended run, opened again", here.reopened(), limit=500)


def ran(here: Visit) -> Iterator[Figure]:
    """A run, with the main thread watched twice: by the page's clock, and by what it worked."""
    here.page.open("wide", rows=str(here.rows))
    with traced(here.driver) as trace:
        yield here.figure("first rows after Run", here.run(), limit=500)
        yield here.figure("the whole run", here.end(), unit="s")
        longest = here.longest_task()
        yield here.figure("longest task while rows came (0: none of 50)", longest, limit=50)
        worked = trace.longest_task()
        yield here.figure("longest task while rows came, time on a core", worked, limit=50)


def walked(address: str, engine: Engine, rows: int) -> Iterator[Figure]:
    """To the end of the run and to the last row."""
    with visit(address, engine, rows) as here:
        here.page.open("wide", rows=str(rows))
        yield here.figure("first rows after Run", here.run(), limit=500)
        yield here.figure("the whole run", here.end(), unit="s")
        yield here.figure("jump to the end", here.last())


def poured(address: str, engine: Engine, rows: int) -> Iterator[Figure]:
    """The first rows of a stream that is not compressed."""
    port = urlsplit(address).port or 0
    with line_to(port, uncompressed) as line, visit(line.url, engine, rows) as here:
        here.page.open("wide", rows=str(rows))
        yield here.figure("first rows after Run, uncompressed", here.run(), limit=500)
        yield here.figure("the whole run, uncompressed", here.end(), unit="s")
