"""Reports whose every text was written by someone who means harm, or does not care."""

import json
from pathlib import Path

SCRIPT = "<script>window.stolen = 1</script>"
IMAGE = '<img src=x onerror="window.stolen = 1">'
QUOTES = "\"'`}]--><!--${window.stolen=1}"
ADDRESS = "javascript:window.stolen=1"
TURNED = "\u202egnp.exe\u202d \u2066\u2067\u2068"
ARABIC = "\u0645\u0631\u062d\u0628\u0627 (1) <b>"
TOWER = "Z" + "\u0310\u0359\u0315" * 60
UNSEEN = "a\u200b\u200d\u2060\ufeff\u00adb"
LINES = "one\ntwo\r\n\tthree\u2028four"
LONG = "W" * 10_000
TEXTS = (SCRIPT, IMAGE, QUOTES, ADDRESS, TURNED, ARABIC, TOWER, UNSEEN, LINES, LONG)
# What a name may be in PostgreSQL: 63 bytes of anything but nothing.
NAMES = (SCRIPT, IMAGE, QUOTES, "__proto__", "constructor", TURNED, ARABIC, "two\nlines", " ", " ")
COLUMNS = [*NAMES, LONG, "", "word", "used"]
# Those of a form's own properties would hide them from a careless script.
PARAMETERS = (
    *("__proto__", "constructor", "toString", "innerHTML", "elements", "submit", "action"),
    *("reportValidity", "addEventListener", "id"),
)

HOSTILE = """\
-- title = {title}
-- description = {description}
-- parameters = [{parameters}]
-- labels = {{ "toString" = {long}, "empty" = "" }}
select {names}, {document}::jsonb as "toString", 'x' as empty, repeat('W', 1000000) as word,
  {used} is null as used
from unnest({values}) with ordinality as t(value, place)
order by place
"""
FAILING = """\
-- title = {title}
select case when i < 10 then i::text else {image} end::integer as id
from generate_series(1, 20) as i
"""


def write_reports(folder: Path) -> None:
    """`hostile` with every text there is, `hostile_failing` with an error that quotes one."""
    reports = {
        "hostile": HOSTILE.format(
            title=json.dumps(f"{IMAGE}{TURNED}{LONG}"),
            description=json.dumps(f"{SCRIPT}{ARABIC}{LONG}"),
            parameters=", ".join(map(parameter, PARAMETERS, TEXTS)),
            long=json.dumps(LONG),
            names=", ".join(f"value as {identifier(name)}" for name in NAMES),
            document=literal(json.dumps({text: [text] for text in TEXTS})),
            used="concat(" + ", ".join(f"${n}::text" for n in range(1, len(PARAMETERS) + 1)) + ")",
            values=f"array[{', '.join(map(literal, TEXTS))}, null, '']",
        ),
        "hostile_failing": FAILING.format(title=json.dumps(SCRIPT), image=literal(IMAGE)),
    }
    for name, text in reports.items():
        (folder / f"{name}.sql").write_text(text)


def parameter(name: str, label: str) -> str:
    """A parameter of the header, with every text among its options where it has any."""
    told = {"name": name, "label": label, "default": label}
    if name == "constructor":
        values = ", ".join(map(literal, TEXTS))
        told["options"] = f"select * from unnest(array[{values}]) as t(value)"
    return f"{{ {', '.join(f'{key} = {json.dumps(text)}' for key, text in told.items())} }}"


def literal(text: str) -> str:
    """The text in SQL, on one line."""
    quoted = text.replace("\\", "\\\\").replace("'", "''")
    return "e'" + quoted.replace("\n", "\\n").replace("\r", "\\r") + "'"


def identifier(name: str) -> str:
    """The name in SQL, cut as PostgreSQL would cut it."""
    cut = name.encode()[:63].decode(errors="ignore").replace('"', '""')
    return f'"{cut}"'
