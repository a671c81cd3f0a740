"""What is asked of the page while it is measured, as scripts that run in it.

Times are taken at the beginning of a frame that finds the rows drawn, so they are late by a frame
rather than early. A row is right when its first value is its number.
"""

WATCH = """
const grid = () => document.querySelector("[role=grid]");
const drawn = () => [...document.querySelectorAll("[role=grid] .body [role=row]")];
const number = (row) => Number(row.getAttribute("aria-rowindex")) - 1;
const first = (row) => Number(row.querySelector("[role=gridcell]")?.textContent || NaN);
const isRight = (row) => first(row) === number(row);
const areRight = (rows) => rows.length > 0 && rows.every(isRight);
const since = (start, holds) => new Promise((tell) => {
  const look = () => (holds() ? tell(performance.now() - start) : requestAnimationFrame(look));
  requestAnimationFrame(look);
});
"""
ASKED = f"{WATCH}const done = arguments[arguments.length - 1];"

# Before the page's own scripts: what lasts 50 ms or longer, and when the first rows are drawn.
EARLY = f"""
(() => {{
{WATCH}
window.measured = {{ tasks: [], opened: since(0, () => areRight(drawn())) }};
const note = (list) => measured.tasks.push(...list.getEntries().map((task) => task.duration));
new PerformanceObserver(note).observe({{ type: "longtask", buffered: true }});
}})();
"""

RUN = f"""{ASKED}
if (window.measured) measured.tasks.length = 0;
const start = performance.now();
document.getElementById("run").click();
since(start, () => areRight(drawn())).then(done);
"""

# To a place on the scroll bar, as one who drags it.
JUMP = f"""{ASKED}
const [part, rows] = arguments;
const start = performance.now();
grid().scrollTop = part * (grid().scrollHeight - grid().clientHeight);
const near = (row) => Math.abs(number(row) - part * rows) <= 0.01 * rows + 100;
since(start, () => areRight(drawn()) && drawn().every(near)).then(done);
"""

LONGEST_TASK = "return Math.max(0, ...measured.tasks)"
OPENED = "measured.opened.then(arguments[0])"
LAST_ROW = f"{ASKED} done(Math.max(...drawn().map(number)))"
ROW_ELEMENTS = "return document.querySelectorAll('[role=row]').length"
