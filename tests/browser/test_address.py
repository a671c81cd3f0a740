"""The address is the state: columns as the reader arranged them, reloaded and sent to others."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.report_page import ReportPage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

HEADINGS = "[role=columnheader] .label"


def hide(page: ReportPage, label: str) -> None:
    """Takes a column away in the menu of all columns, and closes it."""
    page.element("columns").click()
    xpath = f"//*[starts-with(@role, 'menuitem')][contains(., '{label}')]"
    page.until(lambda: page.driver.find_elements(By.XPATH, xpath), f"the menu has {label}")
    page.driver.find_element(By.XPATH, xpath).click()
    page.until(lambda: label not in page.texts(HEADINGS), f"{label} is hidden")
    page.driver.switch_to.active_element.send_keys(Keys.ESCAPE)


def runs_asked_for(page: ReportPage) -> list[str]:
    """The requests for runs so far."""
    return [each for each in page.asked() if "/api/runs/" in each]


def test_columns_that_were_hidden_stay_so_for_whoever_has_the_address(page: ReportPage) -> None:
    page.open("numbers").run_to_the_end()
    hide(page, "nothing")
    address = page.driver.current_url
    assert "columns=id%2Cname%2Cempty%2Camount" in address

    page.driver.get("about:blank")
    page.driver.get(address)
    page.wait_for_rows(2500)
    assert page.texts(HEADINGS) == ["Number", "name", "empty", "amount"]

    page.run_to_the_end()
    first = '.body [aria-rowindex="2"] [role=gridcell]'
    page.until(lambda: page.cells(first) == ["1", "row 1", "", "1.5"], "the row is there")


def test_a_list_of_columns_can_be_taken_back(page: ReportPage) -> None:
    page.open("numbers", columns="amount,id").run_to_the_end()
    assert page.texts(HEADINGS) == ["amount", "Number"]

    page.until(lambda: page.texts("#filters li") != [], "the list is shown")
    page.driver.find_element(By.CSS_SELECTOR, "#filters button").click()
    page.until(lambda: "columns=" not in page.driver.current_url, "the address lost it")
    page.run_to_the_end()

    page.until(lambda: len(page.texts(HEADINGS)) == 5, "all columns are there again")


def test_going_to_a_part_of_the_page_keeps_what_was_typed_and_the_run(page: ReportPage) -> None:
    page.open("form").run_to_the_end()
    asked = runs_asked_for(page)
    words = page.driver.find_element(By.NAME, "words")
    words.clear()
    words.send_keys("typed")
    page.script("document.querySelector('a.skip').click()")
    page.until(lambda: page.driver.current_url.endswith("#rows"), "the rows were gone to")

    # What the browser tells of it comes in a turn of its own.
    page.driver.execute_async_script("setTimeout(arguments[0])")
    assert page.script("return document.querySelector('[name=words]').value") == "typed"
    assert runs_asked_for(page) == asked
    assert page.stage() == "Completed"


def test_a_run_leads_to_the_page_of_its_own_report(page: ReportPage) -> None:
    page.open("form", least="7").run_to_the_end()
    page.driver.get(f"{page.url}/reports/ticker?run={page.run_id}")
    page.until(lambda: "/reports/form?" in page.driver.current_url, "the page is the form's")
    page.wait_for_stage("Completed")

    assert "least=7" in page.driver.current_url


def test_a_run_that_is_opened_by_its_id_fills_the_form(page: ReportPage) -> None:
    page.open("numbers", rows="40").run_to_the_end()
    page.driver.get(f"{page.url}/reports/numbers?run={page.run_id}")
    rows = "return document.querySelector('#fields input')?.value"
    page.until(lambda: page.script(rows) == "40", "the form says what was asked for")

    page.until(lambda: "rows=40" in page.driver.current_url, "the address has it, too")
    page.wait_for_rows(40)
    assert page.received() == 40


def test_columns_of_one_name_are_arranged_without_the_address(page: ReportPage) -> None:
    page.open("twins").run_to_the_end()
    hide(page, "other")
    assert page.texts(HEADINGS) == ["id", "twin", "twin"]
    assert "columns=" not in page.driver.current_url

    page.run_to_the_end()
    assert page.stage() == "Completed"
