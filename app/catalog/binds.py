"""Values as text binds of a statement, cast in SQL: PostgreSQL parses them, not the driver."""

from dataclasses import dataclass, field

from app.database.values import TypedText


@dataclass(slots=True)
class Binds:
    """Values as text binds `$n`, in the order in which they are met."""

    texts: list[str | None] = field(default_factory=list[str | None])
    values: list[TypedText] = field(default_factory=list[TypedText])

    def bind(self, text: str) -> str:
        """A placeholder for a text that is used as text."""
        self.texts.append(text)
        return f"(${len(self.texts)}::text)"

    def cast(self, label: str, *, named: str, cast: str, text: str | None) -> str:
        """A placeholder for a text that is cast; `named` is the type for people."""
        self.texts.append(text)
        if text is not None:
            self.values.append(TypedText(label, named, cast, text))
        return cast_placeholder(len(self.texts), cast)


def cast_placeholder(number: int, cast: str) -> str:
    """The bind travels as text, so that PostgreSQL parses it and not the driver."""
    return f"((${number}::text)::{cast})"
