"""People who read reports, cancel them, lose their connection and come back.

Each opens the page first and keeps its cookie, so each is an owner of his own. Everything that is
received is checked row by row; a sample is taken only when it was right.

Knobs (environment):
    LOAD_PEOPLE   how many they are (50): more have no limits of time, only errors fail
    LOAD_ROWS     rows of the report that readers read (10000)
    LOAD_WAIT     seconds a person looks at a report before the next one, at most (15); 0.1 shows
                  what happens when all of them want more than the machine can give

Samples: "page" is the report page; "first rows" and "whole run" count from asking for the run;
"cancel" from asking to the `cancelled` event; "resumed run" counts the time away, too; "chunk" is
one chunk by its number. "sent back" is an answer `busy`: the waiting line was full. The page shows
how long the server asks to wait, so a person waits and asks again; "first rows" and "whole run" go
on counting meanwhile. `response_length` is a number of rows, not of bytes.
"""

import os
import random
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypedDict, Unpack

import gevent
import requests
import urllib3
from locust import User, between, events as load_events, task
from locust.env import Environment

from loadtests.following import Received, WrongRows, check_flights, events
from loadtests.table import LIMITED_PEOPLE, LIMITS, is_within_limits, table
from tests.sse_client import Event

PEOPLE = int(os.environ.get("LOAD_PEOPLE", "50"))
ROWS = int(os.environ.get("LOAD_ROWS", "10000"))
WAIT_SECONDS = float(os.environ.get("LOAD_WAIT", "15"))
AWAY_SECONDS = 0.5
TIMEOUT_SECONDS = 60.0
PATIENCE_SECONDS = 120.0
PIECE_BYTES = 64 * 1024
REPORT = "flights"
# Browsers on localhost and over https take zstd; WebKit takes gzip; curl asks for nothing.
ENCODINGS = ["zstd", "zstd", "zstd", "gzip", "identity"]

Failed = (requests.RequestException, urllib3.exceptions.HTTPError, WrongRows)


class Options(TypedDict, total=False):
    """What `requests` is told beside the address."""

    params: dict[str, int]
    headers: dict[str, str]
    stream: bool


@dataclass
class Sample:
    """One thing that is timed; `rows` is how many rows it brought."""

    started: float
    rows: int = 0


def checked(answer: requests.Response) -> requests.Response:
    """The answer, if it is not an error."""
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        raise WrongRows(f"{answer.status_code}: {answer.text[:300]}")
    return answer


def is_sent_back(answer: requests.Response) -> bool:
    """Whether the waiting line was full; every other 503 is an error."""
    is_unavailable = answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    return is_unavailable and answer.json()["code"] == "busy"


class Person(User):
    """Somebody with a browser: a cookie, and connections that stay open between requests."""

    abstract = True
    wait_time = between(WAIT_SECONDS / 5, WAIT_SECONDS)

    def on_start(self) -> None:
        """Opens the page, which makes this person an owner."""
        self.session = requests.Session()
        self.session.trust_env = False
        self.encoding = random.choice(ENCODINGS)
        with self.sample("page"):
            self.ask("GET", f"/reports/{REPORT}")
            if not self.session.cookies:
                raise WrongRows("The page brought no cookie.")

    def on_stop(self) -> None:
        """Closes the browser."""
        self.session.close()

    @contextmanager
    def sample(self, name: str) -> Generator[Sample]:
        """Times the block; what goes wrong in it is a failure, what is right a sample."""
        sample, exception = Sample(time.perf_counter()), None
        try:
            yield sample
        except Failed as error:
            exception = error
        self.tell(name, sample, exception)

    def tell(self, name: str, sample: Sample, exception: Exception | None = None) -> None:
        """Gives a sample to locust, which times headers only when it is left to itself."""
        # locust has no types for its events.
        self.environment.events.request.fire(  # pyright: ignore[reportUnknownMemberType]
            request_type="",
            name=name,
            response_time=(time.perf_counter() - sample.started) * 1000,
            response_length=sample.rows,
            exception=exception,
            context={},
        )

    def request(self, method: str, path: str, **options: Unpack[Options]) -> requests.Response:
        """Whatever is answered."""
        url = f"{self.host}{path}"
        return self.session.request(method, url, timeout=TIMEOUT_SECONDS, **options)

    def ask(self, method: str, path: str, **options: Unpack[Options]) -> requests.Response:
        """An answer that is not an error."""
        return checked(self.request(method, path, **options))

    def begin(self, **query: int) -> str:
        """Asks for a run until it is let in, and answers its id."""
        patient_until = time.perf_counter() + PATIENCE_SECONDS
        while True:
            sample = Sample(time.perf_counter())
            answer = self.request("POST", f"/api/reports/{REPORT}/runs", params=query)
            if not is_sent_back(answer) or time.perf_counter() > patient_until:
                return str(checked(answer).json()["run"])
            self.tell("sent back", sample)
            gevent.sleep(float(answer.headers["Retry-After"]) + random.random())

    def follow(self, run: str, last_event_id: str = "") -> Generator[Event]:
        """The run's events as they come; closing the iterator drops the connection."""
        headers = {"Accept-Encoding": self.encoding}
        if last_event_id:
            headers["Last-Event-ID"] = last_event_id
        answer = self.ask("GET", f"/api/runs/{run}/stream", headers=headers, stream=True)
        with closing(answer):
            pieces = answer.raw.stream(PIECE_BYTES, decode_content=False)
            yield from events(pieces, answer.headers.get("Content-Encoding", "identity"))


