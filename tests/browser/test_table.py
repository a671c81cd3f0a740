"""The windowed table: few elements for many rows, values as text, the keyboard, both widths."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.conftest import Opener, fresh
from tests.browser.engines import Engine, Look
from tests.browser.line import line_to
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server
from tests.browser.table import Table

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

NARROW = Look(390, 844)
FITS = "return document.documentElement.scrollWidth <= innerWidth && innerWidth < 400"


def press(page: ReportPage, *keys: str) -> None:
    """Keys for the table."""
    page.driver.find_element(By.CSS_SELECTOR, "[role=grid]").send_keys("".join(keys))


def test_100_000_rows_take_fewer_than_100_row_elements(page: ReportPage) -> None:
    page.open("numbers", rows="100000").run_to_the_end()
    press(page, Keys.CONTROL, Keys.END)
    page.until(lambda: page.row_numbers()[-1] == 100_000, "the last row is shown")

    assert page.received() == 100_000
    assert len(page.cells("[role=row]")) < 100


def test_more_rows_than_an_element_is_tall_can_be_scrolled_to_their_middle(
    page: ReportPage,
) -> None:
    page.open("numbers", rows="300000", columns="id").run()
    page.until(lambda: page.stage() == "Completed", "the run has completed")
    page.script("const g = document.querySelector('[role=grid]'); g.scrollTop = g.scrollHeight / 2")
    page.until(lambda: abs(page.row_numbers()[0] - 150_000) < 100, "the middle is shown")
    page.until(lambda: "" not in page.cells(), "its rows are loaded")

    assert page.cells() == [str(number) for number in page.row_numbers()]


def test_values_are_text_whatever_they_say(page: ReportPage) -> None:
    page.open("difficult").run_to_the_end()
    shown = page.cells('.body [aria-colindex="3"]')

    assert shown[:3] == [
        '<script>document.title = "stolen"</script>',
        "👩‍👩‍👧‍👦 🇩🇪",
        "مرحبا بالعالم",
    ]
    assert page.script("return document.querySelectorAll('main img, main u, main b').length") == 0
    assert "stolen" not in page.driver.title


def test_null_is_told_from_the_empty_string(page: ReportPage) -> None:
    page.open("difficult").run_to_the_end()

    assert page.cells(".null") == [""]
    assert page.cells(".body [role=row]:has(.null) > .number") == ["7"]


def test_a_long_value_is_cut_in_its_cell_and_whole_when_opened(page: ReportPage) -> None:
    page.open("difficult").run_to_the_end()
    press(page, Keys.CONTROL, Keys.END)
    press(page, Keys.ENTER)
    page.until(lambda: page.is_shown("value"), "the value is shown")

    assert len(page.cells(".active")[0]) < 1000
    assert page.script("return document.querySelector('#value pre').textContent.length") == 100_000


def test_the_table_is_walked_by_keyboard(page: ReportPage) -> None:
    table = Table(page.open("numbers").run_to_the_end())
    table.go(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT, to="row 3")
    table.go(Keys.END, Keys.CONTROL, Keys.HOME, to="1")
    table.press(Keys.PAGE_DOWN)

    page.until(lambda: int(table.active()) > 10, "a page further down")


def test_the_grid_says_how_large_it_is(page: ReportPage) -> None:
    page.open("numbers").run_to_the_end()
    grid = page.driver.find_element(By.CSS_SELECTOR, "[role=grid]")

    assert (grid.get_attribute("aria-rowcount"), grid.get_attribute("aria-colcount")) == (
        "2501",
        "6",
    )


@pytest.mark.engines("chromium", "firefox")
def test_a_phone_needs_no_sideways_scrolling(
    opened: Opener, server: Server, engine: Engine
) -> None:
    page = ReportPage(fresh(opened, engine, NARROW), server.url).open("form")
    page.run_to_the_end()

    assert page.stage() == "Completed"
    assert page.script(FITS)


def test_a_chunk_that_cannot_be_loaded_is_told_and_loaded_on_retry(
    driver: WebDriver, server: Server
) -> None:
    with line_to(server.port) as line:
        page = ReportPage(driver, line.url).open("numbers", rows="50000").run_to_the_end()
        driver.refresh()
        page.wait_for_rows(50_000)
        Table(page).go(Keys.ARROW_DOWN, to="2")
        line.cut()
        press(page, Keys.CONTROL, Keys.END)
        page.until(lambda: page.is_shown("problem"), "the trouble is told")
        line.mend()
        page.script("document.querySelector('#problem button').click()")
        page.until(lambda: page.cells(".active") == ["75000.0"], "the last row is loaded")

        assert page.stage() == "Completed"
