"""The settings as flags of a command, made from their one description in `app.settings`."""

import inspect
import os
from collections.abc import Callable
from dataclasses import Field, fields
from typing import Any

import typer

from app.settings import Settings, variable

Command = Callable[..., None]


def taking_settings(*names: str) -> Callable[[Command], Command]:
    """Give a command a flag for each of these settings (all, if none is named).

    The command gets the environment with the flags in it, and its own options as they are.
    """

    def decorate(command: Command) -> Command:
        own = list(inspect.signature(command).parameters.values())[1:]
        flags = {item.name: _flag(item.name, item.metadata["means"]) for item in _chosen(names)}

        def decorated(**options: Any) -> None:  # noqa: ANN401  (click's own values)
            given = {variable(name): options.pop(name) for name in flags}
            chosen = {name: value for name, value in given.items() if value is not None}
            command({**os.environ, **chosen}, **options)

        decorated.__doc__ = command.__doc__
        decorated.__name__ = command.__name__
        decorated.__annotations__ = {each.name: each.annotation for each in [*flags.values(), *own]}
        decorated.__dict__["__signature__"] = inspect.Signature([*flags.values(), *own])
        return decorated

    return decorate


def _chosen(names: tuple[str, ...]) -> list[Field[Any]]:
    return [item for item in fields(Settings) if not names or item.name in names]


def _flag(name: str, means: str) -> inspect.Parameter:
    option = typer.Option(
        None, f"--{name.replace('_', '-')}", help=means, metavar="TEXT", show_default=False
    )
    kind = inspect.Parameter.KEYWORD_ONLY
    return inspect.Parameter(name, kind, default=option, annotation=str | None)
