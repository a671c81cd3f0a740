"""The page that a person sees who opened an address that has nothing for him."""

from html import escape
from string import Template

from app.errors import RowstreamError

# It looks like the other pages and needs no script of its own.
PAGE = Template(
    """<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>$title &ndash; Rowstream</title>
    <link rel="icon" href="/static/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/static/css/base.css" />
    <link rel="stylesheet" href="/static/css/catalog.css" />
    <script src="/static/js/theme.js"></script>
  </head>
  <body class="catalog">
    <header class="site">
      <a class="brand" href="/">Rowstream</a>
      <nav aria-label="Site">
        <a href="/">Reports</a> <a href="/#runs">My runs</a> <a href="/exports">Exports</a>
      </nav>
    </header>
    <main>
      <header class="heading"><h1>$title</h1></header>
      <section id="problem" class="problem">
        <p>$detail</p>
        $hint
        <p><a href="/">All reports</a></p>
      </section>
    </main>
  </body>
</html>
"""
)


def error_page(error: RowstreamError) -> str:
    """HTML that says what happened and leads back to the reports."""
    hint = f"<p>{escape(error.hint)}</p>" if error.hint else ""
    return PAGE.substitute(title=escape(error.title), detail=escape(error.detail), hint=hint)
