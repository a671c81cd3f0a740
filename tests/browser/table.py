"""The table as a reader uses it: keys, pointer, menus, clipboard."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

from dataclasses import dataclass
from typing import cast

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.report_page import ReportPage

GRID = "[role=grid]"
HEADINGS = ".head [data-column]"

FAKE = """
const [rows, columns] = arguments;
const table = document.createElement("run-table");
const named = (_, index) => ({ name: `c${index}`, label: `c${index}`, type: "text" });
const row = (at) => Array.from({ length: columns }, (_, index) => `${at + 1}/${index}`);
window.fake = { length: rows, row };
table.addEventListener("copied", ({ detail }) => (window.said = detail.words));
table.addEventListener("recordopen", ({ detail }) => (window.opened = detail.row));
document.querySelector("run-table").replaceWith(table);
document.querySelector("#rows").hidden = false;
table.open(window.fake, Array.from({ length: columns }, named));
table.update(false);
"""
WIDTH = "return Math.round(arguments[0].getBoundingClientRect().width)"
LOADED = """
const { src } = document.querySelector("script[type=module]");
import(new URL("column-heading.js", src)).then(arguments[arguments.length - 1]);
"""
PASTE = """
const area = document.createElement("textarea");
area.setAttribute("aria-label", "Paste");
area.addEventListener("paste", ({ clipboardData }) => {
  area.dataset.html = clipboardData.getData("text/html");
  area.dataset.text = clipboardData.getData("text/plain");
});
document.body.append(area);
return area;
"""


@dataclass
class Table:
    """The table of one report page."""

    page: ReportPage

    def fake(self, rows: int, columns: int = 5) -> "Table":
        """Puts a table in place of the page's, whose rows a script makes up: `row/column`."""
        self.page.script(FAKE, rows, columns)
        self.page.until(self.page.row_numbers, "its first rows are drawn")
        return self

    def press(self, *keys: str) -> None:
        """Keys for the table, after which what they need is here."""
        self.page.driver.find_element(By.CSS_SELECTOR, GRID).send_keys("".join(keys))

    def active(self) -> str:
        """What stands in the active cell."""
        return next(iter(self.page.texts(".body .active")), "")

    def selected(self) -> list[str]:
        """What stands in the selected cells."""
        return self.page.texts(".body [aria-selected=true]")

    def go(self, *keys: str, to: str) -> None:
        """Presses keys and waits until they have led to a cell."""
        self.press(*keys)
        self.page.until(lambda: self.active() == to, f"the active cell is {to!r}")

    def headings(self) -> list[str]:
        """The columns shown, from left to right."""
        return self.page.texts(f"{HEADINGS} .label")

    def heading(self, label: str) -> WebElement:
        """The heading of a column."""
        found = self.page.driver.find_elements(By.CSS_SELECTOR, HEADINGS)
        return found[self.headings().index(label)]

    def width(self, label: str) -> int:
        """How wide a column is (px)."""
        return int(cast("float", self.page.script(WIDTH, self.heading(label))))

    def choose(self, item: str, *more: str) -> None:
        """Opens the active column's menu by keyboard and takes the item that begins so."""
        self.press(Keys.ALT, Keys.ARROW_DOWN)
        self.page.until(lambda: self.page.texts(".menu [role^=menuitem]"), "the menu is open")
        self.page.until(lambda: self.focused().startswith("Copy"), "its first item has the focus")
        self.page.driver.switch_to.active_element.send_keys(*item)
        self.page.until(lambda: self.focused().startswith(item[:1]), f"{item} has the focus")
        self.page.driver.switch_to.active_element.send_keys(Keys.ENTER, *more)

    def focused(self) -> str:
        """What stands in the element that has the focus."""
        return str(self.page.script("return document.activeElement.textContent"))

    def edge(self, label: str) -> WebElement:
        """The edge of a column, with the pointer over it and what answers it loaded."""
        found = self.heading(label).find_element(By.CSS_SELECTOR, ".edge")
        ActionChains(self.page.driver).move_to_element(found).perform()
        self.page.driver.execute_async_script(LOADED)
        return found

    def pasted(self) -> tuple[str, str]:
        """What is on the clipboard, as text and as HTML."""
        area = cast("WebElement", self.page.script(PASTE))
        area.send_keys(Keys.CONTROL, "v")
        self.page.until(lambda: area.get_attribute("data-text"), "something is pasted")
        return area.get_attribute("data-text") or "", area.get_attribute("data-html") or ""
