"""The catalog page as a reader uses it: looks at his runs, opens, cancels, downloads them."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

from dataclasses import dataclass

from selenium.webdriver.common.by import By

from tests.browser.page import Page

NEWEST = "#run-list > li:first-child"
LISTED = """
return document.querySelector('#reports > li') !== null
  && document.querySelector('#run-list > li, #runs-empty:not([hidden])') !== null
"""


@dataclass
class CatalogPage(Page):
    """The catalog page in one browser."""

    def open(self, fragment: str = "") -> "CatalogPage":
        """Goes to the page and waits until its reports and its runs are there."""
        self.driver.get(f"{self.url}/{fragment}")
        return self.wait_for_lists()

    def wait_for_lists(self) -> "CatalogPage":
        """Waits until the reports and the runs are there."""
        self.until(lambda: self.script(LISTED), "the reports and the runs are listed")
        return self

    def titles(self) -> list[str]:
        """What is listed of mine, newest first."""
        return self.texts("#run-list .title")

    def newest(self, part: str) -> str:
        """The text of a part of the newest run."""
        return "".join(self.texts(f"{NEWEST} .{part}"))

    def attribute(self, part: str, name: str) -> str | None:
        """An attribute of a part of the newest run."""
        return self.driver.find_element(By.CSS_SELECTOR, f"{NEWEST} .{part}").get_attribute(name)

    def press(self, part: str) -> None:
        """Presses a link or a button of the newest run."""
        self.driver.find_element(By.CSS_SELECTOR, f"{NEWEST} .{part}").click()

    def cancel(self) -> None:
        """Presses Cancel of the newest run, and Cancel the run."""
        self.press("cancel")
        self.until(lambda: self.is_shown("confirm"), "the page asks")
        self.driver.find_element(By.CSS_SELECTOR, "#confirm [value=cancel]").click()

    def wait_for_stage(self, stage: str) -> "CatalogPage":
        """Waits until the newest run says this."""
        self.until(lambda: self.newest("stage") == stage, f"the newest run says {stage}")
        return self
