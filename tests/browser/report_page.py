"""The report page as a reader uses it: presses, reads, waits. Texts are read as text content,
since drivers differ in what they call visible."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

START_RUNS = """
const [address, count, done] = arguments;
(async () => {
  for (let run = 0; run < count; run += 1) await fetch(address, { method: "POST" });
  done();
})();
"""
PATIENCE_SECONDS = 30.0
LOOK_SECONDS = 0.03


@dataclass
class ReportPage:
    """One report's page in one browser."""

    driver: WebDriver
    url: str

    def open(self, report: str, **query: str) -> "ReportPage":
        """Goes to the page and waits until its form is there."""
        arguments = f"?{urlencode(query)}" if query else ""
        self.driver.get(f"{self.url}/reports/{report}{arguments}")
        # The name stands there until the report is known, and the form with it.
        unknown = {"", "Report", report}
        self.until(lambda: self.text("title") not in unknown, "the report is known")
        return self

    def run(self) -> "ReportPage":
        """Presses Run."""
        self.element("run").click()
        return self

    def run_to_the_end(self) -> "ReportPage":
        """Presses Run and waits until the run has ended."""
        self.run()
        return self.wait_for_stage("Completed", "Failed", "Cancelled")

    def cancel(self) -> None:
        """Presses Cancel, and Cancel the run."""
        self.element("cancel").click()
        self.until(lambda: self.is_shown("confirm"), "the page asks")
        self.driver.find_element(By.CSS_SELECTOR, "#confirm [value=cancel]").click()

    def element(self, name: str) -> WebElement:
        """The element of that id."""
        return self.driver.find_element(By.ID, name)

    def text(self, name: str) -> str:
        """What stands in the element of that id; nothing while the page is still being read."""
        read = "return document.getElementById(arguments[0])?.textContent ?? ''"
        return str(self.script(read, name))

    def is_shown(self, name: str) -> bool:
        """Whether the element of that id takes room on the page."""
        looks = "return document.getElementById(arguments[0])?.getClientRects().length > 0"
        return bool(self.script(looks, name))

    def stage(self) -> str:
        """What the page says is happening."""
        return self.text("stage")

    def received(self) -> int:
        """Rows the page says it has."""
        digits = self.text("row-figure").split(" ")[0].replace(",", "")
        return int(digits) if digits else 0

    def cells(self, selector: str = "[role=gridcell]") -> list[str]:
        """The texts of the cells there are."""
        read = "return [...document.querySelectorAll(arguments[0])].map(e => e.textContent)"
        return cast("list[str]", self.script(read, selector))

    def row_numbers(self) -> list[int]:
        """The numbers of the rows that are drawn."""
        return [int(each.replace(",", "")) for each in self.cells(".body [role=rowheader]")]

    def script(self, text: str, *arguments: object) -> object:
        """What a script of the test's own returns."""
        return cast("object", self.driver.execute_script(text, *arguments))

    def asked(self) -> list[str]:
        """The addresses that the page has asked for since it was opened."""
        names = "return performance.getEntriesByType('resource').map(e => e.name)"
        return cast("list[str]", self.script(names))

    def start_runs(self, report: str, count: int) -> None:
        """Starts runs of a report as other tabs of the same reader would."""
        self.driver.execute_async_script(START_RUNS, f"/api/reports/{report}/runs", count)

    def wait_for_stage(self, *stages: str) -> "ReportPage":
        """Waits until the page says one of these."""
        self.until(lambda: self.stage() in stages, f"the stage is one of {stages}")
        return self

    def wait_for_rows(self, rows: int) -> "ReportPage":
        """Waits until the page has that many rows and draws some."""
        self.until(lambda: self.received() >= rows and self.row_numbers() != [], f"{rows} rows")
        return self

    def until(self, holds: Callable[[], object], what: str) -> None:
        """Looks again and again until something holds; then fails, with what the page shows."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            if time.monotonic() > deadline:
                shown = self.driver.find_element(By.TAG_NAME, "main").text
                message = f"Waited in vain until {what}. The page shows:\n{shown[:1000]}"
                raise AssertionError(message)
            time.sleep(LOOK_SECONDS)
