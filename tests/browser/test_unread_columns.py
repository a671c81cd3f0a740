"""Columns that were hidden when a run began, and so were not read: what the page says of them."""

import pytest
from selenium.webdriver.common.by import By

from tests.browser.report_page import ReportPage

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

ITEMS = ".menu [role^=menuitem]"
AGAIN = "Run again with all columns"


def test_the_columns_menu_says_which_were_not_read_and_runs_again_with_all(
    page: ReportPage,
) -> None:
    page.open("numbers", columns="id,name").run_to_the_end().element("columns").click()
    page.until(lambda: page.texts(ITEMS), "the menu is open")
    assert [text for text in page.texts(ITEMS) if text.startswith(AGAIN)] == [
        f"{AGAIN}This run read 2 of the report's 5 columns: those that were shown when it began."
    ]

    page.driver.find_elements(By.CSS_SELECTOR, ITEMS)[1].click()
    page.until(lambda: len(page.texts(".head [data-column]")) == 5, "all columns are there")
    page.wait_for_stage("Completed")
    assert page.texts("#filters li") == []
    page.until(lambda: "columns=" not in page.driver.current_url, "the address names none")
    page.element("columns").click()
    page.until(lambda: page.texts(ITEMS), "the menu is open")
    assert not any(text.startswith(AGAIN) for text in page.texts(ITEMS))
