"""
Foreign files: what is taken, what it becomes, and what is refused with which words.
"""

from __future__ import annotations

import io
import os
import struct
import subprocess
import time
import wave
import zlib
from typing import TYPE_CHECKING, Any

import imageio_ffmpeg
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageDraw

from ars0n_adapters.ingest import Kind, MediaIngest, confined, footage, sniff
from ars0n_core.errors import (
    ClipFormatError,
    ClipTooLargeError,
    ClipTooLongError,
    PortError,
    UploadRefusedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Take = Callable[[Path, Path], object]

INGEST = MediaIngest()


def picture(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    image = Image.new("RGB", size, (30, 90, 200))
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 2 - 1, size[1] // 2 - 1), fill=(220, 40, 30))
    if mode == "P":
        return image.quantize(8)
    return image if mode == "RGB" else image.convert(mode)


def saved(image: Image.Image, path: Path, **options: Any) -> Path:
    image.save(path, **options)
    return path


def decoded(source: Path) -> Image.Image:
    target = source.with_name("target.png")
    INGEST.image(source, target)
    with Image.open(target) as image:
        image.load()
        return image


def refusal(source: Path, take: Take | None = None) -> str:
    """
    Return the one message with which *source* is refused; nothing is left behind.
    """
    folder = source.parent / "out"
    folder.mkdir(exist_ok=True)
    with pytest.raises((UploadRefusedError, ClipFormatError)) as caught:
        (take or INGEST.image)(source, folder / "target")
    assert list(folder.iterdir()) == []
    assert list(caught.value.field_errors) == ["file"]
    (message,) = caught.value.field_errors["file"]
    return message


def made(path: Path, *arguments: str) -> Path:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *arguments, str(path)]
    subprocess.run(command, check=True, timeout=60, stdin=subprocess.DEVNULL)
    return path


def probed(path: Path) -> str:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path)]
    command += ["-f", "null", "-"]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stderr


def first_frame(path: Path, width: int, height: int) -> np.ndarray:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(path), "-frames:v", "1"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    return np.frombuffer(done.stdout, np.uint8).reshape(height, width, 3)


# Pictures


@pytest.mark.parametrize(
    ("mode", "format_", "options"),
    [
        ("RGB", "PNG", {}),
        ("RGB", "JPEG", {"quality": 95, "subsampling": 0}),
        ("RGB", "JPEG", {"quality": 95, "subsampling": 0, "progressive": True}),
        ("RGB", "WEBP", {"lossless": True}),
        ("RGBA", "PNG", {}),
        ("RGBA", "WEBP", {"lossless": True}),
        ("P", "PNG", {}),
        ("CMYK", "JPEG", {"quality": 95, "subsampling": 0}),
    ],
)
def test_a_picture_of_any_mode_becomes_the_same_picture_in_rgb(
    mode: str, format_: str, options: dict[str, Any], tmp_path: Path
) -> None:
    source = saved(picture(mode=mode), tmp_path / "upload", format=format_, **options)
    image = decoded(source)
    assert (image.format, image.mode) == ("PNG", "RGB")
    difference = np.asarray(image, int) - np.asarray(picture(), int)
    assert np.abs(difference).mean() < 4


@pytest.mark.parametrize("mode", ["L", "1", "LA", "I;16"])
def test_a_grey_picture_keeps_its_tones(mode: str, tmp_path: Path) -> None:
    ramp = np.broadcast_to(np.linspace(0, 255, 64)[None], (48, 64))
    grey = Image.fromarray(ramp.astype(np.uint8))
    if mode == "I;16":
        image = Image.fromarray((ramp * 257).astype(np.uint16))
    else:
        image = grey.convert(mode)
    result = np.asarray(decoded(saved(image, tmp_path / "upload", format="PNG")), int)
    expected = np.asarray(image.convert("L") if mode != "I;16" else grey, int)
    assert np.abs(result - expected[..., None]).max() <= 2


