"""My runs on the catalog page: watched, reopened, cancelled, downloaded, run again, expired."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

import urllib.request
from collections.abc import Callable

import pytest
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.catalog_page import CatalogPage
from tests.browser.conftest import Opener, fresh
from tests.browser.engines import Engine, Look, console
from tests.browser.line import line_to
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server
from tests.browser.test_exports_quality import FITS, LISTEN, NARROW
from tests.browser.test_quality import NAMELESS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

MANY = 10
REPORTS_FIRST = """
const [reports, runs] = ['reports', 'runs'].map((id) => document.getElementById(id));
return (reports.compareDocumentPosition(runs) & Node.DOCUMENT_POSITION_FOLLOWING) > 0
"""


@pytest.fixture
def chromium(opened: Opener, server: Server) -> CatalogPage:
    """Chromium alone, where nothing depends on the engine, to a reader who has no run."""
    return newcomer(fresh(opened, "chromium", Look()), server)


def newcomer(driver: WebDriver, server: Server) -> CatalogPage:
    driver.get(f"{server.url}/static/icon.svg")
    driver.delete_all_cookies()
    return CatalogPage(driver, server.url)


def report_page(page: CatalogPage) -> ReportPage:
    """The report page in the same browser, to the same reader."""
    return ReportPage(page.driver, page.url)


def finished_run(page: CatalogPage, **query: str) -> CatalogPage:
    """A run of Numbers that has ended, made as its reader makes it; then the catalog."""
    report_page(page).open("numbers", **query).run_to_the_end()
    page.driver.find_element("link text", "My runs").click()
    return page.wait_for_lists()


def downloaded(page: CatalogPage, form: str) -> bytes:
    with urllib.request.urlopen(str(page.attribute(form, "href")), timeout=10) as answer:  # noqa: S310 - http, ours
        return bytes(answer.read())


def test_a_run_is_listed_with_what_it_was_reopened_downloaded_and_run_again(
    driver: WebDriver, server: Server
) -> None:
    page = finished_run(newcomer(driver, server), rows="42", where="id.lte.40")
    assert page.titles() == ["Numbers"]
    page.until(lambda: page.newest("asked") == "Rows: 42 · where id.lte.40", "its label is known")
    assert [page.newest(part) for part in ("stage", "rows")] == ["Completed", "40 rows"]
    assert page.newest("kept") in {"kept for 59 min", "kept for 60 min"}
    assert downloaded(page, "csv").splitlines()[1] == b'1,row 1,,"",1.5'

    page.press("open")
    report = report_page(page).wait_for_stage("Completed")
    assert report.received() == 40

    page.open("#runs").press("again")
    report.until(lambda: report.is_shown("run"), "its form is there")
    assert "where=id.lte.40" in page.driver.current_url
    assert "run=" not in page.driver.current_url
    assert report.stage() == "Not run yet"


def test_a_run_in_progress_tells_how_far_it_is_and_is_cancelled(
    driver: WebDriver, server: Server
) -> None:
    page = newcomer(driver, server).open()
    report_page(page).start_runs("ticker", 1)
    page.open().wait_for_stage("Reading rows")
    seen = page.newest("rows")
    page.until(lambda: page.newest("rows") != seen, "the list is new again")
    page.script(LISTEN)
    page.cancel()
    page.wait_for_stage("Cancelled")

    rows = page.newest("rows").removeprefix("Partial: ")
    assert downloaded(page, "ndjson").startswith(b'{"id":1,')
    page.until(lambda: page.script("return window.said.length > 0"), "the end is said")
    assert page.text("announcer") == f"Ticker: cancelled, {rows} kept."


def test_what_the_keyboard_is_on_does_not_vanish(chromium: CatalogPage) -> None:
    page = chromium.open()
    report_page(page).start_runs("ticker", 1)
    page.open().wait_for_stage("Reading rows").cancel()
    page.wait_for_stage("Cancelled")

    focused = page.driver.switch_to.active_element
    assert focused.tag_name == "li"
    assert focused.accessible_name == "Ticker"


def test_a_reader_without_runs_is_told_how_to_have_some(chromium: CatalogPage) -> None:
    page = chromium.open()

    assert "press Run" in page.text("runs-empty")
    assert page.script(REPORTS_FIRST)


def test_an_expired_run_says_so_and_its_address_too(
    opened: Opener, own_server: Callable[..., Server]
) -> None:
    page = newcomer(fresh(opened, "chromium", Look()), own_server(backlog_ttl="6s"))
    finished_run(page, rows="3")
    address = str(page.attribute("open", "href"))
    assert page.newest("kept") == "kept for less than a minute"
    page.wait_for_stage("Expired")
    assert not page.driver.find_element("css selector", "#run-list .open").is_displayed()
    assert page.attribute("downloads", "hidden") is not None

    report = report_page(page)
    page.until(lambda: is_gone(report, address), "the address says that it has expired")
    assert "Run the report again" in report.text("problem")
    report.element("problem").find_element("tag name", "button").click()
    report.wait_for_stage("Completed")


def is_gone(report: ReportPage, address: str) -> bool:
    """Opens the address; whether what it answers is that the run has expired."""
    report.driver.get(address)
    report.until(
        lambda: report.is_shown("problem") or report.stage() == "Completed", "it is answered"
    )
    return "expired" in report.text("problem")


def test_a_lost_line_keeps_the_list_says_so_and_comes_back(
    chromium: CatalogPage, server: Server
) -> None:
    page = finished_run(chromium, rows="3")
    with line_to(server.port) as line:
        page.url = line.url
        page.open()
        line.cut()
        page.script("dispatchEvent(new Event('online'))")
        page.until(lambda: page.is_shown("runs-line"), "the loss is told")
        assert "The list is as it was" in page.text("runs-line")
        assert page.titles() == ["Numbers"]
        line.mend()
        page.until(lambda: not page.is_shown("runs-line"), "the line is back")


def test_a_list_of_many_is_short_until_all_is_asked_for(chromium: CatalogPage) -> None:
    page = chromium.open()
    for _ in range(2):
        report_page(page).start_runs("empty", MANY // 2)
        page.open().wait_for_stage("Completed")
    assert len(page.titles()) == 8
    page.element("all-runs").click()

    assert len(page.titles()) == MANY
    assert page.driver.switch_to.active_element.accessible_name == "Empty"


@pytest.mark.engines("chromium", "firefox")
def test_the_page_with_runs_is_clean_named_and_fits_a_phone(
    opened: Opener, server: Server, engine: Engine
) -> None:
    page = newcomer(fresh(opened, engine, NARROW), server)
    written = console(page.driver)
    finished_run(page, rows="3")

    assert written() == []
    assert page.script(NAMELESS) == []
    assert page.script(FITS)
