"""Errors as sentences with a way on: 400, 403, 404, 429, 503."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

from collections.abc import Callable

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.conftest import Opener, fresh
from tests.browser.engines import Look
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]


def refused(page: ReportPage) -> str:
    """Presses Run and answers what the page says about it."""
    page.run()
    page.until(lambda: page.is_shown("problem"), "the page says what is wrong")
    return page.text("problem")


def test_a_report_without_right_is_refused_in_a_sentence(page: ReportPage) -> None:
    assert "does not let this server read" in refused(page.open("secret"))
    assert page.driver.find_elements(By.CSS_SELECTOR, "#problem button")


def test_an_unknown_report_is_named(page: ReportPage) -> None:
    page.driver.get(f"{page.url}/reports/nothing")
    page.until(lambda: page.is_shown("problem"), "the page says what is wrong")

    assert "nothing" in page.text("problem")
    assert not page.is_shown("run")


def test_an_unknown_run_is_told_and_can_be_run_again(page: ReportPage) -> None:
    page.open("numbers", rows="3", run="00000000-0000-4000-8000-000000000000")
    page.until(lambda: page.is_shown("problem"), "the page says what is wrong")
    page.driver.find_element(By.CSS_SELECTOR, "#problem button").click()
    page.wait_for_stage("Completed")

    assert page.received() == 3


def test_a_wrong_argument_is_named(page: ReportPage) -> None:
    page.open("numbers", rows="3", where="nosuch.eq.1")

    assert "nosuch" in refused(page)


def test_without_a_network_the_page_says_so_and_a_press_of_retry_goes_on(
    opened: Opener, server: Server
) -> None:
    driver = fresh(opened, "chromium", Look())
    assert isinstance(driver, webdriver.Chrome)
    page = ReportPage(driver, server.url).open("numbers", rows="3")
    driver.set_network_conditions(offline=True, latency=0, throughput=-1)
    try:
        assert "There is no network" in refused(page)
    finally:
        driver.delete_network_conditions()
    driver.find_element(By.CSS_SELECTOR, "#problem button").click()
    page.wait_for_stage("Completed")

    assert not page.is_shown("problem")


def test_an_expired_run_is_told_and_can_be_run_again(
    opened: Opener, own_server: Callable[..., Server]
) -> None:
    driver = fresh(opened, "chromium", Look())
    page = ReportPage(driver, own_server(backlog_ttl="2s").url).open("numbers", rows="3")
    page.run_to_the_end()

    def is_expired() -> bool:
        driver.refresh()
        page.until(lambda: page.is_shown("problem") or page.row_numbers(), "the run is asked for")
        return "expired" in page.text("problem")

    page.until(is_expired, "its time is over")
    driver.find_element(By.CSS_SELECTOR, "#problem button").click()
    page.wait_for_stage("Completed")

    assert page.received() == 3
    assert driver.switch_to.active_element.get_attribute("id") == "run"


def test_too_many_runs_are_listed_and_one_can_be_cancelled(
    driver: WebDriver, own_server: Callable[..., Server]
) -> None:
    page = ReportPage(driver, own_server(runs_per_owner="2").url).open("numbers")
    page.start_runs("ticker", 2)
    refused(page)
    page.until(lambda: len(listed(page)) == 2, "both runs are listed")
    driver.find_element(By.CSS_SELECTOR, "#problem .runs button").click()
    page.until(lambda: len(listed(page)) == 1, "one run is listed")
    driver.find_element(By.CSS_SELECTOR, "#problem .actions button").click()

    page.wait_for_stage("Completed")


def listed(page: ReportPage) -> list[str]:
    return page.cells("#problem .runs li")


def test_a_full_line_is_told_with_how_long_to_wait(
    driver: WebDriver, own_server: Callable[..., Server]
) -> None:
    page = ReportPage(driver, own_server(pool="1", queue="1").url).open("numbers")
    page.start_runs("ticker", 2)

    assert "The server asks to wait" in refused(page)


def test_a_run_that_waits_in_line_tells_its_place(
    driver: WebDriver, own_server: Callable[..., Server]
) -> None:
    page = ReportPage(driver, own_server(pool="1").url).open("numbers")
    page.start_runs("ticker", 2)
    page.run()

    page.wait_for_stage("Waiting in line: 2nd")
