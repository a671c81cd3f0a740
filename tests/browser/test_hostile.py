"""Names, values and errors that mean harm: they run nothing, break no layout, and the policy of the
page has nothing to report."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

from collections.abc import Callable, Iterator
from urllib.parse import quote

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import Opener, fresh
from tests.browser.engines import ENGINES, Look
from tests.browser.hostile import COLUMNS, IMAGE, LONG, SCRIPT, write_reports
from tests.browser.report_page import ReportPage
from tests.browser.serving import Server, served
from tests.browser.violations import heard, violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

NARROW = Look(390, 844)
WIDTH = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Half a window of names would leave no place for rows.
HEIGHTS = """
return ['h1', '#description', '[role=columnheader]', '.body [role=row]', '.panel h2', '#problem p']
  .flatMap((found) => [...document.querySelectorAll(found)].map((e) => [found, e.offsetHeight]))
  .filter(([found, height]) => height > (found === '#problem p' ? 320 : 120)).map(String);
"""
STOLEN = """
const made = document.querySelectorAll(':is(main, dialog, [popover]) :is(img, script)');
return window.stolen ?? made.length;
"""
LOOKS = [*((engine, Look()) for engine in ENGINES), ("chromium", NARROW), ("firefox", NARROW)]


@pytest.fixture(scope="module")
def hostile_server(
    make_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server that has the hostile reports alone."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "reports").mkdir()
    write_reports(folder / "reports")
    with served(make_database(), folder, reports=str(folder / "reports")) as running:
        yield running


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1].width}")
def page(
    request: pytest.FixtureRequest, opened: Opener, hostile_server: Server
) -> Iterator[ReportPage]:
    """Each engine wide, and those with a phone's width narrow."""
    engine, look = request.param
    driver = fresh(opened, engine, look)
    with heard(driver):
        yield ReportPage(driver, hostile_server.url)


def assert_harmless(page: ReportPage, what: str) -> None:
    """Nothing ran, nothing is wider than the window or too high, the policy blocked nothing."""
    __tracebackhide__ = True
    found = {
        "stolen": page.script(STOLEN),
        "too wide": page.script(WIDTH),
        "too high": page.script(HEIGHTS),
        "blocked": violations(page.driver),
    }

    assert found == {"stolen": 0, "too wide": 0, "too high": [], "blocked": []}, what


def press(page: ReportPage, *keys: str) -> None:
    page.driver.switch_to.active_element.send_keys("".join(keys))


def test_hostile_reports_are_text_wherever_they_stand(page: ReportPage) -> None:
    page.driver.get(page.url)
    page.until(lambda: "report" in page.text("found"), "the reports are listed")
    assert_harmless(page, "the catalog")
    page.open("hostile", where=f'"__proto__".neq.{IMAGE}', search="W")
    page.until(lambda: page.texts("#filters li"), "the filters are shown")
    assert_harmless(page, "the form")
    page.run_to_the_end()
    assert page.received() == 10
    assert_harmless(page, "the rows")
    look_at_values(page)
    look_at_a_row(page)
    look_at_columns(page)
    page.driver.get(page.url)
    page.until(lambda: page.texts("#run-list h3"), "the runs are listed")
    assert_harmless(page, "the catalog with a run")


def test_hostile_addresses_and_errors_are_text(page: ReportPage) -> None:
    page.open("hostile_failing").run_to_the_end()
    page.until(lambda: page.is_shown("problem"), "the error is told")
    assert_harmless(page, "an error while the rows came")
    page.open("hostile", where=f'"{SCRIPT}{LONG}".eq.1').run()
    page.until(lambda: SCRIPT in page.text("problem"), "the column is named")
    page.until(lambda: page.is_shown("problem"), "the error is told")
    assert_harmless(page, "an error that quotes the address")
    page.driver.get(f"{page.url}/reports/{quote(IMAGE)}")
    page.until(lambda: page.is_shown("problem"), "there is no such report")
    assert_harmless(page, "a report that is not there")
    page.driver.get(f"{page.url}/exports?report=hostile")
    page.until(lambda: len(page.texts("[name=report] option")) > 1, "the reports are offered")
    assert_harmless(page, "the exports page")


def look_at_values(page: ReportPage) -> None:
    page.driver.find_element(By.CSS_SELECTOR, "[role=grid]").send_keys(Keys.CONTROL, Keys.HOME)
    press(page, Keys.ENTER)
    page.until(lambda: page.is_shown("value"), "the value is shown")
    assert_harmless(page, "a value")
    for _ in COLUMNS[1:]:
        press(page, Keys.ARROW_RIGHT)
    assert_harmless(page, "the last value")
    assert page.texts("#value h2") == ["used"]
    for _ in range(page.received() - 1):
        press(page, Keys.PAGE_DOWN)
    press(page, Keys.ARROW_LEFT)
    assert page.script("return document.querySelector('#value pre').textContent.length") == 10**6
    assert_harmless(page, "a word of a million letters")
    press(page, Keys.ESCAPE)


def look_at_a_row(page: ReportPage) -> None:
    press(page, Keys.SHIFT, Keys.ENTER)
    page.until(lambda: page.is_shown("record"), "the row is shown")
    assert_harmless(page, "a row")
    assert page.texts("#record .label") == COLUMNS
    press(page, Keys.ESCAPE)


def look_at_columns(page: ReportPage) -> None:
    page.element("columns").click()
    page.until(lambda: page.texts("[role=menu] [role=menuitemcheckbox]"), "the menu is open")
    assert_harmless(page, "the menu of columns")
    press(page, Keys.ESCAPE)