def test_what_is_see_through_stays_so_and_an_opaque_alpha_goes(tmp_path: Path) -> None:
    image = picture(mode="RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    target = tmp_path / "target.png"
    facts = INGEST.image(saved(image, tmp_path / "a.png"), target)
    assert facts.has_alpha
    with Image.open(target) as stored:
        assert stored.mode == "RGBA"
        assert np.array_equal(np.asarray(stored)[..., 3], np.asarray(image)[..., 3])
    palette = picture(mode="P")
    facts = INGEST.image(saved(palette, tmp_path / "b.png", transparency=0), target)
    assert facts.has_alpha
    assert not INGEST.image(saved(picture(mode="RGBA"), tmp_path / "c.png"), target).has_alpha


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_camera_turned_in_any_way_gives_an_upright_picture(
    orientation: int, tmp_path: Path
) -> None:
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }.get(orientation)
    image = picture() if turn is None else picture().transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = saved(image, tmp_path / "a.jpg", exif=exif, quality=95, subsampling=0)
    facts = INGEST.image(source, tmp_path / "t.png")
    assert (facts.width, facts.height) == (64, 48)
    difference = np.asarray(decoded(source), int) - np.asarray(picture(), int)
    assert np.abs(difference).mean() < 4


def test_colours_are_converted_to_srgb(tmp_path: Path) -> None:
    """
    A picture tagged with a profile whose red and blue are swapped is seen swapped back.
    """
    lab = ImageCms.createProfile("LAB")
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = bytearray(srgb)
    red, blue = (srgb.index(tag) + 4 for tag in (b"rXYZ", b"bXYZ"))
    swapped[red : red + 8], swapped[blue : blue + 8] = srgb[blue : blue + 8], srgb[red : red + 8]
    source = saved(picture(), tmp_path / "a.png", icc_profile=bytes(swapped))
    image = np.asarray(decoded(source), int)
    assert np.abs(image - np.asarray(picture(), int)[..., ::-1]).mean() < 6
    broken = saved(picture(), tmp_path / "b.png", icc_profile=b"no profile at all")
    assert np.array_equal(np.asarray(decoded(broken)), np.asarray(picture()))
    unfit = saved(
        picture(), tmp_path / "c.png", icc_profile=ImageCms.ImageCmsProfile(lab).tobytes()
    )
    assert np.array_equal(np.asarray(decoded(unfit)), np.asarray(picture()))


def test_nothing_but_pixels_is_stored(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010E] = "SECRET-NOTE"
    exif.get_ifd(0x8825)[1] = "SECRET-PLACE"
    source = saved(picture(), tmp_path / "a.jpg", exif=exif, comment=b"SECRET-COMMENT")
    source.write_bytes(source.read_bytes() + b"<script>SECRET-TAIL</script>")
    target = tmp_path / "t.png"
    INGEST.image(source, target)
    assert b"SECRET" not in target.read_bytes()
    with Image.open(target) as stored:
        stored.load()
        assert stored.info == {}


def test_of_an_animation_the_first_frame_is_taken(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 40), color) for color in ("red", "green", "blue")]
    for format_ in ("WEBP", "PNG"):
        source = tmp_path / f"a.{format_}"
        frames[0].save(source, format_, save_all=True, append_images=frames[1:], lossless=True)
        assert decoded(source).convert("RGB").getpixel((20, 20)) == (255, 0, 0)


def test_a_huge_picture_is_stored_smaller_and_a_strip_keeps_its_height(tmp_path: Path) -> None:
    target = tmp_path / "t.png"
    facts = INGEST.image(saved(Image.new("RGB", (6000, 3000)), tmp_path / "a.jpg"), target)
    assert (facts.width, facts.height) == (4096, 2048)
    facts = INGEST.image(saved(Image.new("RGB", (10000, 100)), tmp_path / "b.png"), target)
    assert (facts.width, facts.height) == (10000, 100)


