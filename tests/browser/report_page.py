"""The report page as a reader uses it: runs, cancels, reads rows."""

# pyright: reportUnknownMemberType=false
# (selenium leaves parameters of its methods without types)

from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qs, urlencode, urlsplit

from selenium.webdriver.common.by import By

from tests.browser.page import Page

START_RUNS = """
const [address, count, done] = arguments;
(async () => {
  for (let run = 0; run < count; run += 1) await fetch(address, { method: "POST" });
  done();
})();
"""

ALL_SECONDS = 100.0
READ_ALL = """
const done = arguments[arguments.length - 1];
const grid = document.querySelector("[role=grid]");
const found = new Map();
const frame = () => new Promise((go) => requestAnimationFrame(() => go()));
const rows = () => [...grid.querySelectorAll(".body [role=row]")];
const isBusy = (row) => row.getAttribute("aria-busy") === "true";
// Row elements are made a few in a frame; a tab that was hidden has had no frames.
const isFull = () => {
  const last = rows().at(-1);
  const bottom = grid.getBoundingClientRect().top + grid.clientHeight;
  const isEnd = last && Number(last.ariaRowIndex) >= Number(grid.ariaRowCount);
  return last && (isEnd || last.getBoundingClientRect().bottom >= bottom - 1);
};
(async () => {
  for (let top = 0; top < grid.scrollHeight; top += grid.clientHeight - 100) {
    grid.scrollTop = top;
    do await frame().then(frame); while (rows().some(isBusy) || !isFull());
    for (const row of rows()) {
      const cell = row.querySelector("[role=gridcell]");
      found.set(row.getAttribute("aria-rowindex"), cell.textContent);
    }
  }
  done([...found.values()].map(Number));
})();
"""


@dataclass
class ReportPage(Page):
    """One report's page in one browser."""

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

    def stage(self) -> str:
        """What the page says is happening."""
        return self.text("stage")

    def received(self) -> int:
        """Rows the page says it has."""
        digits = self.text("row-figure").split(" ")[0].replace(",", "")
        return int(digits) if digits else 0

    def cells(self, selector: str = "[role=gridcell]") -> list[str]:
        """The texts of the cells there are."""
        return self.texts(selector)

    def row_numbers(self) -> list[int]:
        """The numbers of the rows that are drawn."""
        return [int(each.replace(",", "")) for each in self.cells(".body [role=rowheader]")]

    def first_column(self) -> list[int]:
        """The numbers of the first column, read by scrolling from the first row to the last."""
        # A browser that draws by software takes its time for a frame when others work too.
        self.driver.set_script_timeout(ALL_SECONDS)
        return cast("list[int]", self.driver.execute_async_script(READ_ALL))

    @property
    def run_id(self) -> str:
        """The run that the address names."""
        self.until(lambda: "run=" in self.driver.current_url, "the address names the run")
        return parse_qs(urlsplit(self.driver.current_url).query)["run"][0]

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
