"""The parts of a workbook beside its cells: sheets' heads, styles, and what ties them together.

As ECMA-376 (part 1, 18.2, 18.3, 18.8) has them, with nothing that a table does not need.
"""

import re
from collections.abc import Sequence

from app.exports.cells import escaped

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"

PLAIN, HEADING = 0, 1
FIRST_OWN_FORMAT = 164  # below it the numbers of formats are built in

MOST_NAME = 31  # characters of a sheet's name
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f\ufffe\uffff]")
RESERVED_NAME = "history"

SHEET_END = b"</sheetData></worksheet>"


class Styles:
    """The styles of a workbook: plain, heading, and one for each number format asked for."""

    def __init__(self) -> None:
        self._formats: dict[str, int] = {}

    def of(self, number_format: str) -> int:
        """The number of the style that shows numbers in this format."""
        return self._formats.setdefault(number_format, HEADING + 1 + len(self._formats))

    def xml(self) -> bytes:
        """The part of the workbook that says what they are."""
        numbered = list(enumerate(self._formats, FIRST_OWN_FORMAT))
        formats = "".join(
            f'<numFmt numFmtId="{number}" formatCode="{_attribute(code)}"/>'
            for number, code in numbered
        )
        styles = "".join(
            f'<xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0"'
            ' applyNumberFormat="1"/>'
            for number, _ in numbered
        )
        number_formats = f'<numFmts count="{len(numbered)}">{formats}</numFmts>' if numbered else ""
        return _part(
            f'<styleSheet xmlns="{MAIN}">{number_formats}'
            '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
            '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
            '<fills count="2"><fill><patternFill patternType="none"/></fill>'
            '<fill><patternFill patternType="gray125"/></fill></fills>'
            '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border>'
            "</borders>"
            '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
            f'</cellStyleXfs><cellXfs count="{len(numbered) + 2}">'
            '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
            '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
            f"{styles}</cellXfs>"
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
            "</styleSheet>"
        )


def sheet_start(widths: Sequence[int]) -> bytes:
    """A sheet up to its rows: the first one stays in sight, columns are this many digits wide."""
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(widths, 1)
    )
    return _part(
        f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        f"</sheetView></sheetViews><cols>{columns}</cols><sheetData>"
    )


def parts(names: Sequence[str], styles: Styles) -> dict[str, bytes]:
    """Everything but the sheets, by its place in the package; `sheet_path` says where those are."""
    return {
        "xl/styles.xml": styles.xml(),
        "xl/workbook.xml": _workbook(names),
        "xl/_rels/workbook.xml.rels": _relations(
            [
                *(
                    (f"{OFFICE}/worksheet", sheet_path(number).removeprefix("xl/"))
                    for number in range(1, len(names) + 1)
                ),
                (f"{OFFICE}/styles", "styles.xml"),
            ]
        ),
        "_rels/.rels": _relations([(f"{OFFICE}/officeDocument", "xl/workbook.xml")]),
        "[Content_Types].xml": _content_types(len(names)),
    }


def sheet_path(number: int) -> str:
    """Where the n-th sheet lies in the package."""
    return f"xl/worksheets/sheet{number}.xml"


def sheet_name(title: str, number: int) -> str:
    """The title as a sheet's name, in characters that those have; the second one has a `(2)`."""
    suffix = f" ({number})" if number > 1 else ""
    name = NOT_IN_NAMES.sub(" ", title)[: MOST_NAME - len(suffix)].strip(" '")
    return f"{name if name and name.lower() != RESERVED_NAME else 'Rows'}{suffix}"


def letters(number: int) -> str:
    """The name of the n-th column: A, …, Z, AA, …"""
    rest, last = divmod(number - 1, 26)
    return (letters(rest) if rest else "") + chr(ord("A") + last)


def _workbook(names: Sequence[str]) -> bytes:
    sheets = "".join(
        f'<sheet name="{_attribute(name)}" sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, 1)
    )
    return _part(
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets></workbook>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> bytes:
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{type_}" Target="{target}"/>'
        for number, (type_, target) in enumerate(targets, 1)
    )
    return _part(f'<Relationships xmlns="{PACKAGE}/relationships">{relations}</Relationships>')


def _content_types(sheets: int) -> bytes:
    overrides = {
        "xl/workbook.xml": "sheet.main",
        "xl/styles.xml": "styles",
        **{sheet_path(number): "worksheet" for number in range(1, sheets + 1)},
    }
    typed = "".join(
        f'<Override PartName="/{path}" ContentType="{CONTENT}.{type_}+xml"/>'
        for path, type_ in overrides.items()
    )
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    return _part(
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="{relations}"/><Default Extension="xml" ContentType="application/xml"/>'
        f"{typed}</Types>"
    )


def _part(xml: str) -> bytes:
    return (DECLARATION + xml).encode()


def _attribute(text: str) -> str:
    return escaped(text).replace('"', "&quot;")
