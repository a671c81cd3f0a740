"""The whole journey without a pointer: the keyboard is seen at each stop, and never lost."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

from typing import TypedDict, cast

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.report_page import ReportPage

pytestmark = [pytest.mark.browser, pytest.mark.every_engine, pytest.mark.timeout(120)]

MOST_STOPS = 60
# What has the keyboard, and whether a reader sees that it has: by an outline, in the window.
FOCUS = """
const at = document.activeElement;
if (!at || at === document.body) return { name: 'nothing', seen: false };
const isSeen = (element) => {
  const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
  const { bottom, top, left, right } = element.getBoundingClientRect();
  const isInside = bottom > 0 && top < innerHeight && right > 0 && left < innerWidth;
  const isMarked = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1;
  return isInside && (isMarked || boxShadow !== 'none');
};
const active = document.getElementById(at.getAttribute('aria-activedescendant') ?? '');
const words = at.matches('input, select, [role=grid], pre') ? '' : at.textContent.trim();
const name = [at.localName, at.id || at.getAttribute('role'), words, at.ariaLabel];
const seen = isSeen(at) || active !== null && isSeen(active);
return { name: name.filter(Boolean).join(' '), seen };
"""


class Stop(TypedDict):
    """Where the keyboard is."""

    name: str
    seen: bool


def stop(page: ReportPage) -> str:
    """What has the keyboard; fails where nothing has, or nobody sees it."""
    found = cast("Stop", page.script(FOCUS))

    assert found["seen"], found["name"]
    return found["name"]


def press(page: ReportPage, *keys: str) -> None:
    page.driver.switch_to.active_element.send_keys("".join(keys))


def tab_to(page: ReportPage, name: str, *, back: bool = False) -> None:
    """Presses Tab until the keyboard is there, and looks at each stop between."""
    stops: list[str] = []
    for _ in range(MOST_STOPS):
        press(page, *([Keys.SHIFT] if back else []), Keys.TAB)
        stops.append(stop(page))
        if name in stops[-1]:
            return
    pytest.fail(f"{name} is none of {stops}")


def wait_for_stop(page: ReportPage, name: str) -> None:
    """Waits until the page itself has moved the keyboard."""
    page.until(lambda: name in cast("Stop", page.script(FOCUS))["name"], f"{name} has the keyboard")
    stop(page)


def test_a_report_is_found_run_read_copied_and_cancelled_by_keyboard(page: ReportPage) -> None:
    page.driver.get(page.url)
    page.until(lambda: "report" in page.text("found"), "the reports are listed")
    tab_to(page, "a Skip to the reports")
    tab_to(page, "a Slowly")
    press(page, Keys.ENTER)
    page.until(lambda: page.text("title") == "Slowly", "the report is known")
    fill_and_run(page)
    walk_in_the_table(page)
    open_and_leave(page, Keys.ENTER, "value", "pre")
    open_and_leave(page, Keys.SHIFT + Keys.ENTER, "record", "div group")
    use_the_menu(page)
    cancel(page)
    tab_to(page, "a CSV")
    href = page.driver.switch_to.active_element.get_attribute("href")
    assert href is not None
    assert href.endswith("/rows.csv")


def fill_and_run(page: ReportPage) -> None:
    page.until(lambda: page.texts("#fields label"), "the form is there")
    tab_to(page, "a Skip to the rows")
    tab_to(page, "input")
    press(page, Keys.CONTROL, "a")
    press(page, "5000")
    tab_to(page, "button run")
    press(page, Keys.ENTER)
    page.wait_for_rows(20)
    wait_for_stop(page, "button cancel")


def walk_in_the_table(page: ReportPage) -> None:
    tab_to(page, "grid")
    for key in (Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.HOME):
        press(page, key)
        stop(page)
    assert page.cells(".active") == ["3"]
    press(page, Keys.SHIFT, Keys.ARROW_DOWN, Keys.ARROW_RIGHT)
    assert page.cells("[aria-selected=true]") == ["3", "f", "4", "f"]
    press(page, Keys.CONTROL, "c")
    page.until(lambda: page.text("said") == "Copied 2 rows of 2 columns.", "the copy is told")
    press(page, Keys.ESCAPE)


def open_and_leave(page: ReportPage, keys: str, panel: str, first: str) -> None:
    """Opens a panel, goes through all that can be used in it, and comes back to the table."""
    press(page, keys)
    page.until(lambda: page.is_shown(panel), "the panel is open")
    wait_for_stop(page, first)
    tab_to(page, "button Next row")
    press(page, Keys.ENTER)
    tab_to(page, "button Close")
    press(page, Keys.ENTER)
    page.until(lambda: not page.is_shown(panel), "the panel is closed")
    wait_for_stop(page, "grid")


def use_the_menu(page: ReportPage) -> None:
    press(page, Keys.ALT, Keys.ARROW_DOWN)
    wait_for_stop(page, "menuitem")
    press(page, Keys.ARROW_DOWN)
    stop(page)
    press(page, Keys.ESCAPE)
    wait_for_stop(page, "grid")


def cancel(page: ReportPage) -> None:
    tab_to(page, "button cancel", back=True)
    press(page, Keys.ENTER)
    page.until(lambda: page.is_shown("confirm"), "the page asks")
    wait_for_stop(page, "button Keep running")
    tab_to(page, "button Cancel the run")
    press(page, Keys.ENTER)
    page.wait_for_stage("Cancelled")
    wait_for_stop(page, "button run")