def test_the_facts_are_those_of_the_stored_file(tmp_path: Path) -> None:
    import hashlib

    target = tmp_path / "t.png"
    facts = INGEST.image(saved(picture(), tmp_path / "a.webp"), target)
    content = target.read_bytes()
    assert (facts.size_bytes, facts.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def test_the_name_decides_nothing(tmp_path: Path) -> None:
    assert decoded(saved(picture(), tmp_path / "a.gif", format="PNG")).size == (64, 48)
    assert "GIF" in refusal(saved(picture(), tmp_path / "a.png", format="GIF"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"just some words", "text, not an image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "AVIF"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "PNG image is broken"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 64, "JPEG image is broken"),
        (b"RIFF\x20\0\0\0WEBPVP8 " + b"\0" * 64, "WebP image is broken"),
        (b"\x93\x1c\x05\xe1\x7a\x02\xb4\x2d" + b"\xfe" * 64, "no format we know"),
    ],
)
def test_what_is_no_picture_is_refused_with_the_fault_and_the_fix(
    content: bytes, words: str, tmp_path: Path
) -> None:
    source = tmp_path / "upload.jpg"
    source.write_bytes(content)
    message = refusal(source)
    assert words in message
    assert "PNG, JPEG or WebP" in message or "save it again" in message


@pytest.mark.parametrize("format_", ["GIF", "BMP", "TIFF"])
def test_other_picture_formats_are_refused_by_name(format_: str, tmp_path: Path) -> None:
    message = refusal(saved(picture(), tmp_path / "a", format=format_))
    assert f"{format_} image" in message
    assert "convert it to PNG, JPEG or WebP" in message


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP"])
def test_a_picture_cut_off_is_refused(format_: str, tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (80, 80, 3), np.uint8)
    source = saved(Image.fromarray(noise), tmp_path / "a", format=format_)
    source.write_bytes(source.read_bytes()[: source.stat().st_size // 2])
    assert "cut off" in refusal(source)


def png_claiming(width: int, height: int) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(60000, 60000), (20000, 10), (9000, 9000)])
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int], tmp_path: Path) -> None:
    source = tmp_path / "a.png"
    source.write_bytes(png_claiming(*size))
    message = refusal(source)
    assert f"{size[0]} x {size[1]}" in message
    assert "50 megapixels" in message


def test_a_webp_bomb_is_refused_by_the_size_it_claims(tmp_path: Path) -> None:
    source = saved(Image.new("RGB", (16000, 4000)), tmp_path / "a.webp", lossless=True, method=0)
    assert "16000 x 4000" in refusal(source)


def test_a_picture_of_nothing_is_refused(tmp_path: Path) -> None:
    picture_of_air = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    assert "see-through all over" in refusal(saved(picture_of_air, tmp_path / "a.png"))


def test_a_picture_too_small_to_be_seen_is_refused_with_the_limit(tmp_path: Path) -> None:
    message = refusal(saved(Image.new("RGB", (1, 1)), tmp_path / "a.png"))
    assert "1 x 1" in message
    assert "32" in message


@pytest.mark.filterwarnings("error")
def test_a_missing_file_is_the_machines_fault(tmp_path: Path) -> None:
    with pytest.raises(PortError):
        INGEST.image(tmp_path / "gone.png", tmp_path / "t.png")


# Sniffing


@given(st.binary(max_size=600))
def test_sniffing_takes_any_bytes(head: bytes) -> None:
    assert sniff(head).name


