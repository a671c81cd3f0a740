"""What a reader selects in the table, and what of it the clipboard gets."""

import re

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.report_page import ReportPage
from tests.browser.table import Table

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

RANGE = "row 3\t\nrow 4\t\nrow 5\t"


def test_a_range_is_drawn_out_by_keys_copied_and_cleared(page: ReportPage) -> None:
    table = Table(page.open("numbers").run_to_the_end())
    table.go(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT, to="row 3")
    table.press(Keys.SHIFT, Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
    page.until(lambda: len(table.selected()) == 6, "six cells are selected")
    table.press(Keys.CONTROL, "c")
    page.until(lambda: "Copied 3 rows of 2 columns." in page.texts("#said"), "the copy is told")
    text, html = table.pasted()

    assert text.splitlines() == RANGE.splitlines()
    assert re.findall("<td>(.*?)</td>", html) == ["row 3", "", "row 4", "", "row 5", ""]
    table.press(Keys.ESCAPE)
    page.until(lambda: table.selected() == [], "nothing is selected")


@pytest.mark.every_engine
def test_rows_that_are_not_loaded_are_copied_with_their_names(page: ReportPage) -> None:
    page.open("numbers", rows="12000").run_to_the_end()
    page.driver.refresh()
    page.wait_for_rows(12_000)
    table = Table(page)
    table.press(Keys.CONTROL, "a")
    page.until(lambda: len(table.selected()) == len(page.cells()), "everything is selected")
    table.press(Keys.CONTROL, "c")
    page.until(lambda: "12,000 rows of 5 columns" in page.text("said"), "the copy is told")
    lines = table.pasted()[0].splitlines()

    assert len(lines) == 12_001
    assert (lines[0], lines[-1]) == (
        "id\tname\tnothing\tempty\tamount",
        "12000\trow 12000\t\t\t18000.0",
    )


def test_more_than_100_000_rows_are_left_to_the_downloads(page: ReportPage) -> None:
    table = Table(page.open("numbers")).fake(100_001)
    table.go(Keys.CONTROL, Keys.HOME, to="1/0")
    table.press(Keys.CONTROL, Keys.SPACE)
    page.until(lambda: "1/0" in table.selected(), "the column is selected")
    table.press(Keys.CONTROL, "c")

    page.until(
        lambda: "Download" in str(page.script("return window.said")),
        "the table says what to do instead",
    )


def test_cells_are_selected_with_the_mouse(page: ReportPage) -> None:
    table = Table(page.open("numbers")).fake(50)
    rows = page.driver.find_elements(By.CSS_SELECTOR, ".body [role=row]")
    cells = [row.find_elements(By.CSS_SELECTOR, "[role=gridcell]") for row in rows[:6]]
    mouse = ActionChains(page.driver)
    mouse.click(cells[1][1]).perform()
    page.until(lambda: table.active() == "2/1", "the pressed cell is active")
    mouse.move_to_element(cells[1][1]).click_and_hold().move_to_element(cells[3][2])
    mouse.release().perform()
    page.until(
        lambda: table.selected() == ["2/1", "2/2", "3/1", "3/2", "4/1", "4/2"], "a range is drawn"
    )
    number = rows[0].find_element(By.CSS_SELECTOR, "[role=rowheader]")
    mouse.click(number).key_down(Keys.SHIFT).click(cells[1][0]).key_up(Keys.SHIFT).perform()

    page.until(lambda: len(table.selected()) == 10, "two whole rows are selected")
