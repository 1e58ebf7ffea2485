"""
What ElevenLabs has spoken already: an answer that was lost on its way is looked up in the
account's history, and fetched there, instead of being paid for again.

The service keeps speech (not music) with its text, voice, settings and the time of each
character; both looking and fetching are free. A key that may not read the history, or an
account that keeps none, finds nothing: then a lost answer stays lost.
"""

from __future__ import annotations

import base64
import json
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from ars0n_core.compositor import ffmpeg
from ars0n_core.errors import CompositorError, MisconfiguredError, PortError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ars0n_adapters.providers.elevenlabs.calls import Line

LOOKS_SECONDS: Final = (0.0, 2.0, 6.0)
"""
How long is waited before each look: a text that was lost while it was spoken appears late.
"""

SKEW_SECONDS: Final = 120.0
"""
How far the service's clock may be from ours.
"""

_PAGE: Final = 100
_NEAR: Final = 0.005
_DECODE_SECONDS_MAX: Final = 60.0
_CONTAINERS: Final = (b"RIFF", b"ID3", b"OggS", b"fLaC", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2")


@frozen(kw_only=True)
class Lost:
    """
    A narration whose answer did not come: *asked* of *voice_id* since *since_unix*.
    """

    voice_id: str
    asked: dict[str, Any]
    since_unix: float
    sample_rate: int


def found(line: Line, lost: Lost, *, looks_seconds: tuple[float, ...]) -> bytes | None:
    """
    Return the answer to what was *lost*, as speech keeps it, or None: it isn't there, or
    it can't be asked for.
    """
    for wait in looks_seconds:
        time.sleep(wait)
        try:
            for item in _items(line, lost):
                samples = _samples(line, item, lost)
                if samples:
                    return written(samples, getattr(item.alignments, "alignment", None))
        except MisconfiguredError:
            return None  # the key may speak and not look
        except PortError:
            continue
    return None


def written(samples: bytes, alignment: Any) -> bytes:
    """
    Return 16-bit samples and the times of their characters as they are kept.
    """
    return json.dumps(
        {
            "sound": base64.b64encode(samples[: len(samples) // 2 * 2]).decode(),
            "alignment": _columns(alignment),
        }
    ).encode()


def _columns(alignment: Any) -> list[list[Any]] | None:
    """
    Return the characters and their times, or None if it has none: the SDK lets every body
    pass, whatever stands where a list should.
    """
    names = ("characters", "character_start_times_seconds", "character_end_times_seconds")
    columns: list[Any] = [getattr(alignment, name, None) for name in names]
    if not all(isinstance(column, list | tuple | str) for column in columns):
        return None
    return [[*column] for column in columns]


def _items(line: Line, lost: Lost) -> Iterator[Any]:
    """
    Yield what was spoken since then and can only be what is looked for, the latest first.
    """
    told = line.call(
        lambda client, options: client.history.list(
            page_size=_PAGE,
            voice_id=lost.voice_id,
            date_after_unix=int(lost.since_unix - SKEW_SECONDS),
            source="TTS",
            request_options=options,
        ),
        billed=False,
    )
    # Nothing of it is certain to be there: the SDK lets every body pass.
    items = [item for item in getattr(told, "history", None) or () if _is_it(item, lost)]
    yield from sorted(items, key=lambda item: -(item.date_unix or 0))


def _is_it(item: Any, lost: Lost) -> bool:
    asked = lost.asked
    named = (item.voice_id, item.text) == (lost.voice_id, asked["text"])
    same_model = item.model_id in {None, asked["model_id"]}
    same_form = item.output_format in {None, asked["output_format"]}
    told = item.settings or {}
    same_settings = all(
        abs(told[name] - wished) <= _NEAR
        for name, wished in asked["voice_settings"].items()
        if isinstance(told.get(name), int | float)
    )
    late_enough = (item.date_unix or 0) >= lost.since_unix - SKEW_SECONDS
    return named and same_model and same_form and same_settings and late_enough


def _samples(line: Line, item: Any, lost: Lost) -> bytes:
    """
    Return the sound of *item* as 16-bit mono samples; nothing if it can't be read.
    """
    content = line.call(
        lambda client, options: b"".join(
            client.history.get_audio(item.history_item_id, request_options=options)
        ),
        billed=False,
    )
    if item.output_format == f"pcm_{lost.sample_rate}":
        return samples_of(bytes(content), lost.sample_rate)
    return _decoded(bytes(content), lost.sample_rate)


def samples_of(content: bytes, sample_rate: int) -> bytes:
    """
    Return what was ordered as bare samples as such, even if it came as a file after all.
    """
    if not content.startswith(_CONTAINERS):
        return content
    decoded = _decoded(content, sample_rate)
    # Samples may begin as a frame of MP3 does; as a name, hardly.
    return content if not decoded and content.startswith(b"\xff") else decoded


def _decoded(content: bytes, sample_rate: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="ars0n-history-") as place:
        source, target = Path(place) / "sound", Path(place) / "samples"
        try:
            source.write_bytes(content)
            ffmpeg.run(
                [ffmpeg.find().path, "-v", "error", "-nostdin", "-i", ffmpeg.url(source),
                 "-map", "0:a:0", "-ac", "1", "-ar", str(sample_rate), "-f", "s16le",
                 ffmpeg.url(target)],
                timeout_seconds=_DECODE_SECONDS_MAX,
            )  # fmt: skip
            return target.read_bytes()
        except (CompositorError, OSError):
            return b""
