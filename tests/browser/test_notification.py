"""Word of the end of a long run, to readers who have asked for it and turned away."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

from collections.abc import Callable

import pytest
from selenium import webdriver
from selenium.webdriver.remote.webdriver import WebDriver

from tests.browser.report_page import ReportPage
from tests.browser.serving import Server

pytestmark = [
    *(pytest.mark.browser, pytest.mark.every_engine, pytest.mark.timeout(90)),
    # WebKitGTK's driver has no way to grant it.
    pytest.mark.engines("chromium", "firefox"),
]

GRANT = {"permission": {"name": "notifications"}, "setting": "granted"}
TICKED = "return document.querySelector('#tell input').checked"
# A hidden tab cannot be looked at without showing it: it writes down where other tabs can read.
# Runs are said to be half a minute older than they are, so that they are long ones.
LISTEN = """
const { JSON, Notification } = window;  // Firefox gives scripts of a test their own
const { parse } = JSON;
JSON.parse = (...given) => {
  const value = parse(...given);
  if (value?.elapsed_ms !== undefined) value.elapsed_ms += 31000;
  return value;
};
localStorage.told = localStorage.title = "";
window.Notification = class extends Notification {
  constructor(title, options) {
    super(title, options);
    localStorage.told += `${title}: ${options.body}|`;
  }
};
const title = document.querySelector("title");
const write = () => (localStorage.title = title.textContent);
new MutationObserver(write).observe(title, { childList: true });
"""
CANCEL = """
const [run, done] = arguments;
fetch(`/api/reports/cancel/${run}`, { method: "POST" }).then(() => done());
"""


def long_run(driver: WebDriver, server: Server, *, asked: bool, rows: int = 40) -> ReportPage:
    """A run in progress that has been long already, and whether its reader asked to be told."""
    if isinstance(driver, webdriver.Chrome):
        driver.execute_cdp_cmd("Browser.setPermission", {**GRANT, "origin": server.url})
    page = ReportPage(driver, server.url).open("slowly", rows=str(rows), pause="0.1")
    page.script(LISTEN)
    page.run()
    page.until(lambda: page.is_shown("tell"), "word of the end is offered")
    if page.script(TICKED) != asked:
        page.element("tell").click()
    page.until(lambda: page.script(TICKED) == asked, "it is wanted or not")
    return page


def told_elsewhere(page: ReportPage, end: str, act: Callable[[], object] = lambda: None) -> str:
    """What was told by the time the hidden page knows of its run's end, seen from another tab."""
    driver, tab = page.driver, page.driver.current_window_handle
    driver.switch_to.new_window("tab")
    try:
        driver.get(page.url)
        act()
        ended = "return localStorage.title.startsWith(arguments[0])"
        page.until(lambda: page.script(ended, end), f"the hidden page says {end}")
        return str(page.script("return localStorage.told"))
    finally:
        driver.close()
        driver.switch_to.window(tab)


def test_the_end_of_a_long_run_is_told_to_a_reader_who_has_turned_away(
    driver: WebDriver, server: Server
) -> None:
    page = long_run(driver, server, asked=True)

    assert told_elsewhere(page, "Completed") == "Slowly: Completed. 40 rows|"


def test_an_end_is_not_told_to_who_sees_it_or_did_not_ask_or_cancelled_the_run(
    driver: WebDriver, server: Server
) -> None:
    seen = long_run(driver, server, asked=True)
    seen.wait_for_stage("Completed")
    assert seen.script("return localStorage.told") == ""

    own = long_run(driver, server, asked=True, rows=400)
    run = own.run_id
    cancelled = told_elsewhere(own, "Cancelled", lambda: driver.execute_async_script(CANCEL, run))
    assert cancelled == ""

    unasked = long_run(driver, server, asked=False)
    assert told_elsewhere(unasked, "Completed") == ""
