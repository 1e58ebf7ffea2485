"""
A bucket keeps what every blob store must keep; its URLs are signed as Amazon wrote it down.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import http.server
import itertools
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit

import boto3
import httpx
import pytest
from attrs import evolve
from moto.server import ThreadedMotoServer

from ars0n_adapters.storage.s3 import PART_BYTES, Bucket, S3Blobs
from ars0n_core.errors import BlobNotFoundError, MisconfiguredError, PortError
from ars0n_core.testing.conformance.files import BlobStoreSuite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ars0n_core.ports import BlobStore

NUMBERS = itertools.count(1)
KEY = "AKIDEXAMPLE"
SECRET = "nobody may see it"  # noqa: S105 - of a store on this machine


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """
    A store that speaks S3, on this machine.
    """
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str) -> Bucket:
    """
    An empty bucket of it.
    """
    name = f"ads-{next(NUMBERS)}"
    raw(endpoint).create_bucket(Bucket=name)
    return Bucket(name=name, endpoint=endpoint, access_key=KEY, secret_key=SECRET)


@pytest.fixture
def s3(bucket: Bucket) -> Iterator[S3Blobs]:
    store = S3Blobs(bucket)
    yield store
    store.close()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(range(256)))
    return path


@functools.cache
def raw(endpoint: str) -> Any:
    return boto3.session.Session().client(
        "s3",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
    )


def soon(**length: float) -> datetime:
    return datetime.now(UTC) + timedelta(**length)  # noqa: TID251 - signed for a real store


class TestS3Blobs(BlobStoreSuite):
    @pytest.fixture
    def blobs(self, s3: S3Blobs) -> BlobStore:
        return s3


class TestAsAmazonHasIt(BlobStoreSuite):
    """
    Checksums of every part, sent and checked.
    """

    @pytest.fixture
    def blobs(self, bucket: Bucket) -> Iterator[BlobStore]:
        store = S3Blobs(evolve(bucket, checksums=True))
        yield store
        store.close()


# -- URLs ----------------------------------------------------------------------------


def signature(url: str, secret: str) -> str:
    """
    The signature *url* must carry, worked out from Amazon's description of SigV4.
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    query.pop("X-Amz-Signature")
    day, region, service, end = query["X-Amz-Credential"].split("/")[1:]
    canonical = "\n".join(
        [
            "GET",
            parts.path,
            "&".join(f"{quote(k, '')}={quote(v, '')}" for k, v in sorted(query.items())),
            f"host:{parts.netloc}\n",
            "host",
            "UNSIGNED-PAYLOAD",
        ]
    )
    text = "\n".join(
        [
            "AWS4-HMAC-SHA256",
            query["X-Amz-Date"],
            f"{day}/{region}/{service}/{end}",
            hashlib.sha256(canonical.encode()).hexdigest(),
        ]
    )
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, end, text):
        key = hmac.digest(key, part.encode(), "sha256")
    return key.hex()


@pytest.mark.parametrize("hours", [1, 2, 24 * 6])
def test_a_url_is_signed_until_the_instant_it_was_ordered_for(
    s3: S3Blobs, film: Path, hours: int
) -> None:
    s3.put("jobs/1/film.mp4", film, media_type="video/mp4")
    end = soon(hours=hours)

    query = dict(
        parse_qsl(urlsplit(s3.url("jobs/1/film.mp4", media_type="video/mp4", expires_at=end)).query)
    )
    made_at = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    dies_at = made_at + timedelta(seconds=int(query["X-Amz-Expires"]))

    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert timedelta(0) <= end - dies_at < timedelta(seconds=3)


def test_the_signature_is_the_one_amazon_would_work_out(s3: S3Blobs, film: Path) -> None:
    s3.put("jobs/1/film.mp4", film, media_type="video/mp4")

    url = s3.url("jobs/1/film.mp4", media_type="video/mp4", expires_at=soon(hours=2))

    assert f"X-Amz-Signature={signature(url, SECRET)}" in url


def test_a_url_serves_the_blob_in_ranges_as_its_media_type(s3: S3Blobs, film: Path) -> None:
    s3.put("film", film, media_type="application/octet-stream")
    url = s3.url("film", media_type="video/mp4", expires_at=soon(hours=2))

    whole = httpx.get(url, trust_env=False)
    part = httpx.get(url, headers={"Range": "bytes=100-199"}, trust_env=False)
    last = httpx.get(url, headers={"Range": "bytes=-6"}, trust_env=False)
    beyond = httpx.get(url, headers={"Range": "bytes=256-"}, trust_env=False)

    assert whole.content == film.read_bytes()
    assert whole.headers["Content-Type"] == "video/mp4"
    assert (part.status_code, part.content) == (206, film.read_bytes()[100:200])
    assert part.headers["Content-Range"] == "bytes 100-199/256"
    assert (last.status_code, last.content) == (206, film.read_bytes()[-6:])
    assert beyond.status_code == 416


