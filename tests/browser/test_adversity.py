"""What a day brings while rows come: the network away, the tab hidden, the page asleep."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

import re
import time
from itertools import groupby

import httpx
import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.conftest import Opener, fresh
from tests.browser.engines import Look
from tests.browser.line import line_to, uncompressed
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.every_engine, pytest.mark.timeout(120)]

OUTAGE_SECONDS = 5.0
ROWS, PAUSE = 200, 0.04  # eight seconds
FOLLOWED = re.compile(r"/(stream|chunks)\?after=")
NO_LOCKS = "delete Navigator.prototype.locks"
# What a browser does whose page is hidden before the frame that it was asked for.
NO_FRAME = "requestAnimationFrame = () => { window.wanted = true; return 1; }"
TOLD = "dispatchEvent(new Event(arguments[0]))"


def in_progress(page: ReportPage) -> ReportPage:
    """The page while its rows come."""
    return page.open("slowly", rows=str(ROWS), pause=str(PAUSE)).run().wait_for_rows(20)


def wait_on_the_server(server: Server, run: str, rows: int) -> None:
    """Waits until the run has that many rows, whatever its page does."""
    deadline = time.monotonic() + 30
    while httpx.get(f"{server.url}/api/runs/{run}").json()["rows"] < rows:
        assert time.monotonic() < deadline, "the run does not go on"
        time.sleep(0.1)


def assert_every_row(page: ReportPage) -> None:
    """The run ends with all rows, each in its place."""
    page.wait_for_stage("Completed")
    assert page.first_column() == list(range(1, ROWS + 1))


def test_a_network_that_is_away_for_five_seconds_costs_no_row(
    driver: WebDriver, server: Server
) -> None:
    with line_to(server.port) as line:
        page = in_progress(ReportPage(driver, line.url))
        line.silence()
        page.script(TOLD, "offline")
        page.until(lambda: page.stage() == "Offline", "the loss is told at once")
        time.sleep(OUTAGE_SECONDS)
        line.mend()
        page.script(TOLD, "online")

        assert_every_row(page)


def test_a_page_that_was_frozen_has_every_row(opened: Opener, server: Server) -> None:
    driver = fresh(opened, "chromium", Look())
    page = in_progress(ReportPage(driver, server.url))
    run = page.run_id
    driver.execute_cdp_cmd("Page.setWebLifecycleState", {"state": "frozen"})
    wait_on_the_server(server, run, 120)
    driver.execute_cdp_cmd("Page.setWebLifecycleState", {"state": "active"})
    # What was frozen is hidden until it is chosen again.
    tab = driver.current_window_handle
    driver.switch_to.new_window("tab")
    driver.close()
    driver.switch_to.window(tab)

    assert_every_row(page)


@pytest.mark.engines("chromium", "firefox")
def test_a_tab_that_was_hidden_has_every_row(driver: WebDriver, server: Server) -> None:
    page = in_progress(ReportPage(driver, server.url))
    run, tab = page.run_id, driver.current_window_handle
    driver.switch_to.new_window("tab")
    wait_on_the_server(server, run, 120)
    driver.close()
    driver.switch_to.window(tab)

    assert_every_row(page)


def test_a_tab_that_is_hidden_before_its_frame_tells_the_end_by_its_title(
    opened: Opener, server: Server
) -> None:
    driver = fresh(opened, "chromium", Look())
    page = in_progress(ReportPage(driver, server.url))
    page.script(NO_FRAME)
    page.until(lambda: page.script("return window.wanted"), "a frame is wanted")
    driver.minimize_window()
    try:
        page.until(lambda: driver.title.startswith("Completed"), "the title tells the end")
        assert page.script("return document.hidden")
    finally:
        driver.set_window_rect(0, 0, 1440, 900)


def test_a_page_that_cannot_know_of_other_tabs_streams_while_it_is_seen_alone(
    opened: Opener, server: Server
) -> None:
    driver = fresh(opened, "chromium", Look())
    early = driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": NO_LOCKS})
    try:
        page = in_progress(ReportPage(driver, server.url))
        run, tab = page.run_id, driver.current_window_handle
        driver.switch_to.new_window("tab")
        wait_on_the_server(server, run, 100)
        driver.close()
        driver.switch_to.window(tab)

        assert_every_row(page)
        asked = FOLLOWED.findall(" ".join(page.asked()))
        assert [kind for kind, _ in groupby(asked)] == ["stream", "chunks", "stream"]
    finally:
        driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", early)


def test_rows_are_seen_while_they_pour_in_uncompressed(driver: WebDriver, server: Server) -> None:
    with line_to(server.port, uncompressed) as line:
        page = ReportPage(driver, line.url).open("wide", rows="300000").run()
        page.until(lambda: page.row_numbers() != [], "rows are drawn")

        assert page.stage() == "Receiving rows"
        page.wait_for_stage("Completed")
        assert page.received() == 300_000
