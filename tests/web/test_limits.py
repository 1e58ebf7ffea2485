"""
Whatever comes in: no fault of ours, nothing split, nothing left behind, and an end to all.
"""

from __future__ import annotations

import tempfile
import time
import tracemalloc
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from attrs import evolve

from ars0n_adapters.storage.local import LocalBlobs
from ars0n_adapters.web import create_app, uploads
from ars0n_core import wire
from ars0n_core.testing import fakes
from ars0n_core.testing.fakes.contents import MP4

from .conftest import QUICK, RADIO, Browser, Customer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    import httpx

    from .conftest import Site


def raw(site: Site, content: bytes, kind: str = "application/json") -> httpx.Response:
    return site.us.post("/estimate", content=content, headers={"Content-Type": kind})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"duration": ' + b"9" * 5_000 + b"}",
        b'{"duration": NaN}',
        b'{"duration": 1e999}',
        b'{"x": "' + b"a" * wire.BODY_BYTES_MAX + b'"}',
        b'{"imageCount": 3, "duration": 15, "veoModel": "\\ud800"}',
        b"\xef\xbb\xbf{}",
    ],
    ids=lambda content: f"{content[:12]!r}x{len(content)}",
)
def test_a_body_that_is_none_is_a_fault_of_its_sender(site: Site, content: bytes) -> None:
    answer = raw(site, content)

    assert answer.status_code == 400
    assert answer.json()["error"] == "Validation failed"


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data", "x", "a/b; charset=q"])
def test_what_a_body_calls_itself_does_not_matter(site: Site, kind: str) -> None:
    assert raw(site, b'{"adFormat":"radio","duration":15}', kind).status_code == 200


WORDS = [
    "a\r\nX-Evil: 1", "a\nb", "a\rb", "a\x00b", "\x85", "\u2028", "é" * 100, "💡", "x" * 20_000,
    "\x1b[31m", "..%2f..%2fetc", "' OR 1=1 --", "{{7*7}}", "%0d%0aSet-Cookie:a=b", "\ufeff",
    '"', "\\", "<script>", "${jndi:ldap://x}", "\u202e",
]  # fmt: skip


def answers_to(site: Site, word: str) -> Iterator[httpx.Response]:
    order = {
        "prompt": word, "voiceId": word, "tone": word, "companyName": word, "projectId": word,
        "adFormat": word, "webhookUrl": word, "musicAssetId": word, "veoModel": word,
    }  # fmt: skip
    for name, value in order.items():
        yield site.us.post("/generate", {**RADIO, "duration": 99, name: value})
    for name in ("imageUrls", "imageAssetIds"):
        film = {"prompt": "a", "duration": 15, "voiceId": "a", name: [word]}
        yield site.us.post("/generate", film)
    yield site.us.post("/preview-voice", {"text": "a", "voiceId": word})
    for name in ("gender", "q", "age", "accent"):
        yield site.us.get("/voices", params={name: word})
    yield site.us.get("/video", params={"id": word})
    yield site.us.get("/projects", params={"limit": word})
    yield site.us.get("/usage", params={"from": word, word[:50]: "1"})
    yield site.us.get("/jobs/" + "".join(f"%{byte:02x}" for byte in word.encode()[:300]))
    yield site.us.upload(b"x", word, category=word)
    for name in ("Idempotency-Key", "X-Request-Id", "If-None-Match", "Last-Event-ID", "Range"):
        sent: Any = {name.encode(): word.encode("utf-8", "replace")}
        yield site.us.post("/generate", {**RADIO, "duration": 99}, headers=sent)
    yield site.client.get("/api/v1/credits", headers={b"Authorization": b"Bearer " + word.encode()})


@pytest.mark.parametrize("word", WORDS, ids=lambda word: ascii(word[:20]))
def test_no_word_becomes_a_header_or_a_fault(site: Site, word: str) -> None:
    for answer in answers_to(site, word):
        assert answer.status_code < 500
        assert answer.status_code != 200 or answer.request.url.path.endswith("voices")
        for name, value in answer.headers.items():
            assert not {"\r", "\n", "\x00"} & set(name + value)
            assert "evil" not in name.lower()
        assert answer.headers["x-request-id"]