def test_a_url_for_more_than_seven_days_is_refused(s3: S3Blobs, film: Path) -> None:
    s3.put("film", film, media_type="video/mp4")

    with pytest.raises(PortError, match="seven days"):
        s3.url("film", media_type="video/mp4", expires_at=soon(days=8))


def test_a_url_that_has_expired_is_not_good_for_ever(s3: S3Blobs, film: Path) -> None:
    s3.put("film", film, media_type="video/mp4")

    url = s3.url("film", media_type="video/mp4", expires_at=soon(hours=-1))

    assert "X-Amz-Expires=1&" in url


def test_customers_are_sent_to_the_public_endpoint(bucket: Bucket, film: Path) -> None:
    store = S3Blobs(evolve(bucket, public_endpoint="https://media.example"))
    store.put("film", film, media_type="video/mp4")

    url = store.url("film", media_type="video/mp4", expires_at=soon(hours=1))
    store.close()

    assert url.startswith(f"https://media.example/{bucket.name}/film?")
    assert f"X-Amz-Signature={signature(url, SECRET)}" in url


def test_amazon_is_addressed_by_the_buckets_own_host_or_as_told() -> None:
    """
    Seen through the URLs; nothing is asked of Amazon.
    """
    amazon = Bucket(name="ads", region="eu-west-1", access_key="k", secret_key="s")

    class Known(S3Blobs):
        def exists(self, key: str) -> bool:
            return True

    def url(bucket: Bucket) -> str:
        store = Known(bucket)
        made = store.url("film", media_type="video/mp4", expires_at=soon(hours=1))
        store.close()
        return made.split("?")[0]

    r2 = evolve(amazon, region="auto", endpoint="https://account.r2.cloudflarestorage.com")
    assert url(amazon) == "https://ads.s3.eu-west-1.amazonaws.com/film"
    assert url(evolve(amazon, name="a.b")) == "https://s3.eu-west-1.amazonaws.com/a.b/film"
    assert url(evolve(amazon, addressing="path")) == "https://s3.eu-west-1.amazonaws.com/ads/film"
    assert url(r2) == "https://account.r2.cloudflarestorage.com/ads/film"
    assert (
        url(evolve(r2, addressing="virtual")) == "https://ads.account.r2.cloudflarestorage.com/film"
    )


# -- putting -------------------------------------------------------------------------


def test_a_large_file_goes_up_in_parts_and_comes_back(
    s3: S3Blobs, bucket: Bucket, tmp_path: Path
) -> None:
    source = tmp_path / "large"
    with source.open("wb") as file:
        file.truncate(2 * PART_BYTES)
        file.seek(0, 2)
        file.write(b"end")

    s3.put("large", source, media_type="video/mp4")
    s3.copy_to("large", tmp_path / "back")

    facts = raw(bucket.endpoint).head_object(Bucket=bucket.name, Key="large")
    assert facts["ETag"].endswith('-3"')
    assert facts["ContentType"] == "video/mp4"
    assert (tmp_path / "back").read_bytes() == source.read_bytes()
    assert not raw(bucket.endpoint).list_multipart_uploads(Bucket=bucket.name).get("Uploads")


def test_of_two_that_store_a_new_key_one_is_told_so(
    s3: S3Blobs, film: Path, tmp_path: Path
) -> None:
    assert s3.put_new("paid/1", film, media_type="video/mp4")
    film.write_bytes(b"other")
    assert not s3.put_new("paid/1", film, media_type="video/mp4")

    s3.copy_to("paid/1", tmp_path / "back")
    assert (tmp_path / "back").read_bytes() == bytes(range(256))


def test_a_prefix_keeps_apart(bucket: Bucket, film: Path) -> None:
    live, test = (S3Blobs(evolve(bucket, prefix=prefix)) for prefix in ("live", "test"))

    live.put("film", film, media_type="video/mp4")

    assert not test.exists("film")
    keys = [
        item["Key"] for item in raw(bucket.endpoint).list_objects_v2(Bucket=bucket.name)["Contents"]
    ]
    assert keys == ["live/film"]
    live.close()
    test.close()


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "a//b", "", ".hidden", "a b", "a\x00"])
def test_a_key_is_one_of_ours(s3: S3Blobs, tmp_path: Path, key: str) -> None:
    with pytest.raises(BlobNotFoundError):
        s3.copy_to(key, tmp_path / "back")


# -- what goes wrong -----------------------------------------------------------------


