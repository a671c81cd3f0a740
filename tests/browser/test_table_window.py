"""The table's window over ten million rows, and over rows that still come."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.actions.wheel_input import ScrollOrigin
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.report_page import ReportPage
from tests.browser.table import Table

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

MANY = 10_000_000
THUMB = (
    "const g = document.querySelector('[role=grid]'); g.scrollTop = g.scrollHeight * arguments[0]"
)
GROW = "fake.length = arguments[0]; document.querySelector('run-table').update(false)"


def test_ten_million_rows_are_reached_by_key_and_by_the_scroll_bar(page: ReportPage) -> None:
    table = Table(page.open("numbers")).fake(MANY)
    page.script(THUMB, 0.5)
    page.until(lambda: abs(page.row_numbers()[0] - MANY / 2) < 2000, "the middle is shown")
    page.script(THUMB, 1)
    page.until(lambda: page.row_numbers()[-1] == MANY, "the last row is shown")
    assert page.cells()[-1] == f"{MANY}/4"
    table.go(Keys.CONTROL, Keys.HOME, to="1/0")
    table.go(Keys.CONTROL, Keys.END, to=f"{MANY}/4")

    assert len(page.cells("[role=row]")) < 100
    row = page.driver.find_element(By.CSS_SELECTOR, ".body [role=row]:last-child")
    assert row.get_attribute("aria-rowindex") == str(MANY + 1)


@pytest.mark.engines("chromium", "firefox")
def test_a_wheel_moves_three_rows_wherever_they_are(page: ReportPage) -> None:
    table = Table(page.open("numbers")).fake(MANY)
    origin = ScrollOrigin.from_element(page.driver.find_element(By.CSS_SELECTOR, "[role=grid]"))
    for keys in ((Keys.CONTROL, Keys.END), (Keys.PAGE_UP, Keys.PAGE_UP)):
        table.press(*keys)
    page.until(lambda: MANY - 200 < page.row_numbers()[-1] < MANY - 5, "a little before the end")
    for _ in range(2):
        before = page.row_numbers()[0]
        ActionChains(page.driver).scroll_from_origin(origin, 0, 100).perform()
        page.until(lambda: page.row_numbers()[0] != before, "the rows have moved")  # noqa: B023
        page.until(lambda: 3 <= page.row_numbers()[0] - before <= 4, "by 100 pixels")  # noqa: B023
        page.script(THUMB, 0.3)
        page.until(lambda: page.row_numbers()[0] < MANY / 2, "and elsewhere")


def test_new_rows_move_only_who_has_scrolled_to_the_last(page: ReportPage) -> None:
    table = Table(page.open("numbers")).fake(1000)
    page.script(GROW, 2000)
    assert page.row_numbers()[0] == 1
    table.go(Keys.CONTROL, Keys.END, to="2000/4")
    page.script(GROW, 3000)
    page.until(lambda: page.row_numbers()[-1] == 3000, "the new rows are followed")
    page.script(GROW, MANY)
    page.until(lambda: page.row_numbers()[-1] == MANY, "also past the tallest element")
    table.go(Keys.CONTROL, Keys.HOME, to="1/0")
    page.script(GROW, MANY + 5)

    assert page.row_numbers()[0] == 1
    grid = page.driver.find_element(By.CSS_SELECTOR, "[role=grid]")
    assert grid.get_attribute("aria-rowcount") == "-1"


def test_a_row_is_opened_by_space_and_by_shift_and_enter(page: ReportPage) -> None:
    table = Table(page.open("numbers")).fake(100)
    table.go(Keys.ARROW_DOWN, to="2/0")
    table.press(Keys.SPACE)
    page.until(lambda: page.script("return window.opened") == 1, "the second row is opened")
    table.go(Keys.ARROW_DOWN, to="3/0")
    table.press(Keys.SHIFT, Keys.ENTER)

    page.until(lambda: page.script("return window.opened") == 2, "the third row is opened")