@pytest.mark.parametrize("query", ["id=a&id=b", "id=%00", "%00=a"])
def test_a_query_says_each_thing_once_and_plainly(site: Site, query: str) -> None:
    assert site.us.get(f"/video?{query}").status_code == 400


def multipart(*parts: bytes, end: bytes = b"--b--\r\n") -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + end


FILE = b'Content-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
FIELD = b'Content-Disposition: form-data; name="x"\r\n\r\n'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"nonsense",
        multipart(FILE + b"x", end=b""),
        multipart(FIELD + b"x"),
        multipart(FILE + fakes.picture(), FILE + fakes.picture()),
        multipart(FIELD + b"x" * 2_000, FILE + fakes.picture()),
        multipart(*[FIELD + b"x"] * 30, FILE + fakes.picture()),
        multipart(b"X-Long: " + b"a" * 5_000 + b"\r\n\r\nx"),
        multipart(b"broken\r\n\r\nx"),
        multipart(FILE),
    ],
    ids=lambda content: f"{content[:60]!r}x{len(content)}",
)
def test_a_broken_upload_is_refused(site: Site, content: bytes) -> None:
    answer = site.us.post(
        "/assets", content=content, headers={"Content-Type": "multipart/form-data; boundary=b"}
    )

    assert answer.status_code == 400
    assert answer.json()["error"] == "Validation failed"


def test_a_file_under_another_name_is_asked_for_under_its_own(site: Site) -> None:
    image = b'Content-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    picture = fakes.picture() + bytes(5_000)

    other = site.us.post("/assets", content=multipart(image + picture), headers=headers)
    both = multipart(image + picture, FILE + fakes.picture())

    assert other.status_code == 400
    assert other.json()["details"]["fieldErrors"]["file"] == [
        "Required", 'A file came as "image": the form field must be called "file"',
    ]  # fmt: skip
    assert site.us.post("/assets", content=both, headers=headers).status_code == 201


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
def test_what_stands_before_the_first_boundary_is_passed_over(site: Site, size: int) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    content = b"For readers of mail: --b\r\n" + multipart(FILE + fakes.picture())

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(content), size):
            yield content[at : at + size]

    assert site.us.post("/assets", content=pieces(), headers=headers).status_code == 201


def test_an_encoded_file_is_told_what_to_leave_out(site: Site) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    file = FILE.removesuffix(b"\r\n") + b"Content-Transfer-Encoding: %s\r\n\r\n"

    encoded, plain = (
        site.us.post("/assets", content=multipart(file % name + fakes.picture()), headers=headers)
        for name in (b"BASE64", b"Binary")
    )

    assert encoded.json()["details"]["fieldErrors"]["file"] == [
        "Send the file's bytes as they are, without Content-Transfer-Encoding BASE64"
    ]
    assert plain.status_code == 201


def test_a_field_that_is_too_long_is_named(site: Site) -> None:
    answer = site.us.upload(fakes.picture(), note="x" * 2_000)

    assert answer.json()["details"]["fieldErrors"] == {"note": ["At most 1000 bytes"]}


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=" + "b" * 300,
        "",
        "multipart/form-data; boundary=",
    ],
)
def test_an_upload_is_multipart(site: Site, kind: str) -> None:
    answer = site.us.post("/assets", content=b"{}", headers={"Content-Type": kind})

    assert answer.status_code == 400
    assert answer.json()["details"]["fieldErrors"]["file"]


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.mark.parametrize(
    ("head", "megabytes", "code"),
    [(fakes.PNG, 10, "Validation failed"), (fakes.WAV, 15, "Validation failed"),
     (fakes.MP4, 100, "CLIP_TOO_LARGE")],
)  # fmt: skip
def test_a_file_that_is_too_large_is_cut_while_it_comes(
    site: Site, temporary: Path, head: bytes, megabytes: int, code: str
) -> None:
    sent = 0

    async def content() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b"--b\r\n" + FILE + head
        for _ in range(200):
            sent += 1
            yield bytes(1_048_576)

    answer = site.us.post(
        "/assets", content=content(), headers={"Content-Type": "multipart/form-data; boundary=b"}
    )

    assert (answer.status_code, answer.json()["error"]) == (400, code)
    assert f"{megabytes} MB" in answer.text
    assert sent <= megabytes + 1
    assert list(temporary.iterdir()) == []


