"""Eight tabs of one browser over HTTP/1.1, which gives them six connections together.

In WebKit they are windows, which share the locks and the connections alike: its driver leaves each
tab that it opens hidden, and a hidden page draws no rows that could be read. They are small, since
all are drawn at once, by software.
"""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import cast

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.conftest import Opener, fresh
from tests.browser.engines import ENGINES, Engine, Look
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

TABS = 8
ROWS = 400
HELD = """
navigator.locks.query().then(({ held }) => arguments[0](held.map(lock => lock.name).sort()));
"""


@contextmanager
def tabs_of(driver: WebDriver) -> Generator[list[str]]:
    """The handles of eight tabs; the seven new ones are closed afterwards."""
    first = driver.current_window_handle
    handles = [first]
    try:
        while len(handles) < TABS:
            open_one(driver)
            handles.append(driver.current_window_handle)
        yield handles
    finally:
        for handle in handles[1:]:
            driver.switch_to.window(handle)
            driver.close()
        driver.switch_to.window(first)


def open_one(driver: WebDriver) -> None:
    """A new tab, or what stands for one."""
    if driver.name != "MiniBrowser":
        driver.switch_to.new_window("tab")
        return
    driver.switch_to.new_window("window")
    driver.set_window_size(420, 420)


def in_each(driver: WebDriver, tabs: list[str], act: Callable[[], object]) -> None:
    """Does something in every tab."""
    for tab in tabs:
        driver.switch_to.window(tab)
        act()


@pytest.mark.parametrize("engine", ENGINES)
def test_eight_tabs_all_get_their_rows_and_each_can_cancel(
    opened: Opener, own_server: Callable[..., Server], engine: Engine
) -> None:
    server = own_server(runs_per_owner=str(TABS), pool=str(2 * TABS))
    driver = fresh(opened, engine, Look())
    page = ReportPage(driver, server.url)
    with tabs_of(driver) as tabs:
        in_each(driver, tabs, lambda: page.open("slowly", rows="5000").run())
        in_each(driver, tabs, lambda: page.wait_for_rows(50))
        assert streams(driver) == [f"rowstream-stream-{slot}" for slot in (1, 2, 3, 4)]
        in_each(driver, tabs, page.cancel)
        in_each(driver, tabs, lambda: page.wait_for_stage("Cancelled"))

        in_each(driver, tabs, lambda: page.open("slowly", rows=str(ROWS)).run())
        in_each(driver, tabs, lambda: ends_with_every_row(page))
        assert streams(driver) == []


def streams(driver: WebDriver) -> list[str]:
    """The slots that tabs hold."""
    return cast("list[str]", driver.execute_async_script(HELD))


def ends_with_every_row(page: ReportPage) -> None:
    """Waits for the end; fails unless all rows are there, each in its place."""
    page.wait_for_stage("Completed")
    assert page.first_column() == list(range(1, ROWS + 1))
