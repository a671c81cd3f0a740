"""A run on the page from Run to its end: rows before the end, cancel, empty, failed, reload."""

import urllib.request

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.report_page import ReportPage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]


@pytest.mark.every_engine
def test_rows_are_seen_before_the_run_has_ended(page: ReportPage) -> None:
    page.open("ticker").run().wait_for_rows(50)

    assert page.stage() == "Receiving rows"
    assert page.cells(".body [role=row]:first-child [role=gridcell]") == ["1", "f"]
    page.cancel()


def test_a_completed_run_says_how_many_rows_it_has(page: ReportPage) -> None:
    page.open("numbers").run_to_the_end()

    assert (page.stage(), page.received()) == ("Completed", 2500)
    assert not page.is_shown("badge")


def test_cancel_asks_once_and_keeps_the_rows(page: ReportPage) -> None:
    page.open("ticker").run().wait_for_rows(100)
    page.element("cancel").click()
    page.until(lambda: page.is_shown("confirm"), "the page asks")
    assert "rows so far are kept" in page.text("kept")
    page.driver.switch_to.active_element.send_keys(Keys.TAB + Keys.ENTER)
    page.wait_for_stage("Cancelled")

    assert page.text("badge") == f"Partial: {page.received()} rows"
    assert page.row_numbers()[0] == 1


def test_keep_running_keeps_the_run(page: ReportPage) -> None:
    page.open("ticker").run().wait_for_rows(50)
    page.element("cancel").click()
    page.until(lambda: page.is_shown("confirm"), "the page asks")
    page.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    page.until(lambda: not page.is_shown("confirm"), "the question is gone")
    page.wait_for_rows(page.received() + 1)

    assert page.stage() == "Receiving rows"
    page.cancel()


def test_a_partial_result_downloads_the_rows_that_came(page: ReportPage) -> None:
    page.open("ticker").run().wait_for_rows(100)
    page.cancel()
    page.wait_for_stage("Cancelled")
    address = page.script("return document.querySelector('[data-format=csv]').href")
    with urllib.request.urlopen(str(address)) as answer:  # noqa: S310 - http, ours
        lines = answer.read().decode().splitlines()
        disposition = answer.headers["Content-Disposition"]

    assert len(lines) == page.received() + 1
    assert "ticker-partial.csv" in disposition


def test_a_reload_follows_the_run_again(page: ReportPage) -> None:
    page.open("ticker").run().wait_for_rows(100)
    page.until(lambda: "run=" in page.driver.current_url, "the address names the run")
    page.driver.refresh()
    page.wait_for_rows(150)

    assert page.stage() == "Receiving rows"
    page.cancel()
    page.wait_for_stage("Cancelled")


def test_an_ended_run_is_opened_without_being_replayed(page: ReportPage) -> None:
    page.open("numbers", rows="50000").run_to_the_end()
    page.driver.refresh()
    page.wait_for_stage("Completed").wait_for_rows(50_000)

    assert page.row_numbers()[0] == 1
    assert [name for name in page.asked() if "/stream?" in name or "/chunks/2" in name] == []


def test_an_empty_result_says_no_data(page: ReportPage) -> None:
    page.open("empty").run_to_the_end()

    assert page.stage() == "Completed"
    assert page.words("empty").startswith("No data")
    assert "for these arguments" in page.words("empty")


def test_a_run_that_fails_keeps_its_rows_and_says_why(page: ReportPage) -> None:
    page.open("failing").run_to_the_end()

    assert page.stage() == "Failed"
    page.until(lambda: page.is_shown("problem"), "the page says why")
    assert "1,000 rows arrived before and are kept." in page.text("problem")
    assert page.is_shown("badge")


def test_back_leads_to_the_page_before_the_run(page: ReportPage) -> None:
    page.open("numbers").run_to_the_end()
    page.driver.back()
    page.wait_for_stage("Not run yet")
    page.driver.forward()
    page.wait_for_stage("Completed")

    assert page.received() == 2500