@pytest.fixture
def answering() -> Iterator[Callable[[int, str], Bucket]]:
    """
    Starts a store that answers everything with one error.
    """
    servers: list[http.server.ThreadingHTTPServer] = []

    def answering(status: int, code: str) -> Bucket:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                text = f"<Error><Code>{code}</Code><Message>because</Message></Error>".encode()
                body = text if self.command != "HEAD" else b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_PUT = do_HEAD = do_DELETE = do_GET  # noqa: N815 - the library's names

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        return Bucket(
            name="ads",
            endpoint=f"http://127.0.0.1:{server.server_port}",
            access_key="k",
            secret_key=SECRET,
        )

    yield answering
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, "InvalidAccessKeyId", "key or its secret is wrong"),
        (403, "SignatureDoesNotMatch", "key or its secret is wrong"),
        (403, "AccessDenied", "s3:PutObject"),
        (400, "ExpiredToken", "session token has expired"),
        (404, "NoSuchBucket", "no bucket ads"),
        (400, "AuthorizationHeaderMalformed", "not in the region us-east-1"),
        (403, "RequestTimeTooSkewed", "clock is wrong"),
    ],
)
def test_a_fault_of_the_deployment_says_what_to_set(
    answering: Callable[[int, str], Bucket], film: Path, status: int, code: str, said: str
) -> None:
    store = S3Blobs(answering(status, code))

    with pytest.raises(MisconfiguredError, match=said) as caught:
        store.put("film", film, media_type="video/mp4")
    store.close()

    assert SECRET not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_store_that_refuses_for_another_reason_is_quoted(
    answering: Callable[[int, str], Bucket], film: Path
) -> None:
    store = S3Blobs(answering(400, "EntityTooLarge"))

    with pytest.raises(PortError, match=r"film could not be stored: .*EntityTooLarge \(because\)"):
        store.put("film", film, media_type="video/mp4")
    store.close()


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, "", "s3:ListBucket"),
        (404, "", "no bucket ads"),
        (401, "", "key or its secret is wrong"),
        (403, "InvalidAccessKeyId", "key or its secret is wrong"),
        (403, "SignatureDoesNotMatch", "key or its secret is wrong"),
        (403, "RequestTimeTooSkewed", "clock is wrong"),
        (403, "AccessDenied", "s3:ListBucket"),
        (404, "NoSuchBucket", "no bucket ads"),
    ],
)
def test_a_check_says_at_start_what_is_wrong(
    answering: Callable[[int, str], Bucket], status: int, code: str, said: str
) -> None:
    store = S3Blobs(answering(status, code))

    with pytest.raises(MisconfiguredError, match=said):
        store.check()
    store.close()


def test_a_check_of_a_good_bucket_is_silent(s3: S3Blobs) -> None:
    s3.check()


def test_a_hidden_blob_is_not_taken_for_a_missing_one(
    answering: Callable[[int, str], Bucket],
) -> None:
    store = S3Blobs(answering(403, ""))

    with pytest.raises(MisconfiguredError, match="s3:ListBucket"):
        store.exists("film")
    store.close()


def test_a_store_that_is_down_is_named(film: Path) -> None:
    store = S3Blobs(
        Bucket(name="ads", endpoint="http://127.0.0.1:9", access_key="k", secret_key="s")
    )

    for ask in (
        lambda: store.put("film", film, media_type="video/mp4"),
        lambda: store.exists("film"),
        lambda: store.copy_to("film", film.with_name("back")),
        lambda: store.delete("film"),
    ):
        with pytest.raises(PortError, match=r"127\.0\.0\.1:9") as caught:
            ask()
        assert not isinstance(caught.value, (BlobNotFoundError, MisconfiguredError))
    store.close()
    assert not film.with_name("back").exists()


def test_without_credentials_the_missing_ones_are_named(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(film.with_name("none")))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(film.with_name("none")))
    store = S3Blobs(Bucket(name="ads", endpoint="http://127.0.0.1:9"))

    with pytest.raises(MisconfiguredError, match="no credentials"):
        store.put("film", film, media_type="video/mp4")
    store.close()


@pytest.mark.parametrize(
    ("change", "said"),
    [({"endpoint": "media.example"}, "endpoint:"), ({"addressing": "sideways"}, "addressing:")],
)
def test_a_faulty_setting_is_named(change: dict[str, Any], said: str) -> None:
    store = S3Blobs(evolve(Bucket(name="ads", access_key="k", secret_key="s"), **change))

    with pytest.raises(MisconfiguredError, match=said):
        store.check()


def test_keys_are_not_shown() -> None:
    shown = repr(Bucket(name="ads", access_key="AKID", secret_key=SECRET, session_token="tok"))

    assert "AKID" not in shown
    assert SECRET not in shown
    assert "tok'" not in shown
