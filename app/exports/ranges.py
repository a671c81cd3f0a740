"""What a request asks of a file that does not change: preconditions first, then ranges. Pure.

RFC 9110: preconditions 13.2.2, entity tags 8.8.3, ranges 14.1 and 14.2. A header that does not
parse is ignored where that is safe: the client then gets the whole file.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Literal

MOST_RANGES = 50  # in one request
GAP_BYTES = 128  # as much stands between the parts of an answer: such a gap is cheaper sent
MOST_DIGITS = 18  # a position with more is beyond every file

ELEMENT = re.compile(r"([0-9]*)-([0-9]*)")
TAG = re.compile(r'(W/)?("[^"]*")')

Verdict = Literal["go", "not_modified", "failed"]


class Unsatisfiable(Exception):
    """Nothing of what is asked for is in the file, or too much is asked for at once (416)."""


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes from `start` to before `end`."""

    start: int
    end: int

    @property
    def size(self) -> int:
        """How many."""
        return self.end - self.start

    def content_range(self, size: int) -> str:
        """As `Content-Range` has it, in a file of this size."""
        return f"bytes {self.start}-{self.end - 1}/{size}"


@dataclass(frozen=True, slots=True)
class Validators:
    """What tells a representation from every other: its strong tag, quotes included, and time."""

    tag: str
    modified: datetime

    @property
    def date(self) -> str:
        """As `Last-Modified` has it."""
        return format_datetime(self.modified.astimezone(UTC), usegmt=True)


def verdict(headers: Mapping[str, str], current: Validators) -> Verdict:
    """What the preconditions of a GET or HEAD come to: the file, 304 or 412."""
    if _is_another(headers, current):
        return "failed"
    if (tags := headers.get("if-none-match")) is not None:
        return "not_modified" if _names(tags, current.tag, weakly=True) else "go"
    return "not_modified" if headers.get("if-modified-since") == current.date else "go"


def asked_spans(headers: Mapping[str, str], current: Validators, size: int) -> Sequence[Span]:
    """The ranges that answer a GET; none: the whole file, as where `If-Range` names another.

    Raises Unsatisfiable.
    """
    asked, condition = headers.get("range"), headers.get("if-range")
    if asked is None or condition not in (None, current.tag, current.date):
        return ()
    return spans(asked, size)


def spans(asked: str, size: int) -> Sequence[Span]:
    """A `Range` header's ranges, apart from each other, in its order; none: it is to be ignored.

    Raises Unsatisfiable.
    """
    unit, _, text = asked.partition("=")
    elements = [each for part in text.split(",") if (each := part.strip(" \t"))]
    ranges = [_bounds(each) for each in elements]
    if unit.lower() != "bytes" or not ranges or None in ranges:
        return ()
    if size == 0 and any(each and each[0] is None for each in ranges):
        return ()  # the last bytes of nothing can be had, but no Content-Range can say so
    found = [span for each in ranges if each and (span := _span(*each, size))]
    if not found or len(ranges) > MOST_RANGES:
        raise Unsatisfiable
    return merged(found)


def merged(found: Sequence[Span]) -> Sequence[Span]:
    """The same bytes in ranges apart from each other, in the order in which each was first met."""
    apart: list[tuple[int, Span]] = []
    for place, span in sorted(enumerate(found), key=lambda each: each[1].start):
        if apart and span.start <= apart[-1][1].end + GAP_BYTES:
            first, last = apart[-1]
            apart[-1] = min(first, place), Span(last.start, max(last.end, span.end))
        else:
            apart.append((place, span))
    return [span for _, span in sorted(apart, key=lambda each: each[0])]


def _bounds(element: str) -> tuple[int | None, int | None] | None:
    """First and last position, or no first and a length; None where it is neither."""
    match = ELEMENT.fullmatch(element)
    if match is None or match[0] == "-":
        return None
    first, last = _number(match[1]), _number(match[2])
    return None if first is not None and last is not None and last < first else (first, last)


def _number(digits: str) -> int | None:
    if not digits:
        return None
    significant = digits.lstrip("0") or "0"
    return int(significant) if len(significant) <= MOST_DIGITS else 10**MOST_DIGITS


def _span(first: int | None, last: int | None, size: int) -> Span | None:
    """What of it is in the file, if anything."""
    if first is None:
        span = Span(max(0, size - (last or 0)), size)
    else:
        span = Span(first, size if last is None else min(last + 1, size))
    return span if span.size > 0 else None


def _is_another(headers: Mapping[str, str], current: Validators) -> bool:
    """Whether the client wants a file that it knows, and this is not the one."""
    if (tags := headers.get("if-match")) is not None:
        return not _names(tags, current.tag, weakly=False)
    known = _time(headers.get("if-unmodified-since", ""))
    return known is not None and known < current.modified.replace(microsecond=0)


def _names(tags: str, tag: str, *, weakly: bool) -> bool:
    """Whether a list of tags, or `*`, has this one; a weak one counts only in a weak comparison."""
    named = [found for weak, found in TAG.findall(tags) if weakly or not weak]
    return tags.strip() == "*" or tag in named


def _time(text: str) -> datetime | None:
    try:
        time = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
