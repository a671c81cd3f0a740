"""Who takes a run's rows where they are not kept."""

from typing import TYPE_CHECKING, Protocol

from app.catalog.statement import Composition

if TYPE_CHECKING:
    from app.database.pool import Connection


class Recipient(Protocol):
    """The rows go here instead of into the backlog. A cancellation ends both steps at once."""

    @property
    def size(self) -> int:
        """The bytes of our disk that it has at the moment."""
        ...

    async def read(self, connection: "Connection", composition: Composition) -> None:
        """Take all rows of the statement, in the run's transaction."""
        ...

    async def delivered(self) -> None:
        """Return when nothing is left here; the database is not needed any more."""
        ...
