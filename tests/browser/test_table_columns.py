"""The table's columns: their widths, their order, which are shown and which stay at the left."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.report_page import ReportPage
from tests.browser.table import Table

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

INDEXES = "return [...document.querySelectorAll('.head [data-column]')].map(e => e.ariaColIndex)"
LEFT = "return document.querySelector(arguments[0]).getBoundingClientRect().left"
CUT = """
const seen = document.querySelectorAll(".head .label, .body .numeric");
return [...seen].filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.textContent);
"""


def test_columns_are_hidden_moved_and_pinned_by_keys_and_a_reload_keeps_it(
    page: ReportPage,
) -> None:
    table = Table(page.open("numbers").run_to_the_end())
    table.go(Keys.ARROW_RIGHT, to="row 1")
    table.choose("Hide")
    page.until(lambda: table.headings() == ["Number", "nothing", "empty", "amount"], "one is gone")
    table.go(Keys.END, to="1.5")
    table.choose("Pin")
    page.until(lambda: table.headings()[0] == "amount", "one is pinned")
    assert table.active() == "1.5"
    table.go(Keys.ARROW_RIGHT, to="1")
    table.choose("M", "m", Keys.ENTER, Keys.ESCAPE)
    expected = ["amount", "nothing", "Number", "empty"]
    page.until(lambda: table.headings() == expected, "one has moved to the right")
    page.driver.refresh()
    page.wait_for_rows(2500)

    assert table.headings() == expected
    assert page.script(INDEXES) == ["2", "3", "4", "5"]


def test_the_menu_of_all_columns_brings_them_back(page: ReportPage) -> None:
    table = Table(page.open("numbers", columns="id,amount").run_to_the_end())
    table.choose("Hide")
    page.until(lambda: table.headings() == ["amount"], "one is hidden")
    page.element("columns").click()
    page.until(lambda: page.texts(".menu [aria-checked=false]") == ["Numberinteger"], "a menu")
    page.driver.switch_to.active_element.send_keys(Keys.ENTER, Keys.ESCAPE)

    page.until(lambda: table.headings() == ["Number", "amount"], "it is back")
    assert page.driver.switch_to.active_element.get_attribute("id") == "columns"


def test_a_menu_goes_with_the_rows_that_it_was_of(page: ReportPage) -> None:
    page.open("numbers").run_to_the_end().element("columns").click()
    page.until(lambda: page.texts(".menu"), "the menu is open")
    page.script("history.back()")
    page.wait_for_stage("Not run yet")

    page.until(lambda: not page.texts(".menu"), "the menu is gone", seconds=5)


def test_a_width_is_dragged_fitted_and_typed_and_kept_for_the_report(page: ReportPage) -> None:
    table = Table(page.open("numbers").run_to_the_end())
    before = table.width("name")
    edge = table.edge("name")
    mouse = ActionChains(page.driver)
    mouse.move_to_element(edge).click_and_hold().move_by_offset(90, 0).release().perform()
    page.until(lambda: abs(table.width("name") - before - 90) <= 1, "the edge was dragged")
    mouse.double_click(table.edge("name")).perform()
    page.until(lambda: table.width("name") < before + 20, "the width fits the values")
    fitted = table.width("name")
    table.go(Keys.ARROW_RIGHT, to="row 1")
    table.choose("CCC", Keys.PAGE_UP, Keys.ARROW_LEFT)
    page.until(lambda: table.width("name") == fitted + 90, "keys have changed it")
    page.driver.refresh()
    page.wait_for_rows(2500)

    assert table.width("name") == fitted + 90


def test_a_column_is_moved_by_its_heading(page: ReportPage) -> None:
    table = Table(page.open("numbers").run_to_the_end())
    table.edge("Number")
    labels = page.driver.find_elements(By.CSS_SELECTOR, ".head .label")
    mouse = ActionChains(page.driver).move_to_element(labels[0]).click_and_hold()
    mouse.move_to_element(labels[2]).move_by_offset(3, 0).release().perform()

    page.until(
        lambda: table.headings() == ["name", "nothing", "Number", "empty", "amount"], "it has moved"
    )


def test_a_pinned_column_stays_while_200_others_scroll_and_few_are_drawn(page: ReportPage) -> None:
    table = Table(page.open("numbers")).fake(1000, columns=200)
    table.go(Keys.ARROW_RIGHT, to="1/1")
    table.choose("Pin")
    page.until(lambda: table.headings()[0] == "c1", "it is pinned")
    left = page.script(LEFT, ".body .pinned")
    table.press(Keys.END)
    page.until(lambda: table.active() == "1/199", "the last column is active")

    page.until(lambda: page.script(LEFT, ".body .pinned") == left, "the pinned one is where it was")
    assert table.headings()[0] == "c1"
    assert len(table.headings()) < 60
    cell = page.driver.find_element(By.CSS_SELECTOR, ".body .active")
    assert cell.get_attribute("aria-colindex") == "201"


def test_headings_and_numbers_are_seen_whole(page: ReportPage) -> None:
    page.open("wide", rows="50").run_to_the_end()
    page.until(page.row_numbers, "rows are drawn")

    assert page.script(CUT) == []
