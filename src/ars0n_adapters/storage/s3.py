"""
Blobs in a bucket: Amazon S3, Cloudflare R2, MinIO and whatever else speaks S3.

URLs are presigned with SigV4 and lead to the bucket itself, so finished ads never pass
through this server. What a bucket needs is in `Bucket`; `S3Blobs.check` says at start, in
one line, what is wrong with it.
"""

from __future__ import annotations

import contextlib
import functools
import re
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from ars0n_core.errors import BlobNotFoundError, MisconfiguredError, PortError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*(?:/[A-Za-z0-9][A-Za-z0-9_.-]*)*\Z")

SIGNED_SECONDS_MAX: Final = 7 * 24 * 3600
"""
No store honours a SigV4 URL for longer.
"""

PART_BYTES: Final = 8 * 1_048_576
"""
Larger files go up in parts of this size, each read from the disk as it is sent.
"""

PARTS_AT_ONCE: Final = 4

_ATTEMPTS: Final = 4
# Every call made here may be repeated: the same bytes under the same key.

_MAKING: Final = threading.Lock()
# Held while a client is made.

_CONNECT_SECONDS: Final = 5
_READ_SECONDS: Final = 30
_CONNECTIONS_MAX: Final = 20
_ADDRESSINGS: Final = ("", "path", "virtual")
_PRECONDITION_FAILED: Final = {"PreconditionFailed", "412", "ConditionalRequestConflict"}

_MISSING: Final = frozenset({"404", "NoSuchKey", "NotFound"})
# There is no such key; a HEAD has no body, and so no better name.

_KEYS: Final = "the access key or its secret is wrong"
_NO_KEYS: Final = "there are no credentials; set an access key and its secret"
_DENIED: Final = (
    "the access key may not; it needs s3:GetObject, s3:PutObject, s3:DeleteObject and, to tell "
    "a missing blob from a hidden one, s3:ListBucket on {bucket}"
)
_ELSEWHERE: Final = "the bucket {bucket} is not in the region {region}; set its own"
_NO_BUCKET: Final = "there is no bucket {bucket}; create it, or correct its name or the endpoint"
_UNNAMED: Final = "{bucket!r} is no name of a bucket"

_FAULTS: Final = {
    # Codes of the store; an answer without a body has its bare status.
    "InvalidAccessKeyId": _KEYS,
    "SignatureDoesNotMatch": _KEYS,
    "InvalidToken": _KEYS,
    "ExpiredToken": "the session token has expired; set a fresh one",
    "AccessDenied": _DENIED,
    "AllAccessDisabled": _DENIED,
    "Unauthorized": _KEYS,
    "401": _KEYS,
    "403": _DENIED,
    "404": _NO_BUCKET,
    "NoSuchBucket": _NO_BUCKET,
    "InvalidBucketName": _UNNAMED,
    "301": _ELSEWHERE,
    "PermanentRedirect": _ELSEWHERE,
    "AuthorizationHeaderMalformed": _ELSEWHERE,
    "IllegalLocationConstraintException": _ELSEWHERE,
    "RequestTimeTooSkewed": "this machine's clock is wrong; set it",
    # Classes of the vendor's own errors, before anything is sent.
    "NoCredentialsError": _NO_KEYS,
    "PartialCredentialsError": "only half of the credentials is there; set key and secret",
    "TokenRetrievalError": "the sign-in of the profile has expired; sign in again",
    "ProfileNotFound": "the profile named in AWS_PROFILE does not exist",
    "ParamValidationError": _UNNAMED,
}
# By code or class: the deployment is at fault, and this sentence says how.


_UNREACHED: Final = frozenset(
    {"EndpointConnectionError", "ConnectTimeoutError", "SSLError", "ProxyConnectionError"}
)
# By class: nobody is there, or nobody who speaks TLS.


@frozen(kw_only=True)
class Bucket:
    """
    Where a bucket is and how it is entered.

    Without an ``endpoint`` it is Amazon's. With one, its path holds the bucket's name and
    no checksum is added that only Amazon knows, unless ``addressing`` (``path`` or
    ``virtual``) and ``checksums`` say otherwise; R2 wants the region ``auto``.
    ``public_endpoint`` is where customers reach the same store, if that is elsewhere.
    Without keys the vendor's usual places are searched (environment, profile, role).
    """

    name: str
    prefix: str = ""
    region: str = "us-east-1"
    endpoint: str = ""
    public_endpoint: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)
    session_token: str = field(default="", repr=False)
    addressing: str = ""
    checksums: bool | None = None