@pytest.mark.parametrize(
    ("head", "kind", "format_"),
    [
        (b"ID3\x04\0\0\0\0\0\0", Kind.SOUND, "mp3"),
        (b"\xff\xfb\x90\x64" + bytes(8), Kind.SOUND, "mp3"),
        (b"\xff\xf1\x50\x80" + bytes(8), Kind.SOUND, "aac"),
        (b"RIFF\0\0\0\0WAVEfmt ", Kind.SOUND, "wav"),
        (b"OggS\0\2", Kind.SOUND, "ogg"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", Kind.SOUND, "m4a"),
        (b"\0\0\0\x20ftypisom\0\0\0\0", Kind.FOOTAGE, "mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0", Kind.FOOTAGE, "mov"),
        (b"\0\0\0\x08wide\0\0\0\0mdat", Kind.FOOTAGE, "mov"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", Kind.FOOTAGE, "webm"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", Kind.OTHER, "mkv"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", Kind.OTHER, "playlist"),
        (b"ffconcat version 1.0\nfile a\n", Kind.OTHER, "playlist"),
        (b"\xff\xfe\x00\x00", Kind.OTHER, "unknown"),
        ("Grüße".encode(), Kind.OTHER, "text"),
    ],
)
def test_formats_are_told_by_their_first_bytes(head: bytes, kind: Kind, format_: str) -> None:
    assert (sniff(head).kind, sniff(head).format) == (kind, format_)


# Sounds

SINE = ("-f", "lavfi", "-i", "sine=440:d=1")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("a.mp3", ("-b:a", "64k")),
        ("a.wav", ("-ar", "8000", "-ac", "1")),
        ("b.wav", ("-c:a", "pcm_f32le")),
        ("c.wav", ("-c:a", "pcm_s24le", "-ar", "96000")),
        ("a.ogg", ("-c:a", "libvorbis")),
        ("b.ogg", ("-c:a", "libopus")),
        ("a.aac", ()),
        ("a.m4a", ("-ac", "6")),
        ("a.mp4", ("-c:a", "aac")),
    ],
)
def test_a_sound_of_any_format_becomes_48_khz_stereo_wav(
    name: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    source = made(tmp_path / name, *SINE, *options).rename(tmp_path / "upload.bin")
    target = tmp_path / "t.wav"
    facts = INGEST.sound(source, target)
    with wave.open(str(target)) as sound:
        shape = (sound.getframerate(), sound.getnchannels(), sound.getsampwidth())
        samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16).reshape(-1, 2)
    assert shape == (48000, 2, 2)
    assert facts.duration_seconds == pytest.approx(1, abs=0.08)
    assert facts.duration_seconds == len(samples) / 48000
    spectrum = np.abs(np.fft.rfft(samples[4800:43200, 0].astype(float)))
    assert spectrum.argmax() * 48000 / 38400 == pytest.approx(440, abs=3)


def test_a_cover_and_tags_do_not_disturb(tmp_path: Path) -> None:
    cover = saved(picture(), tmp_path / "cover.png")
    options = ["-i", str(cover), "-map", "0", "-map", "1", "-c:v", "mjpeg"]
    options += ["-disposition:v", "attached_pic", "-metadata", "title=SECRET"]
    source = made(tmp_path / "a.mp3", *SINE, *options)
    target = tmp_path / "t.wav"
    assert INGEST.sound(source, target).duration_seconds == pytest.approx(1, abs=0.08)
    assert b"SECRET" not in target.read_bytes()


def test_a_video_is_no_sound_and_neither_is_text(tmp_path: Path) -> None:
    video = made(tmp_path / "a.mp4", *TEST, *SINE, "-shortest", "-pix_fmt", "yuv420p")
    assert "video, not a sound" in refusal(video, INGEST.sound)
    webm = made(tmp_path / "a.webm", *TEST)
    assert "WebM video" in refusal(webm, INGEST.sound)
    assert "PNG image" in refusal(saved(picture(), tmp_path / "b.mp3", format="PNG"), INGEST.sound)
    text = tmp_path / "c.mp3"
    text.write_text("la la la")
    assert "text, not a sound" in refusal(text, INGEST.sound)
    text.write_bytes(b"")
    assert "empty" in refusal(text, INGEST.sound)
    text.write_bytes(b"fLaC" + bytes(60))
    assert "FLAC" in refusal(text, INGEST.sound)
    text.write_bytes(b"\xff\xfb\x90\x64" + bytes(9000))
    assert "broken" in refusal(text, INGEST.sound)
    silent = made(tmp_path / "d.mp4", *TEST, "-an", "-pix_fmt", "yuv420p")
    assert "video" in refusal(silent, INGEST.sound)


