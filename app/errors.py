"""Every way Rowstream says no, and the one form it says it in (RFC 9457 problem details).

The tree:

    RowstreamError
      ReaderError                 the request has to change
        InvalidArgument           400  a parameter, filter, column, sort or event id
        BadRequest                400  Host, method (405), body size (413), media type (415)
        Unauthenticated           401
        Forbidden                 403
        NotFound                  404
        Gone                      410
        TooEarly                  425
        TooManyRuns               429
      CapacityError               later, the same request succeeds
        Busy                      503
        Stopping                  503
        Storage                   507
      DatabaseError               what PostgreSQL answered
        DatabaseUnavailable       503
        DatabaseLost              503
        DatabaseBusy              503
        QueryFailed               500
        ReportBroken              500
      RunError                    how a run in progress can end
        RunTimeout                504
        TooLarge                  413
        Interrupted               503
      Internal                    500  a fault of ours
      StartupError                never an answer: the server refuses to start
"""

from collections.abc import Mapping
from typing import ClassVar

TYPE_PREFIX = "/problems/"

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


class RowstreamError(Exception):
    """A refusal with a stable code; its docstring is the sentence used when none is given.

    `hint` says what to do, `retry_after` is in seconds (the `Retry-After` header), `extra`
    are further members of the problem. `status` may differ from the class's own where one
    code has several (405, 413 and 415 are all `bad_request`).
    """

    code: ClassVar[str]
    title: ClassVar[str]
    default_status: ClassVar[int]
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str | None = None,
        *,
        hint: str | None = None,
        run: str | None = None,
        status: int | None = None,
        retry_after: int | None = None,
        extra: Mapping[str, Json] | None = None,
    ) -> None:
        self.detail = detail or (self.__doc__ or self.title).strip()
        self.hint = hint
        self.run = run
        self.status = status or self.default_status
        self.retry_after = retry_after
        self.extra = dict(extra or {})
        super().__init__(self.detail)

    def problem(self) -> dict[str, Json]:
        """The problem object, the same in an answer and inside a `failed` event."""
        optional: dict[str, Json] = {"hint": self.hint, "run": self.run}
        return {
            "type": TYPE_PREFIX + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "retryable": self.retryable,
            **{key: value for key, value in optional.items() if value is not None},
            **self.extra,
        }


class ReaderError(RowstreamError):
    """The request has to change before it can succeed."""


class InvalidArgument(ReaderError):
    """An argument is not one that this report takes."""

    code = "invalid_argument"
    title = "Invalid argument"
    default_status = 400


class BadRequest(ReaderError):
    """The request is not one that this address takes."""

    code = "bad_request"
    title = "Bad request"
    default_status = 400


class Unauthenticated(ReaderError):
    """Log in to see this."""

    code = "unauthenticated"
    title = "Not logged in"
    default_status = 401


class Forbidden(ReaderError):
    """You have no right to this."""

    code = "forbidden"
    title = "Forbidden"
    default_status = 403


class NotFound(ReaderError):
    """There is nothing at this address."""

    code = "not_found"
    title = "Not found"
    default_status = 404


class Gone(ReaderError):
    """This has expired and its rows are deleted. Run the report again."""

    code = "gone"
    title = "Expired"
    default_status = 410


class TooEarly(ReaderError):
    """The file is not finished yet. Ask again in a moment."""

    code = "too_early"
    title = "Not finished yet"
    default_status = 425
    retryable = True


class TooManyRuns(ReaderError):
    """You have as many runs in progress as you may have. Cancel one, or wait for one to end."""

    code = "too_many_runs"
    title = "Too many runs"
    default_status = 429
    retryable = True


class CapacityError(RowstreamError):
    """The server cannot take this now; the same request succeeds later."""

    retryable = True


class Busy(CapacityError):
    """The waiting line is full. Try again in a moment."""

    code = "busy"
    title = "Busy"
    default_status = 503


class Stopping(CapacityError):
    """The server is being stopped. Try again in a moment."""

    code = "stopping"
    title = "Stopping"
    default_status = 503


class Storage(CapacityError):
    """There is no room left to keep rows. Rows read so far are kept; try again later."""

    code = "storage"
    title = "Out of storage"
    default_status = 507


class DatabaseError(RowstreamError):
    """What PostgreSQL answered, in words for a reader."""


class DatabaseUnavailable(DatabaseError):
    """The database does not answer at the moment. Try again in a moment."""

    code = "database_unavailable"
    title = "Database unavailable"
    default_status = 503
    retryable = True


class DatabaseLost(DatabaseError):
    """The connection to the database was lost. Rows read so far are kept; run the report again."""

    code = "database_lost"
    title = "Database connection lost"
    default_status = 503
    retryable = True


class DatabaseBusy(DatabaseError):
    """The database is out of a resource or in conflict with other work. Try again in a moment."""

    code = "database_busy"
    title = "Database busy"
    default_status = 503
    retryable = True


class QueryFailed(DatabaseError):
    """The database stopped while it read the rows. Change the arguments, or tell the operator."""

    code = "query_failed"
    title = "Query failed"
    default_status = 500


class ReportBroken(DatabaseError):
    """This report's SQL is not accepted by the database. The operator has to mend it."""

    code = "report_broken"
    title = "Report broken"
    default_status = 500


class RunError(RowstreamError):
    """How a run in progress can end without all of its rows."""


class RunTimeout(RunError):
    """The run passed its time limit. Choose narrower arguments, or export the report to a file."""

    code = "timeout"
    title = "Time limit passed"
    default_status = 504


class TooLarge(RunError):
    """The result is larger than this server keeps. Choose narrower arguments, or export it."""

    code = "too_large"
    title = "Too large"
    default_status = 413


class Interrupted(RunError):
    """The server was stopped during the run. The rows so far are kept; run the report again."""

    code = "interrupted"
    title = "Interrupted"
    default_status = 503
    retryable = True


class Internal(RowstreamError):
    """Something went wrong on our side. Tell the operator the id."""

    code = "internal"
    title = "Internal error"
    default_status = 500


class StartupError(Exception):
    """The server cannot start; the message says why and which setting to change."""


ANSWERS: tuple[type[RowstreamError], ...] = (
    InvalidArgument,
    BadRequest,
    Unauthenticated,
    Forbidden,
    NotFound,
    Gone,
    TooEarly,
    TooManyRuns,
    Busy,
    Stopping,
    Storage,
    DatabaseUnavailable,
    DatabaseLost,
    DatabaseBusy,
    QueryFailed,
    ReportBroken,
    RunTimeout,
    TooLarge,
    Interrupted,
    Internal,
)