class S3Blobs:
    """
    A `BlobStore` in *bucket*. It may be used from many threads.
    """

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}

    def check(self) -> None:
        """
        Ask the store for the bucket, for a clear word at start.

        Raises:
            MisconfiguredError: Name, region, keys or permission are wrong; which is said.
            PortError: The store can't be reached.
        """
        # No HEAD: it is answered without a body, so a wrong key, a wrong clock and a missing
        # permission look alike. Both need the same right.
        with self._asking("checked", ""):
            self._client().list_objects_v2(
                Bucket=self._bucket.name, Prefix=self._bucket.prefix.strip("/"), MaxKeys=1
            )

    def put(self, key: str, source: Path, *, media_type: str) -> None:
        """
        Store the file *source*, whole or not at all.
        """
        with self._asking("stored", key):
            # By name, not by handle: parts are then read from the disk, not kept in memory.
            self._client().upload_file(
                str(source),
                self._bucket.name,
                self._named(key),
                ExtraArgs={"ContentType": media_type},
                Config=_transfer(),
            )

    def put_new(self, key: str, source: Path, *, media_type: str) -> bool:
        """
        Store the file *source* unless there is a blob of this key; return whether it was.

        Of several processes that store the same key at once, at most one is told True.
        """
        try:
            with self._asking("stored", key), source.open("rb") as file:
                self._client().put_object(
                    Bucket=self._bucket.name,
                    Key=self._named(key),
                    Body=file,
                    ContentType=media_type,
                    IfNoneMatch="*",
                )
        except PortError as error:
            if _code_of(error.__cause__) in _PRECONDITION_FAILED:
                return False
            raise
        return True

    def copy_to(self, key: str, target: Path) -> None:
        """
        Write the blob to *target*, whole or not at all.
        """
        with self._asking("read", key):
            self._client().download_file(
                self._bucket.name, self._named(key), str(target), Config=_transfer()
            )

    def exists(self, key: str) -> bool:
        """
        Whether there is a blob of this key.
        """
        try:
            with self._asking("looked for", key):
                self._client().head_object(Bucket=self._bucket.name, Key=self._named(key))
        except BlobNotFoundError:
            return False
        return True

    def url(self, key: str, *, media_type: str, expires_at: datetime) -> str:
        """
        Return a presigned URL; one that has expired already is signed for a second.

        Raises:
            PortError: Nothing can be signed for so long.
        """
        if not self.exists(key):
            raise BlobNotFoundError(f"There is no blob {key}", port="blobs")
        now = datetime.now(UTC)  # noqa: TID251 - the store compares with the real time
        seconds = int((expires_at - now).total_seconds())
        if seconds > SIGNED_SECONDS_MAX:
            message = f"The URL of blob {key} can't be good until {expires_at:%Y-%m-%d}: "
            raise PortError(message + "S3 signs for seven days at most", port="blobs")
        with self._asking("signed for", key):
            signer = self._client(self._bucket.public_endpoint or self._bucket.endpoint)
            return str(
                signer.generate_presigned_url(
                    "get_object",
                    Params={
                        "Bucket": self._bucket.name,
                        "Key": self._named(key),
                        "ResponseContentType": media_type,
                    },
                    ExpiresIn=max(1, seconds),
                )
            )

    def delete(self, key: str) -> None:
        """
        Remove the blob; a missing one is no error.
        """
        with self._asking("deleted", key):
            self._client().delete_object(Bucket=self._bucket.name, Key=self._named(key))

    def close(self) -> None:
        """
        Close the connections.
        """
        with self._lock:
            clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            client.close()

    def _named(self, key: str) -> str:
        if _KEY.match(key) is None:
            raise BlobNotFoundError("That is no blob key", port="blobs")
        prefix = self._bucket.prefix.strip("/")
        return f"{prefix}/{key}" if prefix else key

    def _client(self, endpoint: str | None = None) -> Any:
        """
        Return the client for *endpoint* (the bucket's own unless given), made once.
        """
        endpoint = self._bucket.endpoint if endpoint is None else endpoint
        with self._lock:
            if endpoint not in self._clients:
                with _MAKING:
                    self._clients[endpoint] = _client(self._bucket, endpoint)
            return self._clients[endpoint]

    @contextlib.contextmanager
    def _asking(self, verb: str, key: str) -> Iterator[None]:
        """
        Turn what the vendor raises within into a `PortError` that says what to do.
        """
        wrapper, *_ = errors = _vendor_errors()
        what = f"The blob {key}" if key else f"The bucket {self._bucket.name}"
        try:
            yield
        except errors as error:
            # A failed transfer wraps the store's answer.
            first = error.__context__ if isinstance(error, wrapper) else error
            first = first if isinstance(first, Exception) else error
            code = _code_of(first)
            if code in _MISSING and key:
                raise BlobNotFoundError(f"There is no blob {key}", port="blobs") from first
            fault = _FAULTS.get(code) or _FAULTS.get(type(first).__name__)
            if fault:
                message = f"{what} can't be {verb}: " + fault.format(
                    bucket=self._bucket.name, region=self._bucket.region
                )
                raise MisconfiguredError(message, port="blobs") from first
            if type(first).__name__ in _UNREACHED:
                at = self._bucket.endpoint or f"Amazon's {self._bucket.region}"
                message = f"{what} could not be {verb}: the store can't be reached at {at}; "
                message += f"are endpoint, region and proxy right? {_fault_of(first)}"
                raise PortError(message, port="blobs") from first
            message = f"{what} could not be {verb}: {_fault_of(first)}"
            raise PortError(message, port="blobs") from first


