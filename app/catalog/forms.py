"""The JSON of reports: what the catalog lists, and what one report's form is built from."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from app.catalog.report import Description, Parameter, Report
from app.errors import Json


class Option(TypedDict):
    """A value that a parameter can have, and how it is shown."""

    value: str | None
    label: str | None


Options = Mapping[str, Sequence[Option] | None]


def summary(report: Report) -> dict[str, Json]:
    """One entry of `GET /api/reports`."""
    return {
        "name": report.name,
        "title": report.title,
        "description": report.description,
        "parameters": [_parameter(each) for each in report.parameters],
    }


def detail(report: Report, description: Description, options: Options) -> dict[str, Json]:
    """`GET /api/reports/{report}`. `options` of a parameter is null where it has none."""
    typed = zip(report.parameters, description.parameter_types, strict=True)
    return {
        **summary(report),
        "parameters": [
            {**_parameter(each), "type": type_, "options": _options(options.get(each.name))}
            for each, type_ in typed
        ],
        "columns": [
            {"name": each.name, "type": each.type, "label": each.label}
            for each in description.columns
        ],
    }


def _parameter(parameter: Parameter) -> dict[str, Json]:
    return {
        "name": parameter.name,
        "label": parameter.label,
        "default": parameter.default,
        "required": parameter.required,
    }


def _options(options: Sequence[Option] | None) -> Json:
    if options is None:
        return None
    return [{"value": each["value"], "label": each["label"]} for each in options]
