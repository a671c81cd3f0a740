"""The states a page can be in, each brought about as its reader would."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

from typing import Protocol

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.line import Line
from tests.browser.report_page import ReportPage

# Runs at once, and of one reader, that the server of these states allows.
POOL, RUNS = 2, 3
UNKNOWN = "00000000-0000-4000-8000-000000000000"
EXPORT = """
const done = arguments[arguments.length - 1];
fetch('/exports/csv?report=numbers&rows=3', { method: 'POST' }).finally(done);
"""
END_RUNS = """
const done = arguments[arguments.length - 1];
const end = ({ run }) => fetch(`/api/runs/${run}`, { method: 'DELETE' });
fetch('/api/runs').then((answer) => answer.json())
  .then(({ runs }) => Promise.all(runs.map(end))).finally(done);
"""


class Reach(Protocol):
    """Brings a page about; the line is there to be cut."""

    __name__: str

    def __call__(self, page: ReportPage, line: Line, /) -> None: ...


def keys(page: ReportPage, *pressed: str) -> None:
    """Keys for the table."""
    page.driver.find_element(By.CSS_SELECTOR, "[role=grid]").send_keys("".join(pressed))


def end_runs(page: ReportPage) -> None:
    """Cancels what the reader has in progress, so that the next one finds a free place."""
    page.driver.execute_async_script(END_RUNS)


def first_visit(page: ReportPage, _: Line) -> None:
    page.open("kinds")


def incomplete_form(page: ReportPage, _: Line) -> None:
    page.open("kinds").run()
    page.until(lambda: page.texts(".wrong"), "it is said what is missing")


def refused_argument(page: ReportPage, _: Line) -> None:
    page.open("numbers", rows="3", where="nosuch.eq.1").run()
    page.until(lambda: page.is_shown("problem"), "the page says what is wrong")


def queued(page: ReportPage, _: Line) -> None:
    page.open("numbers").start_runs("ticker", POOL)
    page.run()
    page.until(lambda: "Waiting in line" in page.stage(), "the run waits in line")


def too_many(page: ReportPage, _: Line) -> None:
    page.open("numbers").start_runs("ticker", RUNS)
    page.run()
    page.until(lambda: page.texts(".problem .runs li"), "the runs are listed")


def running_to_a_total(page: ReportPage, _: Line) -> None:
    page.open("ticker").run().wait_for_rows(50)
    page.until(lambda: page.text("percent"), "the share is told")


def running_to_nobody_knows_where(page: ReportPage, _: Line) -> None:
    page.open("uncounted").run().wait_for_rows(50)


def about_to_cancel(page: ReportPage, _: Line) -> None:
    page.open("ticker").run().wait_for_rows(50)
    page.element("cancel").click()
    page.until(lambda: page.is_shown("confirm"), "the page asks")


def reconnecting(page: ReportPage, line: Line) -> None:
    page.open("ticker").run().wait_for_rows(50)
    line.cut()
    page.until(lambda: page.is_shown("line"), "the loss is told")


def completed(page: ReportPage, _: Line) -> None:
    page.open("documents", long="9000").run_to_the_end()
    keys(page, Keys.ARROW_DOWN, Keys.SHIFT, Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
    page.until(lambda: page.texts("[aria-selected=true]"), "cells are selected")


def filtered(page: ReportPage, _: Line) -> None:
    page.open("numbers", where="id.lte.3", order="id.desc", columns="name,id").run_to_the_end()
    page.until(lambda: page.texts("#filters li"), "the filters are shown")


def cancelled(page: ReportPage, _: Line) -> None:
    page.open("ticker").run().wait_for_rows(50).cancel()
    page.wait_for_stage("Cancelled")


def failed_before_a_row(page: ReportPage, _: Line) -> None:
    page.open("secret").run()
    page.until(lambda: page.is_shown("problem"), "the page says what is wrong")


def failed_after_rows(page: ReportPage, _: Line) -> None:
    page.open("failing").run().wait_for_stage("Failed")
    page.until(lambda: page.is_shown("problem"), "the page says what is wrong")


def empty(page: ReportPage, _: Line) -> None:
    page.open("empty").run_to_the_end()


def run_that_is_gone(page: ReportPage, _: Line) -> None:
    page.open("numbers", run=UNKNOWN)
    page.until(lambda: page.is_shown("problem"), "the page says what is wrong")


def report_that_is_not_there(page: ReportPage, _: Line) -> None:
    page.driver.get(f"{page.url}/reports/nothing")
    page.until(lambda: page.is_shown("problem"), "the page says what is wrong")


def value_panel(page: ReportPage, line: Line) -> None:
    completed(page, line)
    keys(page, Keys.ENTER)
    page.until(lambda: page.is_shown("value"), "the value is shown")


def record_panel(page: ReportPage, line: Line) -> None:
    completed(page, line)
    keys(page, Keys.SHIFT, Keys.ENTER)
    page.until(lambda: page.is_shown("record"), "the row is shown")


def menu_of_a_column(page: ReportPage, line: Line) -> None:
    completed(page, line)
    keys(page, Keys.ALT, Keys.ARROW_DOWN)
    page.until(lambda: page.texts("[role=menu]"), "the menu is open")


def menu_of_all_columns(page: ReportPage, line: Line) -> None:
    completed(page, line)
    page.element("columns").click()
    page.until(lambda: page.texts("[role=menu]"), "the menu is open")


def catalog_with_runs(page: ReportPage, line: Line) -> None:
    cancelled(page, line)
    failed_after_rows(page, line)
    page.start_runs("ticker", 1)
    page.driver.get(page.url)
    page.until(lambda: len(page.texts("#run-list .item")) >= 3, "the runs are listed")


def exports_page(page: ReportPage, _: Line) -> None:
    page.driver.get(page.url)
    page.driver.execute_async_script(EXPORT)
    page.driver.get(f"{page.url}/exports?report=kinds")
    page.until(lambda: page.texts("#exports .download"), "an export is listed")
    page.until(lambda: len(page.texts("[name=report] option")) > 1, "the reports are offered")


STATES: tuple[Reach, ...] = (
    first_visit,
    incomplete_form,
    refused_argument,
    queued,
    too_many,
    running_to_a_total,
    running_to_nobody_knows_where,
    about_to_cancel,
    reconnecting,
    completed,
    filtered,
    cancelled,
    failed_before_a_row,
    failed_after_rows,
    empty,
    run_that_is_gone,
    report_that_is_not_there,
    value_panel,
    record_panel,
    menu_of_a_column,
    menu_of_all_columns,
    catalog_with_runs,
    exports_page,
)
