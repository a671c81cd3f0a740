"""A million rows of twenty columns: all there, few elements, bounded memory."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.report_page import ReportPage
from tests.browser.serving import Server

pytestmark = [
    *(pytest.mark.browser, pytest.mark.every_engine),
    *(pytest.mark.slow, pytest.mark.timeout(400)),
]

ROWS = 1_000_000
ENDED_SECONDS = 240.0
MIB = 2**20


def test_a_million_rows_of_twenty_columns_end_with_the_last_in_bounded_memory(
    driver: WebDriver, server: Server
) -> None:
    page = ReportPage(driver, server.url).open("wide", rows=str(ROWS)).run()
    page.until(lambda: page.stage() == "Completed", "the run has ended", ENDED_SECONDS)
    driver.find_element(By.CSS_SELECTOR, "[role=grid]").send_keys(Keys.CONTROL, Keys.END)
    page.until(lambda: page.cells(".active") == [str(ROWS)], "the last row is loaded")

    assert page.received() == ROWS
    assert page.row_numbers()[-1] == ROWS
    assert len(page.cells("[role=row]")) < 100
    if driver.name == "chrome":
        assert heap(driver) < 200 * MIB


def heap(driver: WebDriver) -> int:
    """Bytes that scripts hold, what array buffers have outside the heap included."""
    driver.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
    usage = driver.execute_cdp_cmd("Runtime.getHeapUsage", {})
    return int(usage["usedSize"] + usage["embedderHeapUsedSize"] + usage["backingStorageSize"])