async def stalling() -> AsyncIterator[bytes]:
    yield b"--b\r\n" + FILE + fakes.PNG
    await anyio.sleep(30)
    yield b""


async def dripping() -> AsyncIterator[bytes]:
    yield b"--b\r\n" + FILE + fakes.PNG
    while True:
        await anyio.sleep(0.02)
        yield b"x"


@pytest.mark.parametrize("content", [stalling, dripping])
def test_an_upload_that_stalls_is_cut(site: Site, temporary: Path, content: Any) -> None:
    started = time.monotonic()
    answer = site.client._portal.call(stalled, site, content)
    assert answer[0] == 400
    assert b"took too long" in answer[1]
    assert time.monotonic() - started < 10
    assert list(temporary.iterdir()) == []


async def stalled(site: Site, content: Any) -> tuple[int, bytes]:
    """
    Post a body whose next part never comes, straight to the application.
    """
    parts = content()
    status, told = 0, b""

    async def receive() -> Any:
        return {"type": "http.request", "body": await anext(parts), "more_body": True}

    async def send(message: Any) -> None:
        nonlocal status, told
        status = message.get("status", status)
        told += message.get("body", b"")

    path = "/api/v1/assets"
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "client": ("test", 1), "server": ("test", 80),
        "headers": [(b"authorization", f"Bearer {site.us.key}".encode()),
                    (b"content-type", b"multipart/form-data; boundary=b")],
    }  # fmt: skip
    with anyio.fail_after(20):
        await site.client.app(scope, receive, send)
    return status, told


def test_a_good_upload_leaves_nothing_behind(site: Site, temporary: Path) -> None:
    assert site.us.upload(fakes.picture()).status_code == 201
    assert list(temporary.iterdir()) == []


@pytest.fixture
def served(site: Site, tmp_path: Path) -> tuple[Customer, str]:
    """
    The same product with its files in a folder, and the path of one of ten bytes.
    """
    blobs = LocalBlobs(tmp_path / "blobs", "https://ads.example/api/v1/blobs", b"s" * 32)
    ports = evolve(site.ports, blobs=blobs)
    app = create_app(ports, site.policy, blobs=blobs, waits=QUICK)
    us = Customer(site.us.organization_id, Browser(app, site.client._portal), site.us.key)
    asset = us.asset(fakes.PNG + b"01")
    url = us.get(f"/video?id={asset}", follow_redirects=False).headers["location"]
    return us, url


@pytest.mark.parametrize(
    ("asked", "status", "content", "told"),
    [
        ("bytes=0-3", 206, b"\x89PNG", "bytes 0-3/10"),
        ("bytes=8-", 206, b"01", "bytes 8-9/10"),
        ("bytes=-2", 206, b"01", "bytes 8-9/10"),
        ("bytes=-99", 206, fakes.PNG + b"01", "bytes 0-9/10"),
        ("bytes=8-99", 206, b"01", "bytes 8-9/10"),
        ("bytes=8-18446744073709551615", 206, b"01", "bytes 8-9/10"),
        ("Bytes = 8-", 206, b"01", "bytes 8-9/10"),
        ("bytes=8-,10-", 206, b"01", "bytes 8-9/10"),
        ("bytes=10-", 416, None, "bytes */10"),
        ("bytes=-0", 416, None, "bytes */10"),
        # What can't be read is passed over, as if it had not been sent.
        ("bytes=5-2", 200, fakes.PNG + b"01", None),
        ("bytes=x-y", 200, fakes.PNG + b"01", None),
        ("bytes=0-1,x", 200, fakes.PNG + b"01", None),
        ("bytes=", 200, fakes.PNG + b"01", None),
        ("bytes=" + "9" * 5000 + "-", 200, fakes.PNG + b"01", None),
        ("lines=0-3", 200, fakes.PNG + b"01", None),
    ],
)
def test_a_part_of_a_file(
    served: tuple[Customer, str], asked: str, status: int, content: bytes | None, told: str | None
) -> None:
    us, url = served
    answer = us.client.get(url, headers={"Range": asked})

    assert answer.status_code == status
    assert content is None or answer.content == content
    assert told is None or answer.headers["content-range"] == told
    assert answer.headers["x-request-id"]
    if status == 416:
        assert answer.json()["code"] == "RANGE_NOT_SATISFIABLE"


