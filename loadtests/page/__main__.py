"""`make bench-page`: what the report page costs a browser, with a million rows and more.

Chromium is measured in full; Firefox and WebKit have to end with all rows and show the last one.
Rows are verified where they are drawn. The exit code is 1 where they were wrong or did not come,
and 0 however long anything took. What is printed is Markdown.
"""

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterator, Sequence

from loadtests.page.place import place
from loadtests.page.visits import Figure, WrongPage, measured, poured, walked
from tests.browser.engines import ENGINES, Engine

HEAD = "| engine | rows | what | figure | limit |\n|---|--:|---|--:|--:|"


def main() -> int:
    """Reads the command line, measures, prints."""
    asked = arguments()
    print(f"- {os.cpu_count()} cores ({platform.machine()}), twenty columns")
    print(f"- load average before it {os.getloadavg()[0]:.1f}, {time.strftime('%Y-%m-%d')}\n")
    print(HEAD, flush=True)
    try:
        for figure in figures(asked.engine or ENGINES, asked.rows):
            print(figure.line(), flush=True)
    except WrongPage as error:
        print(f"Wrong: {error}", file=sys.stderr)
        return 1
    return 0


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.page", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--engine", choices=ENGINES, action="append")
    return parser.parse_args()


def figures(engines: Sequence[Engine], sizes: Sequence[int]) -> Iterator[Figure]:
    """Chromium with every size, the others with the smallest, Firefox also uncompressed."""
    with place() as server:
        if "chromium" in engines:
            for rows in sizes:
                yield from measured(server, rows)
        for engine in engines:
            if engine != "chromium":
                yield from walked(server, engine, min(sizes))
            if engine == "firefox":
                yield from poured(server, engine, min(sizes))


if __name__ == "__main__":
    sys.exit(main())
