"""What a bucket still waits for: signed as botocore signs, listed whole however long the list."""

import importlib
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from app.exports.uploads import Account, Question, Uploads
from tests.s3 import BUCKET, S3

ACCOUNT = {"AWS_ACCESS_KEY_ID": "an-id", "AWS_SECRET_ACCESS_KEY": "a/secret+"}
QUERIES = [
    [("uploads", ""), ("prefix", "a b/ü&=+"), ("key-marker", "x~y")],
    [("uploadId", "Zm9v.b_a-r~=")],
]


def botocores(question: Question, account: Account) -> tuple[dict[str, str], datetime]:
    """The same request, signed by another library; and when."""
    auth: Any = importlib.import_module("botocore.auth")
    credentials: Any = importlib.import_module("botocore.credentials")
    request_class: Any = importlib.import_module("botocore.awsrequest").AWSRequest
    url = f"https://{question.host}{question.path}?{question.query}"
    request = request_class(method=question.method, url=url)
    keys = credentials.Credentials(account.key_id, account.secret, account.token)
    auth.S3SigV4Auth(keys, "s3", account.region).add_auth(request)
    headers = {name.lower(): value for name, value in request.headers.items()}
    signed_at = datetime.strptime(headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return headers, signed_at


@pytest.mark.parametrize("parameters", QUERIES)
@pytest.mark.parametrize("more", [{}, {"AWS_SESSION_TOKEN": "a-token", "AWS_REGION": "eu-west-1"}])
def test_a_request_is_signed_as_botocore_signs_it(
    parameters: list[tuple[str, str]], more: dict[str, str]
) -> None:
    account = Account.of(ACCOUNT | more)
    assert account
    question = Question(
        method="DELETE", host="storage.example:1", path="/files/a.1.csv", parameters=parameters
    )

    theirs, now = botocores(question, account)
    ours = question.headers(account, now)

    assert ours["authorization"] == theirs["authorization"]


def test_a_secret_is_not_shown() -> None:
    assert "secret+" not in repr(Account.of(ACCOUNT))


@pytest.mark.parametrize("missing", list(ACCOUNT))
def test_without_an_account_in_the_environment_nothing_is_asked_for(missing: str) -> None:
    environ = {name: value for name, value in ACCOUNT.items() if name != missing}

    assert Uploads.of(BUCKET, "", environ) is None


def begin(s3: S3, key: str) -> None:
    """Begin an upload, and leave it."""
    httpx.post(f"{s3.endpoint}/{BUCKET}/{key}", params={"uploads": ""}).raise_for_status()


def uploads_of(s3: S3, prefix: str) -> Uploads:
    made = Uploads.of(BUCKET, prefix, s3.environment)
    assert made
    return made


def test_uploads_are_listed_by_prefix_and_by_key(s3: S3, prefix: str) -> None:
    for key in ("a.1.csv", "a.1.csv.gz", "a.1.csv", "b.1.csv"):
        begin(s3, f"{prefix}/{key}")
    begin(s3, f"{prefix}-other/a.1.csv")
    uploads = uploads_of(s3, prefix)

    assert [each.key for each in uploads.begun("a.1.csv")] == ["a.1.csv"] * 2
    assert sorted(each.key for each in uploads.begun()) == [
        *("a.1.csv", "a.1.csv", "a.1.csv.gz", "b.1.csv")
    ]


def test_an_upload_is_aborted_once_and_again(s3: S3, prefix: str) -> None:
    begin(s3, f"{prefix}/a.1.csv")
    uploads = uploads_of(s3, prefix)
    [upload] = uploads.begun()

    uploads.abort(upload.key, upload.id)
    uploads.abort(upload.key, upload.id)

    assert list(uploads.begun()) == s3.unfinished(prefix) == []
