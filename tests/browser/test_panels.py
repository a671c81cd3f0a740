"""The panels over the table: one value whole, one row as a list."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.line import line_to
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(90)]

FOCUSED = "return document.activeElement.closest('[role=grid], dialog')?.localName"
# What the page has put on the clipboard, where a driver lets nobody read it.
OVERHEAR = """
window.copied = [];
navigator.clipboard.writeText = (text) => (window.copied.push(text), Promise.resolve());
"""
INDENTED = """\
{
  "none": {},
  "rows": [
    2,
    "two"
  ],
  "cents": 1.50,
  "exact": 9007199254740993
}"""


def press(page: ReportPage, *keys: str) -> None:
    """Keys for whatever has the keyboard."""
    page.driver.switch_to.active_element.send_keys("".join(keys))


def at_cell(page: ReportPage, row: int, column: int) -> None:
    """Puts the keyboard on a cell, both counted from 1."""
    grid = page.driver.find_element(By.CSS_SELECTOR, "[role=grid]")
    grid.send_keys(Keys.CONTROL, Keys.HOME)
    for key in [Keys.ARROW_DOWN] * (row - 1) + [Keys.ARROW_RIGHT] * (column - 1):
        press(page, key)


def open_value(page: ReportPage, row: int, column: int) -> None:
    at_cell(page, row, column)
    press(page, Keys.ENTER)
    page.until(lambda: page.is_shown("value"), "the value is shown")


def value(page: ReportPage) -> str:
    return page.texts("#value pre")[0]


def place(page: ReportPage) -> str:
    return page.texts(".panel .place")[0]


def click(page: ReportPage, words: str) -> None:
    buttons = page.driver.find_elements(By.CSS_SELECTOR, ".panel button")
    next(each for each in buttons if words in (each.text, each.get_attribute("aria-label"))).click()


def test_json_is_indented_digit_for_digit_and_copied_as_it_came(page: ReportPage) -> None:
    page.open("documents").run_to_the_end()
    open_value(page, 2, 2)

    assert value(page) == INDENTED
    page.script(OVERHEAR)
    click(page, "Copy")
    page.until(lambda: "Value copied" in page.texts(".panel .said"), "the copy is told")
    click(page, "Indent")
    assert page.script("return window.copied") == [value(page)]
    assert '"exact": 9007199254740993' in value(page)


def test_a_value_leads_to_its_neighbours_and_says_what_each_is(page: ReportPage) -> None:
    page.open("documents").run_to_the_end()
    open_value(page, 1, 2)
    press(page, Keys.ARROW_RIGHT)
    assert (page.texts("#value h2"), place(page)) == (["words"], "Row 1 of 1,500 · text · NULL")
    press(page, Keys.PAGE_DOWN)
    assert (value(page), place(page)) == ("", "Row 2 of 1,500 · text · empty")
    press(page, Keys.PAGE_DOWN)
    assert place(page) == "Row 3 of 1,500 · text · 8 characters, 14 bytes in UTF-8"
    press(page, Keys.ARROW_RIGHT)
    assert place(page) == "Row 3 of 1,500 · bytea · 4 bytes, in hexadecimal"
    assert page.texts(".panel .said") == ["bytes, row 3: \\xdeadbeef"]
    press(page, Keys.ESCAPE)

    assert page.script(FOCUSED) == "div"
    assert page.cells(".active") == ["\\xdeadbeef"]


def test_a_long_text_is_shown_in_part_until_all_is_asked_for(page: ReportPage) -> None:
    page.open("documents").run_to_the_end()
    open_value(page, 3, 6)
    assert place(page).endswith("1,500,000 characters, 1,500,000 bytes in UTF-8")
    shown = len(value(page))
    assert shown < 1_500_000
    assert page.texts(".panel .notice span") == [f"The first {shown:,} characters are shown."]
    click(page, "Show all")

    page.until(lambda: len(value(page)) == 1_500_000, "all of it is shown")
    assert not page.driver.find_element(By.CSS_SELECTOR, ".panel .notice").is_displayed()


def test_the_ends_of_the_rows_and_columns_lead_nowhere(page: ReportPage) -> None:
    page.open("documents").run_to_the_end()
    open_value(page, 1, 1)
    press(page, Keys.ARROW_LEFT, Keys.PAGE_UP)
    ends = page.texts(".panel .move[aria-disabled=true]")

    assert (value(page), len(ends)) == ("1", 2)


def open_record(page: ReportPage, row: int) -> None:
    at_cell(page, row, 1)
    press(page, Keys.SHIFT, Keys.ENTER)
    page.until(lambda: page.is_shown("record"), "the row is shown")


def record(page: ReportPage) -> dict[str, str]:
    names, values = page.texts("#record .label"), page.texts("#record td")
    return dict(zip(names, values, strict=True))


def test_a_row_is_read_as_a_list_and_leads_to_the_next(page: ReportPage) -> None:
    page.open("documents").run_to_the_end()
    open_record(page, 1)
    assert record(page)["id"] == "1"
    assert page.texts("#record .null") == ["", ""]
    press(page, Keys.PAGE_DOWN)
    assert record(page)["id"] == "2"
    assert page.texts("#record h2") == ["Row 2 of 1,500"]
    press(page, Keys.ESCAPE)

    assert page.script(FOCUSED) == "div"


def test_a_row_is_copied_for_a_spreadsheet_and_as_json(page: ReportPage) -> None:
    page.open("documents", columns="id,words,bytes").run_to_the_end()
    open_record(page, 3)
    page.script(OVERHEAR)
    click(page, "Copy TSV")
    click(page, "Copy JSON")
    page.until(lambda: len(str(page.script("return window.copied.join()"))) > 80, "both are copied")

    assert page.script("return window.copied") == [
        "id\twords\tbytes\n3\tnaïve €😀\t\\xdeadbeef",
        '{\n  "id": 3,\n  "words": "naïve €😀",\n  "bytes": "\\\\xdeadbeef"\n}',
    ]


def test_a_long_value_of_a_row_opens_whole_over_it(page: ReportPage) -> None:
    page.open("documents").run_to_the_end()
    open_record(page, 3)
    click(page, "Show all 1,500,000 characters")
    page.until(lambda: page.is_shown("value"), "the value is shown")
    press(page, Keys.ESCAPE)

    assert not page.is_shown("value")
    assert page.is_shown("record")


def test_a_row_that_is_not_here_yet_is_waited_for(driver: WebDriver, server: Server) -> None:
    with line_to(server.port) as line:
        page = ReportPage(driver, line.url).open("documents", long="0").run_to_the_end()
        driver.refresh()
        page.wait_for_rows(1500)
        open_record(page, 1)
        line.cut()
        press(page, Keys.ESCAPE)
        driver.find_element(By.CSS_SELECTOR, "[role=grid]").send_keys(Keys.CONTROL, Keys.END)
        page.until(lambda: page.is_shown("problem"), "the trouble is told")
        press(page, Keys.SHIFT, Keys.ENTER)
        page.until(lambda: page.is_shown("record"), "the row is opened")
        assert page.texts("#record .place") == ["loading…"]
        line.mend()
        page.script("document.querySelector('#problem button').click()")

        page.until(lambda: record(page)["id"] == "1500", "the row has come")
