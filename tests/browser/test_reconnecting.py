"""The line or the server goes away and comes back."""

import signal
from collections.abc import Callable

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.line import line_to
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.every_engine, pytest.mark.timeout(120)]

RETRY_NOW = "document.getElementById('retry-now').click()"
SCROLL = "document.querySelector('[role=grid]').scrollTop = 28 * arguments[0]"


def without_words(piece: bytes) -> bytes:
    """A request for the module that puts problems into words asks for one that is not there."""
    return piece.replace(b"/js/problem-view.js", b"/js/missing.js")


def test_a_cut_line_resumes_without_a_gap_or_a_double(driver: WebDriver, server: Server) -> None:
    with line_to(server.port) as line:
        page = ReportPage(driver, line.url).open("ticker").run().wait_for_rows(100)
        line.cut()
        page.until(lambda: page.is_shown("line"), "the loss is told")
        before = page.received()
        line.mend()
        page.script(RETRY_NOW)
        page.wait_for_rows(before + 200)
        page.script(SCROLL, before - 10)
        page.until(lambda: page.row_numbers()[0] >= before - 10, "the place is shown")

        assert page.cells('.body [aria-colindex="2"]') == [str(each) for each in page.row_numbers()]
        page.cancel()
        page.wait_for_stage("Cancelled")


def test_a_lost_line_counts_down_and_comes_back_by_itself(
    driver: WebDriver, server: Server
) -> None:
    with line_to(server.port) as line:
        page = ReportPage(driver, line.url).open("ticker").run().wait_for_rows(50)
        line.cut()
        page.until(lambda: page.is_shown("line"), "the loss is told")
        assert "The rows so far are kept. Trying again in" in page.text("line")
        line.mend()
        page.wait_for_stage("Receiving rows")

        assert not page.is_shown("line")
        page.cancel()
        page.wait_for_stage("Cancelled")


def test_a_server_that_is_stopped_says_that_the_run_was_interrupted(
    driver: WebDriver, own_server: Callable[..., Server]
) -> None:
    server = own_server()
    page = ReportPage(driver, server.url).open("ticker").run().wait_for_rows(100)
    server.end(signal.SIGTERM)
    page.wait_for_stage("Failed")

    assert "Interrupted" in page.text("problem")
    assert page.first_column() == list(range(1, page.received() + 1))


def test_a_server_that_is_stopped_as_the_run_begins_says_the_same(
    driver: WebDriver, own_server: Callable[..., Server]
) -> None:
    server = own_server()
    page = ReportPage(driver, server.url).open("ticker").run()
    assert page.run_id
    server.end(signal.SIGTERM)
    page.wait_for_stage("Failed")

    page.until(lambda: page.is_shown("problem"), "the page says why")
    assert "Interrupted" in page.text("problem")


def test_why_a_run_failed_is_said_although_the_server_gives_nothing_any_more(
    driver: WebDriver, server: Server
) -> None:
    with line_to(server.port, without_words) as line:
        page = ReportPage(driver, line.url).open("failing").run_to_the_end()
        page.until(lambda: page.is_shown("problem"), "the page says why")

        assert "division by zero" in page.text("problem").lower()


def test_a_killed_server_that_comes_back_says_the_run_was_interrupted(
    driver: WebDriver, own_server: Callable[..., Server]
) -> None:
    server = own_server()
    page = ReportPage(driver, server.url).open("ticker").run().wait_for_rows(100)
    server.end(signal.SIGKILL)
    page.until(lambda: page.is_shown("line"), "the loss is told")
    server.start()
    page.script(RETRY_NOW)
    page.wait_for_stage("Failed")

    assert "Interrupted" in page.text("problem")
    assert page.received() >= 100
    assert page.first_column() == list(range(1, page.received() + 1))


def test_a_cancel_that_did_not_get_through_is_sent_when_the_server_is_back(
    driver: WebDriver, server: Server
) -> None:
    with line_to(server.port) as line:
        page = ReportPage(driver, line.url).open("ticker").run().wait_for_rows(50)
        line.cut()
        page.until(lambda: page.is_shown("line"), "the loss is told")
        page.cancel()
        page.until(lambda: page.is_shown("problem"), "the failure is told")
        line.mend()
        page.wait_for_stage("Cancelled")

        page.until(lambda: not page.is_shown("problem"), "the failure is not told any more")
