"""What a typed file says when values do not fit the types that it has begun with. Pure."""

from collections.abc import Sequence


class Unrepresentable(Exception):
    """A column has values that its type in Parquet does not hold. No answer: whoever writes the
    file begins it again.

    `columns` are the places of all such columns found so far, `text_columns` of the next try.
    """

    def __init__(self, columns: frozenset[int], names: Sequence[str]) -> None:
        self.columns = columns
        named = ", ".join(repr(names[each]) for each in sorted(columns))
        super().__init__(f"Values of {named} do not fit the type that Parquet has for them.")