def test_a_file_that_is_there_already_is_not_sent_again(served: tuple[Customer, str]) -> None:
    us, url = served
    first = us.client.get(url).headers
    tag, moment, old = first["etag"], first["last-modified"], "Mon, 01 Jan 2001 00:00:00 GMT"

    def asked(**headers: str) -> tuple[int, int]:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = us.client.get(url, headers=given)
        return answer.status_code, len(answer.content)

    assert asked(If_None_Match=tag) == asked(If_None_Match=f'"x", W/{tag}') == (304, 0)
    assert asked(If_None_Match="*", Range="bytes=0-3") == (304, 0)
    assert asked(If_Modified_Since=moment) == (304, 0)
    assert asked(If_None_Match='"x"', If_Modified_Since=moment) == (200, 10)
    assert asked(If_Modified_Since=old) == asked(If_Modified_Since="yesterday") == (200, 10)
    assert asked(If_Range=tag, Range="bytes=0-3") == (206, 4)
    assert asked(If_Range=moment, Range="bytes=0-3") == (206, 4)
    assert asked(If_Range='"x"', Range="bytes=0-3") == asked(If_Range='"x"', Range="bytes=99-")
    assert asked(If_Range='"x"', Range="bytes=0-3") == (200, 10)


def test_several_parts_of_a_file(served: tuple[Customer, str]) -> None:
    us, url = served
    few = us.client.get(url, headers={"Range": "bytes=0-1,8-9"})
    many = us.client.get(url, headers={"Range": "bytes=" + ",".join(["0-1"] * 6_000)})

    assert few.status_code == 206
    assert few.headers["content-type"].startswith("multipart/byteranges")
    assert many.status_code in {200, 206, 400}
    assert len(many.content) < 10_000


def test_a_file_is_served_and_not_run(served: tuple[Customer, str]) -> None:
    us, url = served
    whole, head = us.client.get(url), us.client.request("HEAD", url)

    assert whole.content == fakes.PNG + b"01"
    assert whole.headers["content-type"] == "image/png"
    assert whole.headers["accept-ranges"] == "bytes"
    policy = whole.headers["content-security-policy"].split("; ")
    # Nothing runs; but a browser that opens a film by its URL may play it.
    assert {"sandbox allow-same-origin", "default-src 'none'", "media-src 'self'"} <= {*policy}
    assert "allow-scripts" not in policy[0]
    assert whole.headers["content-disposition"].startswith('inline; filename="asset_')
    assert whole.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in us.get("/credits").headers
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == "10"
    for answer in (whole, head):
        assert answer.headers["x-ratelimit-limit"]


def test_a_changed_url_serves_nothing(served: tuple[Customer, str], site: Site) -> None:
    us, url = served
    front, _, signature = url.rpartition("=")
    turned = {"0": "1"}.get(signature[0], "0") + signature[1:]

    for changed in (
        f"{front}={turned}",
        url + "&x=1",
        url + "&expires=9999999999",
        url.replace("image%2Fpng", "text%2Fhtml"),
        url.replace("assets/", "assets/%2e%2e/assets/"),
        url.replace("asset_", "asset-"),
        url.partition("?")[0],
        url.replace("expires=", "expires=9"),
    ):
        answer = us.client.get(changed)
        assert answer.status_code in {400, 404}, changed
        assert b"PNG" not in answer.content
    site.clock.pass_by(timedelta(hours=2))
    assert us.client.get(url).status_code == 200
    site.clock.pass_by(timedelta(seconds=1))
    assert us.client.get(url).status_code == 404


def test_a_large_upload_is_written_as_it_arrives(tmp_path: Path) -> None:
    chunk = bytes(65_536)

    async def chunks() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
        yield MP4
        for _ in range(1_500):
            yield chunk
        yield b"\r\n--b--\r\n"

    tracemalloc.start()
    try:
        took = anyio.run(uploads.receive, "multipart/form-data; boundary=b", chunks(), tmp_path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert took.size_bytes == took.path.stat().st_size == len(MP4) + 1_500 * len(chunk)
    assert most < 4_000_000
