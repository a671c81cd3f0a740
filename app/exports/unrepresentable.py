"""What a typed file says when values do not fit the types that it has begun with. Pure."""

from collections.abc import Sequence

from app.errors import QueryFailed


class Unrepresentable(QueryFailed):
    """A column has values that its type in Parquet does not hold.

    `columns` are the places of all such columns found so far, `text_columns` of the next try.
    """

    def __init__(self, columns: frozenset[int], names: Sequence[str]) -> None:
        self.columns = columns
        named = ", ".join(repr(names[each]) for each in sorted(columns))
        super().__init__(
            f"Values of {named} do not fit the type that Parquet has for them.",
            hint="Cast the column to text in the report, leave it out, or choose another format.",
        )