# Footage

TEST = ("-f", "lavfi", "-i", "testsrc2=s=64x36:r=24:d=1")
QUICK = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Conform to a tenth of the size: what is tested here does not depend on it.
    """
    monkeypatch.setattr(footage, "SHORT_SIDE", 72)
    monkeypatch.setattr(footage, "LONG_SIDE_MAX", 192)


def test_a_clip_becomes_720p_at_30_frames_without_sound(tmp_path: Path) -> None:
    source = made(
        tmp_path / "a.mp4", *TEST, *SINE, *QUICK, "-metadata", "title=SECRET", "-shortest"
    )
    target = tmp_path / "t.mp4"
    facts = INGEST.footage(source, target)
    assert (facts.width, facts.height, facts.frames) == (1280, 720, 30)
    said = probed(target)
    assert "h264 (High)" in said
    assert "yuv420p(tv, bt709" in said
    assert "1280x720" in said
    assert "30 fps" in said
    assert "frame=   30" in said
    assert "Audio" not in said
    content = target.read_bytes()
    assert b"SECRET" not in content
    assert content.index(b"moov") < content.index(b"mdat")
    assert facts.size_bytes == len(content)


@pytest.mark.parametrize(
    ("name", "size", "options"),
    [
        ("a.mp4", (64, 36), QUICK),
        ("b.mov", (36, 64), QUICK),
        ("c.webm", (48, 36), ("-c:v", "libvpx", "-b:v", "200k")),
        ("d.webm", (40, 40), ("-c:v", "libvpx-vp9", "-b:v", "200k", "-deadline", "realtime")),
        ("e.mov", (64, 36), ("-c:v", "prores_ks")),
        ("f.mp4", (64, 36), ("-c:v", "libx264", "-pix_fmt", "yuv444p10le")),
        ("g.mp4", (150, 20), QUICK),
    ],
)
def test_every_shape_and_codec_keeps_its_shape(
    small: None, name: str, size: tuple[int, int], options: tuple[str, ...], tmp_path: Path
) -> None:
    lavfi = ("-f", "lavfi", "-i", f"testsrc2=s={size[0]}x{size[1]}:r=25:d=0.4")
    source = made(tmp_path / name, *lavfi, *options).rename(tmp_path / "upload")
    facts = INGEST.footage(source, tmp_path / "t.mp4")
    assert facts.frames == 12
    assert facts.width / facts.height == pytest.approx(size[0] / size[1], rel=0.03)
    assert facts.width % 2 == facts.height % 2 == 0
    assert min(facts.width, facts.height) == 72 or max(facts.width, facts.height) == 192


def test_a_telephone_held_upright_gives_an_upright_clip(small: None, tmp_path: Path) -> None:
    flat = made(tmp_path / "a.mp4", "-f", "lavfi", "-i", "color=blue:s=64x36:d=0.2", *QUICK)
    turned = made(tmp_path / "b.mp4", "-display_rotation", "90", "-i", str(flat), "-c", "copy")
    facts = INGEST.footage(turned, tmp_path / "t.mp4")
    assert (facts.width, facts.height) == (72, 128)


def test_a_single_picture_is_no_clip(small: None, tmp_path: Path) -> None:
    source = made(tmp_path / "a.mp4", *TEST, "-frames:v", "1", *QUICK)
    with pytest.raises(ClipFormatError, match="single picture"):
        INGEST.footage(source, tmp_path / "t.mp4")
    assert not (tmp_path / "t.mp4").exists()


def test_oblong_pixels_become_square(small: None, tmp_path: Path) -> None:
    source = made(tmp_path / "a.mp4", *TEST, "-vf", "setsar=4/3", "-frames:v", "3", *QUICK)
    facts = INGEST.footage(source, tmp_path / "t.mp4")
    assert facts.width / facts.height == pytest.approx(64 * 4 / 3 / 36, rel=0.03)


@pytest.mark.parametrize(
    ("tags", "size"),
    [
        (("bt709", "bt709"), "64x36"),
        (("smpte170m", "bt601"), "64x36"),
        ((None, "bt601"), "64x36"),
        ((None, "bt709"), "1280x720"),
    ],
)
def test_colours_survive_whatever_matrix_they_came_in(
    small: None, tags: tuple[str | None, str], size: str, tmp_path: Path
) -> None:
    tag, matrix = tags
    lavfi = ("-f", "lavfi", "-i", f"color=0xC83C28:s={size}:d=0.2,format=gbrp")
    scale = ("-vf", f"scale=out_color_matrix={matrix}:out_range=tv,format=yuv420p")
    marks = ("-colorspace", tag, "-color_primaries", tag, "-color_trc", tag) if tag else ()
    if tag is None:
        scale = (scale[0], scale[1] + ",setparams=colorspace=unknown")
    source = made(tmp_path / "a.mp4", *lavfi, *scale, "-c:v", "libx264", "-qp", "4", *marks)
    facts = INGEST.footage(source, tmp_path / "t.mp4")
    color = first_frame(tmp_path / "t.mp4", facts.width, facts.height).mean(axis=(0, 1))
    assert np.abs(color - (200, 60, 40)).max() < 6


def test_high_dynamic_range_is_mapped_to_a_standard_screen(small: None, tmp_path: Path) -> None:
    """
    PQ codes of 203 cd/m2 white are seen as bright white, not as the grey they are coded as.
    """
    lavfi = ("-f", "lavfi", "-i", "color=gray:s=64x36:d=0.2,format=yuv420p10le")
    grey = ("-vf", "lutyuv=y=64+876*0.58:u=512:v=512")
    marks = ("-colorspace", "bt2020nc", "-color_primaries", "bt2020", "-color_trc", "smpte2084")
    x265 = "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:lossless=1"
    source = made(
        tmp_path / "a.mp4", *lavfi, *grey, "-c:v", "libx265", "-x265-params", x265, *marks
    )
    facts = INGEST.footage(source, tmp_path / "t.mp4")
    color = first_frame(tmp_path / "t.mp4", facts.width, facts.height).mean(axis=(0, 1))
    assert color.min() > 170
    assert color.max() - color.min() < 6
    assert "yuv420p(tv, bt709" in probed(tmp_path / "t.mp4")


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.webm", ("libvpx", "-auto-alt-ref", "0", "-pix_fmt", "yuva420p")),
        ("a.webm", ("libvpx-vp9", "-auto-alt-ref", "0", "-pix_fmt", "yuva420p")),
        ("a.mov", ("prores_ks", "-pix_fmt", "yuva444p10le")),
        ("a.mov", ("png",)),
    ],
)
def test_a_clip_that_is_seen_through_stands_on_black_whatever_lies_under_it(
    name: str, codec: tuple[str, ...], small: None, tmp_path: Path
) -> None:
    hidden = "nullsrc=s=96x72:r=10:d=0.3,format=rgba,geq=r=0:g=255:b=0:a='255*lt(X,48)'"
    seen = "[0:v]drawbox=w=48:h=72:c=red:t=fill:replace=0"
    source = made(
        tmp_path / name, "-f", "lavfi", "-i", hidden, "-filter_complex", seen, "-c:v", *codec
    )
    facts = INGEST.footage(source, tmp_path / "t.mp4")
    frame = first_frame(tmp_path / "t.mp4", facts.width, facts.height)
    left, right = (half.mean(axis=(0, 1)) for half in np.split(frame[:, :], 2, axis=1))
    assert left[0] > 180
    assert left[1] < 60
    assert right.max() < 20


def test_dolby_vision_is_taken_where_others_see_its_colours_too(
    small: None, tmp_path: Path, dolby: Callable[[Path, int, int], None]
) -> None:
    def clip(profile: int, compatibility: int) -> Path:
        source = made(tmp_path / "a.mp4", *TEST, *QUICK)
        dolby(source, profile, compatibility)
        return source

    told = refusal(clip(5, 0), INGEST.footage)
    assert "Dolby Vision of profile 5" in told
    assert "HDR10, HLG or BT.709" in told
    for profile, compatibility in ((8, 1), (8, 4), (7, 6)):
        assert INGEST.footage(clip(profile, compatibility), tmp_path / "t.mp4").frames > 1


def test_pictures_that_change_their_size_play_on(small: None, tmp_path: Path) -> None:
    stream, part = tmp_path / "a.h264", tmp_path / "part.h264"
    with stream.open("wb") as out:
        for size in ("64x36", "32x64"):
            made(part, "-f", "lavfi", "-i", f"testsrc2=s={size}:r=30:d=1", *QUICK)
            out.write(part.read_bytes())
    clip = made(tmp_path / "a.mp4", "-r", "30", "-i", str(stream), "-c", "copy")
    assert INGEST.footage(clip, tmp_path / "t.mp4").frames == 60


def test_a_codec_that_is_not_taken_is_named(tmp_path: Path) -> None:
    clip = made(tmp_path / "a.mov", *TEST, "-c:v", "cinepak")
    assert "cinepak" in refusal(clip, INGEST.footage)
    tiny = made(tmp_path / "b.mp4", "-f", "lavfi", "-i", "testsrc2=s=8x8:r=30:d=1", *QUICK)
    assert "8 x 8 pixels" in refusal(tiny, INGEST.footage)


def test_a_variable_frame_rate_becomes_constant(small: None, tmp_path: Path) -> None:
    source = made(
        tmp_path / "a.mp4",
        *TEST,
        "-vf",
        "select='not(mod(n,3))+lt(n,8)'",
        "-fps_mode",
        "vfr",
        *QUICK,
    )
    assert INGEST.footage(source, tmp_path / "t.mp4").frames == pytest.approx(28, abs=3)


@pytest.mark.parametrize(("seconds", "frames"), [("30", 900), ("30.033", 901)])
def test_thirty_seconds_are_taken(small: None, seconds: str, frames: int, tmp_path: Path) -> None:
    lavfi = ("-f", "lavfi", "-i", f"color=red:s=32x18:r=30:d={seconds}")
    source = made(tmp_path / "a.mp4", *lavfi, *QUICK)
    assert INGEST.footage(source, tmp_path / "t.mp4").frames == frames


@pytest.mark.parametrize("seconds", ["30.1", "31", "120"])
def test_a_longer_clip_is_refused_with_the_limit(small: None, seconds: str, tmp_path: Path) -> None:
    lavfi = ("-f", "lavfi", "-i", f"color=red:s=32x18:r=30:d={seconds}")
    source = made(tmp_path / "a.mp4", *lavfi, *QUICK)
    with pytest.raises(ClipTooLongError, match="30 s"):
        INGEST.footage(source, tmp_path / "t.mp4")
    assert not (tmp_path / "t.mp4").exists()


def test_a_clip_of_too_many_bytes_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "a.mp4"
    with source.open("wb") as file:
        file.truncate(100 * 1024 * 1024 + 1)
    with pytest.raises(ClipTooLargeError, match="100 MB"):
        INGEST.footage(source, tmp_path / "t.mp4")


def test_the_same_clip_gives_the_same_bytes(small: None, tmp_path: Path) -> None:
    source = made(tmp_path / "a.mp4", *TEST, *QUICK)
    one = INGEST.footage(source, tmp_path / "one.mp4")
    two = INGEST.footage(source, tmp_path / "two.mp4")
    assert one == two


def test_what_is_no_clip_is_refused_by_name(tmp_path: Path) -> None:
    text = tmp_path / "a.mp4"
    for content, words in (
        (b"", "empty"),
        (b"not a film", "text"),
        (b"GIF89a" + bytes(40), "GIF"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", "Matroska"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isom" + bytes(100), "broken"),
    ):
        text.write_bytes(content)
        assert words in refusal(text, INGEST.footage)
    sound = made(tmp_path / "b.mp4", *SINE, "-c:a", "aac")
    assert "no picture" in refusal(sound, INGEST.footage)


def test_a_clip_cut_off_is_refused_when_most_is_gone_and_taken_when_most_is_there(
    small: None, tmp_path: Path
) -> None:
    source = made(
        tmp_path / "a.mp4", "-f", "lavfi", "-i", "testsrc2=s=64x36:r=30:d=4", *QUICK, "-g", "15",
        "-movflags", "+faststart",
    )  # fmt: skip
    content = source.read_bytes()
    start = content.index(b"mdat")
    for share, taken in ((0.3, False), (0.95, True)):
        source.write_bytes(content[: start + int((len(content) - start) * share)])
        if taken:
            assert 100 <= INGEST.footage(source, tmp_path / "t.mp4").frames <= 120
        else:
            assert "cut off" in refusal(source, INGEST.footage)


@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{secret}'\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
        "<MPD xmlns='urn:mpeg:dash:schema:mpd:2011'><BaseURL>{secret}</BaseURL></MPD>",
    ],
)
def test_a_playlist_named_as_media_opens_no_other_file(playlist: str, tmp_path: Path) -> None:
    secret = made(tmp_path / "secret.mp4", *TEST, *QUICK)
    # A box that sniffs as MP4 in front, so that the reader is asked at all.
    for head in (b"", b"\0\0\0\x10ftypisom\0\0\0\0"):
        for take in (INGEST.footage, INGEST.sound, INGEST.image):
            source = tmp_path / "upload.mp4"
            source.write_bytes(head + playlist.format(secret=secret).encode())
            refusal(source, take)


# The confinement itself


@pytest.mark.parametrize(
    ("code", "limits"),
    [
        ("x = bytearray(900 << 20)", confined.Limits(memory_bytes=300 << 20)),
        ("while True: pass", confined.Limits(cpu_seconds=1)),
        ("import time; time.sleep(60)", confined.Limits(wall_seconds=0.5)),
        (
            "f = open('big', 'wb')\nfor _ in range(9): f.write(bytes(1 << 20)); f.flush()",
            confined.Limits(file_bytes=3 << 20),
        ),
    ],
    ids=["memory", "cpu", "time", "disk"],
)
def test_a_child_that_wants_too_much_is_ended(
    code: str, limits: confined.Limits, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.chdir(tmp_path)
    began = time.monotonic()
    ended = confined.run([sys.executable, "-c", code], limits)
    assert ended.code != 0
    assert time.monotonic() - began < 20
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 3 << 20


def test_nothing_of_a_childs_session_outlives_it(tmp_path: Path) -> None:
    import sys

    mark = f"mark-{os.getpid()}-{time.monotonic_ns()}"
    sleeper = "import time; time.sleep(60)"
    code = (
        f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {sleeper!r}, {mark!r}])"
    )
    assert confined.run([sys.executable, "-c", code], confined.Limits()).code == 0
    until = time.monotonic() + 30
    while time.monotonic() < until:
        listing = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True)
        if mark not in listing.stdout:
            return
        time.sleep(0.05)
    raise AssertionError("a grandchild goes on")


def test_a_picture_decoded_in_a_child_costs_this_process_nothing(tmp_path: Path) -> None:
    source = io.BytesIO()
    Image.new("L", (7000, 7000), 90).save(source, "PNG")
    path = tmp_path / "a.png"
    path.write_bytes(source.getvalue())
    facts = INGEST.image(path, tmp_path / "t.png")
    assert (facts.width, facts.height) == (4096, 4096)
