"""What is wrong with a report, and where, for the operator."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`source` is a file or a table, `line` counts from 1. The message may quote PostgreSQL."""

    report: str
    source: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.source}:{self.line}: {self.message}"
