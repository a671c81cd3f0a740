"""What holds of the exports page whatever it shows: lost lines, the keyboard, names, widths."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

import signal
from collections.abc import Callable

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import Opener, fresh
from tests.browser.engines import Engine, Look, console
from tests.browser.exports_page import ExportsPage
from tests.browser.line import line_to
from tests.browser.serving import Server
from tests.browser.test_exports import newcomer
from tests.browser.test_quality import NAMELESS

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

NARROW = Look(390, 844)
FITS = "return document.documentElement.scrollWidth <= innerWidth && innerWidth < 400"
FOCUSED = "const e = document.activeElement; return `${e.localName} ${e.id} ${e.value ?? ''}`"

LISTEN = """
const region = document.getElementById('announcer');
const listen = () => window.said.push(region.textContent);
window.said = [];
new MutationObserver(listen).observe(region, { childList: true });
"""


@pytest.fixture
def page(opened: Opener, server: Server) -> ExportsPage:
    """The session's server in Chromium, to a reader who has no export."""
    return newcomer(fresh(opened, "chromium", Look()), server)


def tab_to(page: ExportsPage, what: str, *, most: int = 40) -> None:
    """Presses Tab until the keyboard is at an element that is called so."""
    for _ in range(most):
        if what in str(page.script(FOCUSED)):
            return
        page.driver.switch_to.active_element.send_keys(Keys.TAB)
    pytest.fail(f"{most} times Tab do not reach {what}")


def press(page: ExportsPage, key: str) -> None:
    page.driver.switch_to.active_element.send_keys(key)


def test_a_lost_line_keeps_the_list_says_so_and_comes_back(opened: Opener, server: Server) -> None:
    with line_to(server.port) as line:
        page = newcomer(fresh(opened, "chromium", Look()), server)
        page.url = line.url
        page.open(report="ticker").start().wait_for_rows()
        line.cut()
        page.until(lambda: page.is_shown("line"), "the loss is told")
        assert "The list is as it was" in page.text("line")
        assert page.titles() == ["Ticker"]
        line.mend()
        page.until(lambda: not page.is_shown("line"), "the line is back")
        page.press("cancel")
        page.confirm()

        page.wait_for_stage("Cancelled")


def test_a_server_that_was_killed_and_comes_back_finishes_what_it_had(
    opened: Opener, own_server: Callable[..., Server]
) -> None:
    server = own_server()
    page = newcomer(fresh(opened, "chromium", Look()), server)
    page.open(report="ticker", limit="1200").start().wait_for_rows()
    server.end(signal.SIGKILL)
    page.until(lambda: page.is_shown("line"), "the loss is told")
    server.start()
    page.script("document.getElementById('retry-now').click()")
    page.until(lambda: not page.is_shown("line"), "the line is back")
    page.until(lambda: page.newest("stage") == "Completed", "the export is finished")

    assert page.newest("rows") == "1,200 rows"


def test_the_whole_page_is_used_by_keyboard(page: ExportsPage) -> None:
    page.open(report="ticker")
    page.until(lambda: page.value("report") == "ticker", "the report is chosen")
    tab_to(page, "button start")
    press(page, Keys.ENTER)
    page.until(page.titles, "the export is listed")
    page.wait_for_rows()
    tab_to(page, "button  cancel")
    press(page, Keys.ENTER)
    page.until(lambda: page.is_shown("confirm"), "the page asks")
    tab_to(page, "button  yes")
    press(page, Keys.ENTER)
    page.wait_for_stage("Cancelled")

    # The button has gone; what it belonged to has the keyboard, so that Tab leads on from there.
    page.until(lambda: str(page.script(FOCUSED)).startswith("li "), "the export has the keyboard")
    tab_to(page, "button  delete", most=8)
    press(page, Keys.ENTER)
    page.until(lambda: page.is_shown("empty"), "the list is empty")


def test_a_start_and_an_end_are_announced(page: ExportsPage) -> None:
    page.open(report="numbers", rows="3")
    page.script(LISTEN)
    page.start().wait_for_stage("Completed")
    page.until(lambda: "completed, 3 rows" in str(page.script("return window.said")), "it is said")

    assert len(str(page.script("return window.said.join('|')")).split("|")) <= 3


def test_the_title_of_the_tab_says_how_far_it_is(page: ExportsPage) -> None:
    page.open(report="ticker").start()
    page.until(lambda: " · Exports" in page.driver.title, "the title says how far it is")
    page.wait_for_rows().press("cancel")
    page.confirm()
    page.wait_for_stage("Cancelled")

    page.until(lambda: page.driver.title.startswith("Exports"), "the title says nothing more")


@pytest.mark.engines("chromium", "firefox")
def test_an_export_leaves_no_word_on_the_console(
    opened: Opener, server: Server, engine: Engine
) -> None:
    page = newcomer(fresh(opened, engine, Look()), server)
    written = console(page.driver)
    page.open(report="numbers").start().wait_for_stage("Completed")

    assert written() == []


def test_everything_that_can_be_used_has_a_name(page: ExportsPage) -> None:
    page.open(report="form").start().wait_for_stage("Completed")

    assert page.script(NAMELESS) == []


@pytest.mark.engines("chromium", "firefox")
def test_a_phone_needs_no_sideways_scrolling(
    opened: Opener, server: Server, engine: Engine
) -> None:
    page = newcomer(fresh(opened, engine, NARROW), server).open(report="form")
    page.start().wait_for_stage("Completed")

    assert page.script(FITS)


def test_the_page_asks_for_one_list_and_opens_no_stream(page: ExportsPage) -> None:
    page.open(report="numbers", rows="3").start().wait_for_stage("Completed")

    assert [name for name in page.asked() if name.endswith(("/stream", "/status"))] == []
