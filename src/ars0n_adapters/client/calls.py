"""
Every endpoint as a method, and making an ad from order to file.
"""

from __future__ import annotations

import contextlib
import mimetypes
import secrets
import time
from typing import TYPE_CHECKING, Any, Final, Self

import httpx

from ars0n_adapters.client.answers import Generated, Progress, Uploaded
from ars0n_adapters.client.faults import (
    AdFailedError,
    UnreachableError,
    WaitedError,
    error_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

POLL_SECONDS: Final = 10.0
"""
The documents' rhythm for video; radio ads are asked for twice as often.
"""

_WAIT_SECONDS_MAX: Final = 60.0
_TRIES: Final = 4
_EXPORT_SECONDS: Final = 900.0
_CHUNK_BYTES: Final = 65_536
_TOO_MANY: Final = 429
_UNAVAILABLE: Final = (502, 503, 504)
_REDIRECTS: Final = 3

Json = Any


class Client:
    """
    The API at *base_url* for the key *key*. ``sleep`` and ``transport`` are for tests.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        timeout_seconds: float = 120.0,
        sleep: Callable[[float], None] = time.sleep,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._sleep = sleep
        self._http = httpx.Client(
            base_url=base_url.rstrip("/") + "/api/v1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=httpx.Timeout(timeout_seconds, connect=10.0),
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """
        Close every connection.
        """
        self._http.close()

    def credits(self) -> Json:
        """
        Return balance, tier and running generations.
        """
        return self._ask("GET", "/credits")

    def brand_kit(self) -> Json:
        """
        Return what the brand puts into every order.
        """
        return self._ask("GET", "/brand-kit")

    def save_brand_kit(self, **kit: Json) -> Json:
        """
        Save *kit*, in the documents' names, in place of the one before.
        """
        return self._ask("PUT", "/brand-kit", body=kit)

    def packages(self) -> list[Json]:
        """
        Return the credit packages on sale.
        """
        found: list[Json] = self._ask("GET", "/packages")["packages"]
        return found

    def usage(self, *, start: str | None = None, end: str | None = None) -> Json:
        """
        Return a period's sums; *start* and *end* are ISO 8601 dates.
        """
        return self._ask("GET", "/usage", params=_given({"from": start, "to": end}))

    def voices(
        self,
        *,
        gender: str | None = None,
        accent: str | None = None,
        age: str | None = None,
        text: str | None = None,
    ) -> list[Json]:
        """
        Return the voices that fit.
        """
        asked = _given({"gender": gender, "accent": accent, "age": age, "q": text})
        found: list[Json] = self._ask("GET", "/voices", params=asked)["voices"]
        return found

    def estimate(self, order: Mapping[str, Json]) -> Json:
        """
        Return what an ad would cost.
        """
        return self._ask("POST", "/estimate", body=order)

    def plan(self, order: Mapping[str, Json]) -> Json:
        """
        Return how an ad would be told, to edit and order.
        """
        return self._ask("POST", "/plan", body=order)

    def preview_voice(self, text: str, voice_id: str) -> Json:
        """
        Return a URL of the spoken text, and its length.
        """
        return self._ask("POST", "/preview-voice", body={"text": text, "voiceId": voice_id}, key="")

    def upload(self, path: Path, *, category: str | None = None) -> Uploaded:
        """
        Store a picture, sound or clip.
        """
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"

        def send() -> httpx.Response:
            with path.open("rb") as file:
                return self._http.post(
                    "/assets",
                    files={"file": (path.name, file, kind)},
                    data=_given({"category": category}),
                )

        answer = self._until_answered(send, may_repeat=True)
        return Uploaded(id=answer["assetId"], type=answer["type"], url=answer["publicUrl"])

    def delete_asset(self, asset_id: str) -> None:
        """
        Delete an uploaded file.
        """
        self._ask("DELETE", f"/assets/{asset_id}")

    def generate(
        self, order: Mapping[str, Json], *, idempotency_key: str | None = None
    ) -> Generated:
        """
        Order an ad; a key of one's own makes ordering it again harmless, even later.
        """
        answer = self._ask("POST", "/generate", body=order, key=idempotency_key or "")
        return Generated(
            project_id=answer["projectId"],
            version_id=answer["versionId"],
            credits=answer["totalCredits"],
            jobs=answer["jobCount"],
        )

    def status(self, version_id: str) -> Progress:
        """
        Return where an ad stands; asking is what drives it.
        """
        report = self._ask("GET", f"/jobs/{version_id}")
        return Progress(
            version_id=version_id,
            status=report["status"],
            percent=report["progress"],
            url=report["videoUrl"] or report["audioUrl"],
            report=report,
        )

    def wait(
        self,
        version_id: str,
        *,
        timeout_seconds: float = 3600.0,
        every_seconds: float | None = None,
        told: Callable[[Progress], None] | None = None,
    ) -> Progress:
        """
        Poll until the ad is made, every 10 s (a radio ad every 5) unless told otherwise;
        *told* is called with each answer.

        Raises:
            AdFailedError: It was not made.
            WaitedError: It was not finished in time.
        """
        deadline = time.monotonic() + timeout_seconds
        while True:
            progress = self.status(version_id)
            if told is not None:
                told(progress)
            if progress.status == "failed":
                raise AdFailedError(progress.report)
            if progress.is_over:
                return progress
            is_radio = progress.report["adFormat"] == "radio"
            pause = every_seconds or (POLL_SECONDS / 2 if is_radio else POLL_SECONDS)
            if time.monotonic() + pause > deadline:
                raise WaitedError(version_id, timeout_seconds)
            self._sleep(pause)

    def generate_and_wait(
        self,
        order: Mapping[str, Json],
        *,
        timeout_seconds: float = 3600.0,
        every_seconds: float | None = None,
        told: Callable[[Progress], None] | None = None,
    ) -> Progress:
        """
        Order an ad and poll until it is made.

        Raises:
            AdFailedError: It was not made.
            WaitedError: It was not finished in time.
        """
        version_id = self.generate(order).version_id
        return self.wait(
            version_id, timeout_seconds=timeout_seconds, every_seconds=every_seconds, told=told
        )

    def retry(self, job_id: str) -> Json:
        """
        Have a failed job tried again.
        """
        return self._ask("POST", f"/jobs/{job_id}/retry", key="")

    def regenerate(self, job_id: str) -> Json:
        """
        Give a scene a new take.
        """
        return self._ask("POST", f"/jobs/{job_id}/regenerate", key="")

    def cancel(self, version_id: str) -> Json:
        """
        Stop a generating ad.
        """
        return self._ask("POST", f"/jobs/{version_id}/cancel")

    def edit(self, version_id: str, change: Mapping[str, Json]) -> Json:
        """
        Make a new version of a finished ad, redoing only what changed.
        """
        return self._ask("POST", f"/versions/{version_id}/edit", body=change, key="")

    def projects(self) -> Iterator[Json]:
        """
        Go through all projects, newest first.
        """
        page, offset = 100, 0
        while True:
            found = self._ask("GET", "/projects", params={"limit": page, "offset": offset})
            yield from found["projects"]
            if len(found["projects"]) < page:
                return
            offset += page

    def delete_project(self, project_id: str) -> None:
        """
        Delete a project with all its versions.
        """
        self._ask("DELETE", f"/projects/{project_id}")

    def download(self, url: str, target: Path) -> Path:
        """
        Write what a URL of an answer serves to *target*, whole or not at all.
        """
        return _written(self._opened(url), target, url)

    def export(self, version_id: str, target: Path, **asked: Json) -> Path:
        """
        Write a ZIP file of what was *asked* for beside a finished ad (``deliver``,
        ``subtitles``, ``stems``, ``otio``, ``sheet``) to *target*, whole or not at all.
        """
        path = f"/versions/{version_id}/export"
        return _written(self._packed(path, _given(asked)), target, path)

    @contextlib.contextmanager
    def _packed(self, path: str, asked: Mapping[str, Json]) -> Iterator[httpx.Response]:
        # It is made while we wait.
        with self._http.stream("POST", path, json=asked, timeout=_EXPORT_SECONDS) as answer:
            if answer.is_error:
                answer.read()
                raise error_of(answer)
            yield answer

    @contextlib.contextmanager
    def _opened(self, url: str) -> Iterator[httpx.Response]:
        place = self._http.base_url.join(url)
        for _ in range(_REDIRECTS):
            # A signed URL is its own permission, and may lead to another host: our key
            # goes to ours alone.
            ours = (place.host, place.port) == (self._http.base_url.host, self._http.base_url.port)
            headers = {} if ours else {"Authorization": ""}
            request = self._http.build_request("GET", place, headers=headers)
            if not ours:
                del request.headers["Authorization"]
            answer = self._http.send(request, stream=True)
            try:
                if answer.is_redirect:
                    place = place.join(answer.headers["location"])
                    continue
                if answer.is_error:
                    answer.read()
                    raise error_of(answer)
                yield answer
                return
            finally:
                answer.close()
        raise UnreachableError(f"{url} redirects too often")

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Json] | None = None,
        body: Mapping[str, Json] | None = None,
        key: str | None = None,
    ) -> Json:
        """
        Ask once more while it makes sense. A charging request has a *key* (made here if
        empty): only under it may a request that might have arrived be sent again.
        """
        headers = {} if key is None else {"Idempotency-Key": key or secrets.token_hex(16)}
        reads = method == "GET" or path in {"/estimate", "/plan"}

        def send() -> httpx.Response:
            return self._http.request(method, path, params=params, json=body, headers=headers)

        return self._until_answered(send, may_repeat=reads or key is not None)

    def _until_answered(self, send: Callable[[], httpx.Response], *, may_repeat: bool) -> Json:
        for left in reversed(range(_TRIES)):
            try:
                answer = send()
            except httpx.ConnectError as error:
                pause, fault = 1.0, UnreachableError(f"The API can't be reached: {error}")
            except httpx.HTTPError as error:
                pause, fault = 1.0, UnreachableError(f"The API did not answer: {error!r}")
                left = left if may_repeat else 0  # noqa: PLW2901 - it was the last try
            else:
                if answer.is_success:
                    return answer.json()
                refused = error_of(answer)
                busy = answer.status_code in _UNAVAILABLE and may_repeat
                if answer.status_code != _TOO_MANY and not busy:
                    raise refused
                pause, fault = _pause(answer, _TRIES - left), refused  # type: ignore[assignment]  # either is raised alike
            if not left:
                raise fault
            self._sleep(pause)
        raise AssertionError("the last try raises")


def _written(
    opened: contextlib.AbstractContextManager[httpx.Response], target: Path, name: str
) -> Path:
    part = target.with_name(target.name + ".part")
    try:
        with opened as answer, part.open("wb") as file:
            for chunk in answer.iter_bytes(_CHUNK_BYTES):
                file.write(chunk)
        part.replace(target)
    except httpx.HTTPError as error:
        raise UnreachableError(f"{name} broke off: {error}") from error
    finally:
        part.unlink(missing_ok=True)
    return target


def _pause(answer: httpx.Response, tried: int) -> float:
    """
    Return how long the answer asks to wait, within a minute.
    """
    asked = answer.headers.get("retry-after", "")
    reset = answer.headers.get("x-ratelimit-reset", "")
    if asked.isdecimal():
        seconds = float(asked)
    elif answer.status_code == _TOO_MANY and reset.isdecimal():
        seconds = float(reset) - time.time()
    else:
        seconds = 2.0**tried
    return min(max(seconds, 0.5), _WAIT_SECONDS_MAX)


def _given(asked: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in asked.items() if value is not None}
