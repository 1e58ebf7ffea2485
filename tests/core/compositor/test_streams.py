"""
What an MP4 file's header tells: whether a decoder must look at pictures first.
"""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from ars0n_core.compositor import boxes, commands, ffmpeg, parameters, probe

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ars0n_core.compositor.ffmpeg import Ffmpeg

MOVING = ("-f", "lavfi", "-i", "testsrc2=s=64x36:r=30:d=1.5")
X264 = ("-c:v", "libx264", "-preset", "veryfast")


def number(value: int) -> str:
    """
    Exp-Golomb, as bits.
    """
    bits = f"{value + 1:b}"
    return "0" * (len(bits) - 1) + bits


def entry(
    *,
    profile: int = 100,
    chroma: int = 1,
    order: int = 0,
    frames: bool = True,
    shape: int | None = 1,
    pace: int | None = None,
    buffer: bool = False,
    usable: bool = True,
    restricted: bool = True,
    sets: int = 1,
) -> bytes:
    """
    An ``avc1`` sample entry whose sequence parameter set is written bit by bit.
    """
    bits = f"{0x67:08b}{profile:08b}{0:08b}{31:08b}" + number(0)
    if profile == 100:
        bits += number(chroma) + number(0) + number(0) + "00"
    bits += number(0) + number(order)
    bits += {0: number(4), 1: "1" + number(0) * 3, 2: ""}[order]
    bits += number(3) + "0" + number(44) + number(79) + ("1" if frames else "00") + "1"
    bits += "1" + number(0) * 3 + number(4) + ("1" if usable else "0")
    if usable:
        bits += "0" if shape is None else f"1{shape:08b}" + (f"{3:016b}{4:016b}" * (shape == 255))
        bits += "0" + "1" + "101" + "0" + "1" + f"{1:08b}" * 3 + "0"
        bits += "0" if pace is None else f"1{1:032b}{pace:032b}1"
        held = number(0) + f"{0:08b}" + number(9) + number(9) + "0" + f"{23:05b}" * 4
        bits += ("1" + held if buffer else "0") + "0" + ("0" if buffer else "") + "0"
        bits += "1" + "1" + number(0) * 4 + number(2) + number(4) if restricted else "0"
    bits += "1"
    bits += "0" * (-len(bits) % 8)
    unit = int(bits, 2).to_bytes(len(bits) // 8, "big")
    for value in (0, 1, 2, 3):
        unit = unit.replace(bytes([0, 0, value]), bytes([0, 0, 3, value]))
    config = bytes([1, profile, 0, 31, 0xFF, 0xE0 | sets]) + len(unit).to_bytes(2, "big") + unit
    box = (8 + len(config)).to_bytes(4, "big") + b"avcC" + config
    return (86 + len(box)).to_bytes(4, "big") + b"avc1" + bytes(78) + box


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"profile": 77},
        {"order": 2},
        {"shape": None},
        {"shape": 255},
        {"pace": 60, "buffer": True},
    ],
)
def test_a_header_that_says_how_far_pictures_are_out_of_order_tells(told: dict[str, Any]) -> None:
    assert parameters.tells_order(entry(**told))
    assert not parameters.tells_order(entry(**told, restricted=False))


@pytest.mark.parametrize(
    "untold",
    [{"usable": False}, {"frames": False}, {"chroma": 3}, {"order": 1}, {"sets": 2}, {"sets": 0}],
)
def test_what_is_rare_or_unsaid_is_not_told(untold: dict[str, Any]) -> None:
    assert not parameters.tells_order(entry(**untold))


def test_half_a_header_tells_nothing() -> None:
    whole = entry()
    assert not any(parameters.tells_order(whole[:length]) for length in range(len(whole) - 3))
    assert not parameters.tells_order(whole.replace(b"avc1", b"hvc1"))


@pytest.mark.parametrize(
    ("name", "made", "told"),
    [
        ("a.mp4", (*MOVING, *X264), True),
        ("b.mp4", (*MOVING, *X264, "-bf", "6", "-refs", "6", "-g", "12"), True),
        (
            "c.mp4",
            (*MOVING, *X264, "-vf", "select=mod(n\\,5)", "-fps_mode", "vfr"),
            True,
        ),
        ("d.mp4", (*MOVING, *X264, "-bf", "0", "-movflags", "frag_keyframe+empty_moov"), True),
        ("e.mp4", (*MOVING, *X264, "-flags", "+ilme+ildct"), False),
        ("f.mp4", (*MOVING, *MOVING, "-map", "0", "-map", "1", *X264), False),
        ("g.mp4", (*MOVING, "-c:v", "mpeg4"), False),
        ("h.mkv", (*MOVING, *X264), False),
    ],
)
def test_told_or_not_the_same_pictures_are_decoded(
    binary: Ffmpeg, tmp_path: Path, *, name: str, made: Sequence[str], told: bool
) -> None:
    path = tmp_path / name
    subprocess.run([binary.path, "-v", "error", *made, str(path)], check=True, timeout=60)
    facts = probe.probe(path, binary=binary).video[0]
    assert (facts.is_told, boxes.tells_pictures(path)) == (told, told)

    def decoded(*, is_told: bool) -> bytes:
        graph = commands.decode_picture(
            path, evolve(facts, is_told=is_told), size=(64, 36), first=5, frames=30
        )
        return ffmpeg.run(ffmpeg.arguments(binary, graph), timeout_seconds=60).stdout

    pictures = decoded(is_told=False)
    assert len(pictures) == 30 * 64 * 36 * 3 // 2
    assert decoded(is_told=facts.is_told) == pictures


ENDLESS = b"".join(
    (8 * (3000 - n)).to_bytes(4, "big") + (b"moov", b"trak", b"mdia")[min(n, 2)]
    for n in range(3000)
)
"""
Boxes in boxes, deeper than Python calls functions.
"""


@pytest.mark.parametrize(
    "content", [b"", b"\0\0\0\x08moov", b"\0\0\0\x20ftypisom" + bytes(60), ENDLESS]
)
def test_what_is_no_film_tells_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "none.mp4"
    path.write_bytes(content)
    assert not boxes.tells_pictures(path)
    assert not boxes.tells_pictures(tmp_path / "missing.mp4")