class Reader(Person):
    """Reads a report to its end."""

    weight = 7

    @task
    def read(self) -> None:
        """One report, checked row by row."""
        with self.sample("whole run") as sample:
            received = Received()
            for event in self.follow(self.begin(limit=ROWS)):
                received.take(event)
                if event.type == "chunk" and received.chunks == 1:
                    self.tell("first rows", Sample(sample.started, received.rows))
            received.check_completed(ROWS)
            sample.rows = received.rows


class Impatient(Person):
    """Starts the whole report, all 336,776 rows, and cancels it soon."""

    weight = 1

    @task
    def cancel(self) -> None:
        """The rows so far stay, and the stream says how it ended."""
        received, run = Received(), self.begin()
        asked: Sample | None = None
        for event in self.follow(run):
            received.take(event)
            if received.chunks and asked is None:
                asked = Sample(time.perf_counter())
                self.ask("POST", f"/api/reports/cancel/{run}")
        if received.ended.get("status") == "cancelled" and asked:
            self.tell("cancel", Sample(asked.started, received.rows))


class Returning(Person):
    """Loses the connection in the middle of a report, comes back, and looks at old rows."""

    weight = 2

    @task
    def come_back(self) -> None:
        """No row is missing and none comes twice."""
        received, run = Received(), ""
        with self.sample("resumed run") as sample:
            run = self.begin(limit=ROWS)
            self.read_some(run, received)
            gevent.sleep(AWAY_SECONDS)
            if not received.ended:
                for event in self.follow(run, received.last_event_id):
                    received.take(event)
            received.check_completed(ROWS)
            sample.rows = received.rows
        if received.chunks:
            self.look_at(run, random.randint(1, received.chunks))

    def read_some(self, run: str, received: Received) -> None:
        """Follows up to a chunk of its choice, then the connection is gone."""
        enough = random.randint(0, max(1, ROWS // 1000))
        with closing(self.follow(run)) as coming:
            for event in coming:
                received.take(event)
                if received.chunks >= enough:
                    return

    def look_at(self, run: str, number: int) -> None:
        """One chunk by its number."""
        with self.sample("chunk") as sample:
            chunk = self.ask("GET", f"/api/runs/{run}/chunks/{number}").json()
            check_flights(chunk["rows"], first_row=chunk["first_row"])
            sample.rows = chunk["count"]


@load_events.quitting.add_listener  # pyright: ignore[reportUnknownMemberType]
def judge(environment: Environment, **_: object) -> None:
    """Prints the table; the exit code tells whether the limits were kept."""
    limits = LIMITS if PEOPLE <= LIMITED_PEOPLE else {}
    print(table(environment.stats, limits))
    exceptions = environment.runner.exceptions if environment.runner else {}
    for exception in exceptions.values():
        print(f"{exception['count']} times: {exception['msg']}")
    is_good = is_within_limits(environment.stats, limits) and not exceptions
    environment.process_exit_code = 0 if is_good else 1
