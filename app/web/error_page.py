"""The page that a person sees who opened an address that has nothing for him."""

from html import escape
from string import Template

from app.errors import RowstreamError

PAGE = Template(
    """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$title · Rowstream</title>
<link rel="stylesheet" href="/static/css/page.css">
</head>
<body class="error-page">
<main>
<p>$status</p>
<h1>$title</h1>
<p>$detail</p>
<p>$hint</p>
<p><a href="/">All reports</a></p>
</main>
</body>
</html>
"""
)


def error_page(error: RowstreamError) -> str:
    """HTML that says what happened and leads back to the reports."""
    return PAGE.substitute(
        status=error.status,
        title=escape(error.title),
        detail=escape(error.detail),
        hint=escape(error.hint or ""),
    )
