"""The exports page as a reader uses it: fills the form, starts, looks at the list."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

from dataclasses import dataclass
from urllib.parse import urlencode

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select

from tests.browser.page import Page

NEWEST = "#exports > li:first-child"
LISTED = "return document.querySelector('#exports > li, #empty:not([hidden])') !== null"


@dataclass
class ExportsPage(Page):
    """The exports page in one browser."""

    def open(self, **query: str) -> "ExportsPage":
        """Goes to the page and waits until its list and its form are there."""
        self.driver.get(f"{self.url}/exports{f'?{urlencode(query)}' if query else ''}")
        self.until(lambda: self.script(LISTED), "the list is there")
        self.until(lambda: len(self.texts("[name=report] option")) > 1, "the reports are offered")
        return self

    def field(self, name: str) -> WebElement:
        """A field of the form."""
        return self.driver.find_element(By.CSS_SELECTOR, f"#form [name={name}]")

    def choose(self, name: str, words: str) -> None:
        """Chooses in a field of the form by what it shows."""
        Select(self.field(name)).select_by_visible_text(words)

    def value(self, name: str) -> str:
        """What stands in a field of the form."""
        return str(
            self.script("return document.querySelector(arguments[0]).value", f"[name={name}]")
        )

    def start(self) -> "ExportsPage":
        """Presses Start and waits until there is one more."""
        before = len(self.titles())
        self.element("start").click()
        self.until(lambda: len(self.titles()) > before, "the export is listed")
        return self

    def titles(self) -> list[str]:
        """What is listed, newest first."""
        return self.texts("#exports .title")

    def newest(self, part: str) -> str:
        """The text of a part of the newest export."""
        return "".join(self.texts(f"{NEWEST} .{part}"))

    def attribute(self, part: str, name: str) -> str | None:
        """An attribute of a part of the newest export."""
        return self.driver.find_element(By.CSS_SELECTOR, f"{NEWEST} .{part}").get_attribute(name)

    def press(self, value: str) -> None:
        """Presses a button of the newest export."""
        self.driver.find_element(By.CSS_SELECTOR, f"{NEWEST} [value={value}]").click()

    def confirm(self) -> None:
        """Says yes to what the page asks."""
        self.until(lambda: self.is_shown("confirm"), "the page asks")
        self.driver.find_element(By.CSS_SELECTOR, "#confirm [value=yes]").click()

    def wait_for_stage(self, *stages: str) -> "ExportsPage":
        """Waits until the newest export says one of these."""
        self.until(lambda: self.newest("stage") in stages, f"its stage is one of {stages}")
        return self

    def wait_for_rows(self) -> "ExportsPage":
        """Waits until some rows of the newest export are written."""
        written = "return /^[1-9]/.test(document.querySelector(arguments[0])?.textContent)"
        self.until(lambda: self.script(written, f"{NEWEST} .rows"), "rows are written")
        return self
