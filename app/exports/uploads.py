"""Uploads that a bucket still waits for: obstore begins them, and lists and aborts none by name.

Who is killed in the middle of a file leaves one, which costs room and is seen nowhere else. They
can be had where the environment has the keys of an account; elsewhere, as with the role of a
machine, a lifecycle rule of the bucket has to end them.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import quote, urlsplit

from app.errors import Storage
from app.exports.store_errors import refusal, storage_errors

SECONDS = 5.0  # for one request
NOTHING = hashlib.sha256().hexdigest()
UPLOAD = re.compile(r"<Upload>(.*?)</Upload>", re.DOTALL)
DEFAULT_REGION = "us-east-1"

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One that was begun; `id` is the bucket's name for it."""

    key: str
    id: str
    begun: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who asks: what AWS calls a credential, and the region it is for."""

    key_id: str
    secret: str = field(repr=False)
    token: str | None = field(repr=False, default=None)
    region: str = DEFAULT_REGION

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Account | None":
        """The account that the environment has, if it has one."""
        key_id, secret = environ.get("AWS_ACCESS_KEY_ID"), environ.get("AWS_SECRET_ACCESS_KEY")
        if not key_id or not secret:
            return None
        region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or DEFAULT_REGION
        token = environ.get("AWS_SESSION_TOKEN") or environ.get("AWS_TOKEN")
        return cls(key_id=key_id, secret=secret, token=token, region=region)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request without a body, and how it is signed (AWS Signature Version 4)."""

    method: str
    host: str
    path: str
    parameters: Parameters

    @property
    def query(self) -> str:
        """The parameters in the one form that is signed."""
        pairs = sorted((quote(each, "-_.~"), quote(text, "-_.~")) for each, text in self.parameters)
        return "&".join(f"{name}={value}" for name, value in pairs)

    def headers(self, account: Account, now: datetime) -> dict[str, str]:
        """What is sent with it, the signature included."""
        headers = {"host": self.host, "x-amz-content-sha256": NOTHING}
        headers["x-amz-date"] = f"{now:%Y%m%dT%H%M%SZ}"
        if account.token:
            headers["x-amz-security-token"] = account.token
        scope = f"{now:%Y%m%d}/{account.region}/s3/aws4_request"
        names = ";".join(headers)
        lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
        asked = "\n".join((self.method, self.path, self.query, lines, names, NOTHING))
        digest = hashlib.sha256(asked.encode()).hexdigest()
        text = "\n".join(("AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest))
        signature = hmac.new(_signing_key(account, scope), text.encode(), "sha256").hexdigest()
        headers["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={account.key_id}/{scope},"
            f" SignedHeaders={names}, Signature={signature}"
        )
        return headers


class Uploads:
    """Those of one bucket below a prefix. Its calls block. Raises Storage."""

    def __init__(self, bucket: str, prefix: str, *, account: Account, endpoint: str) -> None:
        self._account = account
        self._prefix = f"{prefix}/" if prefix else ""
        self._address = urlsplit(endpoint)
        self._bucket = f"{self._address.path.rstrip('/')}{bucket and f'/{quote(bucket)}'}"

    @classmethod
    def of(cls, bucket: str, prefix: str, environ: Mapping[str, str]) -> "Uploads | None":
        """Reached with what the environment says, as obstore reads it; None without an account."""
        account = Account.of(environ)
        if account is None:
            return None
        given = environ.get("AWS_ENDPOINT_URL") or environ.get("AWS_ENDPOINT")
        in_host = environ.get("AWS_VIRTUAL_HOSTED_STYLE_REQUEST", "").lower() == "true"
        host = f"s3.{account.region}.amazonaws.com"
        endpoint = given or f"https://{f'{bucket}.' if in_host else ''}{host}"
        return cls("" if in_host else bucket, prefix, account=account, endpoint=endpoint)

    def begun(self, key: str = "") -> Iterator[Upload]:
        """All of them, or those of one key."""
        prefix, markers = self._prefix + key, list[tuple[str, str]]()
        while True:
            text = self._ask("GET", "", [("uploads", ""), ("prefix", prefix), *markers])
            for found in UPLOAD.findall(text):
                upload = self._upload(found)
                if not key or upload.key == key:
                    yield upload
            if _member(text, "IsTruncated") != "true":
                return
            markers = [
                ("key-marker", _member(text, "NextKeyMarker")),
                ("upload-id-marker", _member(text, "NextUploadIdMarker")),
            ]

    def abort(self, key: str, upload: str) -> None:
        """End one; its parts are deleted."""
        path = "/" + quote(self._prefix + key, "/-_.~")
        self._ask("DELETE", path, [("uploadId", upload)])

    def _upload(self, text: str) -> Upload:
        return Upload(
            key=_member(text, "Key").removeprefix(self._prefix),
            id=_member(text, "UploadId"),
            begun=datetime.fromisoformat(_member(text, "Initiated")),
        )

    def _ask(self, method: str, path: str, parameters: Parameters) -> str:
        question = Question(
            method=method,
            host=self._address.netloc,
            path=(self._bucket + path) or "/",
            parameters=parameters,
        )
        kind = HTTPSConnection if self._address.scheme == "https" else HTTPConnection
        connection = kind(self._address.netloc, timeout=SECONDS)
        try:
            with storage_errors():
                headers = question.headers(self._account, datetime.now(UTC))
                connection.request(method, f"{question.path}?{question.query}", headers=headers)
                answer = connection.getresponse()
                text = answer.read().decode("utf-8", "replace")
        except HTTPException as error:
            raise refusal(error) from error
        finally:
            connection.close()
        if answer.status not in (200, 204, 404):  # an upload that is gone need not be aborted
            raise Storage("The storage of files does not tell what was begun in it.")
        return text


def _signing_key(account: Account, scope: str) -> bytes:
    key = f"AWS4{account.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _member(text: str, name: str) -> str:
    """The text of the first element of that name; nothing where there is none."""
    found = re.search(f"<{name}>([^<]*)</{name}>", text)
    return unescape(found[1]) if found else ""
