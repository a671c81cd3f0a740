"""How an S3 bucket is reached: by what the environment says, with time limits of ours."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from obstore.store import S3Store

if TYPE_CHECKING:
    from obstore.store import S3Config

TIMES = {"connect_timeout": "5s", "timeout": "30s"}
RETRIES = 3
RETRY_TIME = timedelta(seconds=20)


def opened_bucket(bucket: str, prefix: str, environ: Mapping[str, str]) -> S3Store:
    """The objects below a prefix; the account and the endpoint are the environment's."""
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=bucket_config(environ),
        retry_config={"max_retries": RETRIES, "retry_timeout": RETRY_TIME},
    )


def bucket_config(environ: Mapping[str, str]) -> "S3Config":
    """Time limits; plain HTTP where the operator names such an endpoint himself.

    Given like this they stand beside what the environment says; `client_options` would replace it.
    """
    endpoint = environ.get("AWS_ENDPOINT_URL") or environ.get("AWS_ENDPOINT", "")
    plain = {"allow_http": "true"} if endpoint.startswith("http://") else {}
    return cast("S3Config", TIMES | plain)