def _vendor_errors() -> tuple[type[Exception], ...]:
    """
    Return what asking the store may raise, the error that wraps another first.
    """
    try:
        from boto3.exceptions import Boto3Error  # noqa: PLC0415 - of an extra
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - the same
    except ImportError as error:
        message = 'Blobs in S3 need an extra; run: pip install "ars0n[s3]"'
        raise MisconfiguredError(message, port="blobs") from error
    return Boto3Error, BotoCoreError, ClientError, OSError


@functools.cache
def _session() -> Any:
    # Clients are for threads and sessions are not; it reads the service's description once.
    import boto3  # noqa: PLC0415 - of an extra

    return boto3.session.Session()


def _client(bucket: Bucket, endpoint: str) -> Any:
    from botocore.config import Config  # noqa: PLC0415 - of an extra

    if bucket.addressing not in _ADDRESSINGS:
        message = f"addressing: must be path or virtual, not {bucket.addressing!r}"
        raise MisconfiguredError(message, port="blobs")
    summed = not endpoint if bucket.checksums is None else bucket.checksums
    checksums = "when_supported" if summed else "when_required"
    # "auto" would sign for Amazon's global host, which sends on to the region's, where the
    # signature is wrong; a certificate for the bucket's own host covers no dots in its name.
    addressing = "path" if endpoint or "." in bucket.name else "virtual"
    try:
        return _session().client(
            "s3",
            region_name=bucket.region,
            endpoint_url=endpoint or None,
            aws_access_key_id=bucket.access_key or None,
            aws_secret_access_key=bucket.secret_key or None,
            aws_session_token=bucket.session_token or None,
            config=Config(
                signature_version="s3v4",  # else URLs are signed in a way most stores refuse
                s3={"addressing_style": bucket.addressing or addressing},
                retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
                connect_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                max_pool_connections=_CONNECTIONS_MAX,
                request_checksum_calculation=checksums,
                response_checksum_validation=checksums,
            ),
        )
    except ValueError as error:
        message = f"endpoint: must be a URL like https://host, not {endpoint!r}"
        raise MisconfiguredError(message, port="blobs") from error


def _transfer() -> Any:
    from boto3.s3.transfer import TransferConfig  # noqa: PLC0415 - of an extra

    return TransferConfig(
        multipart_threshold=PART_BYTES,
        multipart_chunksize=PART_BYTES,
        max_concurrency=PARTS_AT_ONCE,
    )


def _code_of(error: Any) -> str:
    """
    Return the store's code for *error*, the status of a bare answer, or nothing if the
    store said none.
    """
    answer = getattr(error, "response", None)
    if not isinstance(answer, dict):
        return ""
    status = (answer.get("ResponseMetadata") or {}).get("HTTPStatusCode", "")
    return str((answer.get("Error") or {}).get("Code") or status)


def _fault_of(error: Exception) -> str:
    """
    Return what happened, short enough for a line of a log.
    """
    if code := _code_of(error):
        answer: Any = getattr(error, "response", {})
        said = str((answer.get("Error") or {}).get("Message", "")).strip()
        return f"the store answered {code}" + (f" ({said})" if said else "")
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return " ".join(str(error).split()) or type(error).__name__
