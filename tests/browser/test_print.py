"""The report page on paper: what was asked, and the rows in the window with every column shown."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

from collections.abc import Iterator
from typing import cast

import pytest
from selenium import webdriver

from tests.browser.conftest import Opener, fresh
from tests.browser.engines import Look
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server
from tests.browser.table import Table

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

# What is printed is in the document no longer than the printing takes.
KEEP = """
new MutationObserver((changes) => {
  const added = changes.flatMap(({ addedNodes }) => [...addedNodes]);
  if (added.length) window.printed = added[0].cloneNode(true);
}).observe(document.querySelector("main"), { childList: true });
"""
PRINTED = "return [...window.printed.querySelectorAll(arguments[0])].map(e => e.textContent)"
SEEN = """
const kinds = "button, input, select, textarea, label, [role=row]";
const seen = (element) => element.getClientRects().length > 0;
return [...document.querySelectorAll(`main :is(${kinds})`)].filter(seen).map(e => e.outerHTML);
"""


@pytest.fixture
def chrome(opened: Opener) -> Iterator[webdriver.Chrome]:
    """The one engine whose driver prints and shows what a printer would get."""
    driver = fresh(opened, "chromium", Look())
    assert isinstance(driver, webdriver.Chrome)
    yield driver
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_a_print_has_the_rows_in_the_window_with_all_columns_shown(
    chrome: webdriver.Chrome, server: Server
) -> None:
    page = ReportPage(chrome, server.url).open("wide").run_to_the_end()
    table = Table(page)
    table.choose("Hide")
    page.until(lambda: table.headings()[0] == "small", "the first column is hidden")
    assert "last" not in table.headings()
    page.until(lambda: page.script("return window.onbeforeprint !== null"), "paper is provided for")
    drawn = page.row_numbers()
    page.script(KEEP)
    chrome.execute_cdp_cmd("Page.printToPDF", {})

    def printed(selector: str) -> list[str]:
        return cast("list[str]", page.script(PRINTED, selector))

    headings = printed("thead th")
    assert (len(headings), headings[:2], headings[-1]) == (20, ["#", "small"], "last")
    assert printed("tbody th") == [str(each) for each in drawn]
    assert printed("tbody td:last-child") == [str(each) for each in drawn]
    assert printed("caption") == [f"Rows 1 to {len(drawn)} of 1,000"]
    assert page.texts(".paper") == []


def test_a_print_says_what_was_asked_and_has_neither_form_nor_buttons(
    chrome: webdriver.Chrome, server: Server
) -> None:
    page = ReportPage(chrome, server.url).open("form", least="7").run_to_the_end()
    page.until(lambda: page.script("return window.onbeforeprint !== null"), "paper is provided for")
    chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    page.script("dispatchEvent(new Event('beforeprint'))")

    assert page.script(SEEN) == []
    assert "Least: 7 · Since: 2013-01-01 · Sure: true" in page.texts(".paper p")
    assert page.texts(".paper td") == ["7", "2013-01-01", "", "t", ""]
    assert " 20" in page.words("when")
