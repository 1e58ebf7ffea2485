"""
The mark that an ad was made with AI, in the file and beside it, for machines to read.

Regulation (EU) 2024/1689, Article 50(2), asks that synthetic sound and pictures be marked
in a machine-readable way. **Owns** where each container keeps the mark, and the sidecar
that says what came from which model. **Does not own** what is marked (`timelines`), nor
signatures: a deployment with a certificate adds them. **Invariants**: coded picture
and sound are not touched, only moved; the same file and facts give the same bytes;
prompts are never written, only their SHA-256.

Start at `mark`.
"""

from __future__ import annotations

import hashlib
import json
import struct
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from attrs import asdict

from ars0n_core.compositor import boxes, ffmpeg
from ars0n_core.compositor.disks import writing
from ars0n_core.errors import CompositorError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import BinaryIO

    from ars0n_core.timelines import Provenance, Source
    from ars0n_core.work import Json

XMP_UUID: Final = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""
The box in which MP4 files keep XMP (XMP specification, part 3).
"""

NOTE: Final = "Made with AI. Digital source type: "
COPY_BYTES: Final = 1 << 20


def prompt_sha256(prompt: str) -> str:
    """
    Return what names a prompt without telling it.
    """
    return hashlib.sha256(prompt.encode()).hexdigest()


def sidecar(provenance: Provenance, path: Path) -> dict[str, Json]:
    """
    Return the facts about the finished file at *path*, found again by its SHA-256.
    """
    with path.open("rb") as source:
        sha256 = hashlib.file_digest(source, "sha256").hexdigest()
    kind = provenance.digital_source_type
    return {
        "provenance": 1,
        "file": path.name,
        "sha256": sha256,
        "title": provenance.title,
        "generator": provenance.generator,
        "digitalSourceType": kind,
        "sources": [_plain(source) for source in provenance.sources],
    }


def _plain(source: Source) -> dict[str, Json]:
    facts = asdict(source)
    generated = facts.pop("is_generated")
    return {**facts, "generated": generated}


def manifest(provenance: Provenance) -> dict[str, Any]:
    """
    Return the C2PA manifest definition that a signer needs: the actions, and the sources.
    """
    name, _, version = provenance.generator.partition(" ")
    action: dict[str, Any] = {"action": "c2pa.created"}
    if provenance.digital_source_type is not None:
        action["digitalSourceType"] = provenance.digital_source_type
    sources = [_plain(source) for source in provenance.sources]
    return {
        "claim_generator_info": [{"name": name, "version": version or "0"}],
        "title": provenance.title,
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [action]}},
            {"label": "org.ars0n.sources", "data": {"sources": sources}},
        ],
    }


def xmp(provenance: Provenance) -> bytes:
    """
    Return the XMP packet.
    """
    kind = provenance.digital_source_type or ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
        f"<xmp:CreatorTool>{_escaped(provenance.generator)}</xmp:CreatorTool>"
        '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">'
        f"{_escaped(provenance.title)}</rdf:li></rdf:Alt></dc:title>"
        f"<Iptc4xmpExt:DigitalSourceType>{_escaped(kind)}</Iptc4xmpExt:DigitalSourceType>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def _escaped(words: str) -> str:
    """
    Return *words* as text between tags. (What the library's XML package has for this brings in
    an HTTP client, a tenth of a second of every command.)
    """
    return escape(_clean(words), quote=False)


def _clean(text: str) -> str:
    """
    Return *text* without what XML can't hold: controls, lone surrogates, non-characters.
    """
    whole = text.encode("utf-8", "ignore").decode()
    return "".join(c for c in whole if c >= " " and c not in "\ufffe\uffff")


def mark(path: Path, provenance: Provenance) -> Path:
    """
    Mark the MP4, MP3 or WAVE file at *path*, in place, and write its sidecar beside it; return
    the sidecar's path. An ad in which no model took part gets only the sidecar.

    Raises:
        CompositorError: It is none of these, or can't be written.
    """
    embed(path, provenance)
    return tell(path, provenance)


def embed(path: Path, provenance: Provenance) -> None:
    """
    Mark the MP4, MP3 or WAVE file at *path*, in place, if a model took part.

    Raises:
        CompositorError: It is none of these, or can't be written.
    """
    with writing():
        if provenance.digital_source_type is not None:
            _rewrite(path, provenance)


def tell(path: Path, provenance: Provenance) -> Path:
    """
    Write the sidecar of the finished file at *path* beside it, and return where it is.

    Raises:
        CompositorError: It can't be written.
    """
    beside = path.with_name(f"{path.name}.provenance.json")
    part = beside.with_name(f"{beside.name}.part")
    try:
        told = json.dumps(sidecar(provenance, path), indent=2, ensure_ascii=False) + "\n"
        part.write_text(told, encoding="utf-8")
        part.replace(beside)
    except OSError as error:
        raise ffmpeg.of_disk(error) from error
    finally:
        part.unlink(missing_ok=True)
    return beside


def _rewrite(path: Path, provenance: Provenance) -> None:
    writers = {".mp4": _mp4, ".mp3": _mp3, ".wav": _wave}
    writer = writers.get(path.suffix.lower())
    if writer is None:
        raise CompositorError(f"{path.name} can't be marked: only {', '.join(writers)} files can")
    part = path.with_name(f"{path.name}.part")
    try:
        with path.open("rb") as source, part.open("wb") as out:
            writer(source, out, provenance)
        part.replace(path)
    except (struct.error, ValueError) as error:
        raise CompositorError(f"{path.name} is not a whole {path.suffix[1:]} file") from error
    finally:
        part.unlink(missing_ok=True)


def _note(provenance: Provenance) -> bytes:
    return f"{NOTE}{provenance.digital_source_type}".encode()


def _mp4(source: BinaryIO, out: BinaryIO, provenance: Provenance) -> None:
    """
    Add a comment to the movie box, which pushes all media back, and XMP at the end.
    """
    pieces = list(_boxes(source))
    moov = next((content for kind, content, _ in pieces if kind == b"moov"), None)
    if moov is None:
        raise ValueError("no moov box")
    text = _note(provenance)
    data = _box(b"data", struct.pack(">II", 1, 0) + text)
    handler = _box(b"hdlr", struct.pack(">II4s4s", 0, 0, b"mdir", b"appl") + bytes(9))
    items = _box(b"ilst", _box(b"\xa9cmt", data))
    udta = _box(b"udta", _box(b"meta", bytes(4) + handler + items))
    kinds = [kind for kind, _, _ in pieces]
    moves = b"mdat" in kinds and kinds.index(b"moov") < kinds.index(b"mdat")
    kept = b"".join(
        _box(kind, content) for kind, content in boxes.boxes_of(moov) if kind != b"udta"
    )
    shift = len(kept) + len(udta) - len(moov) if moves else 0
    for kind, _, (start, size) in pieces:
        if kind == b"moov":
            out.write(_box(b"moov", _moved(kept, shift) + udta))
        elif kind != b"uuid":
            _copy(source, out, start, size)
    out.write(_box(b"uuid", XMP_UUID + xmp(provenance)))


def _boxes(source: BinaryIO) -> Iterable[tuple[bytes, bytes, tuple[int, int]]]:
    """
    Yield (kind, content of the movie box, (start, size)) of each box of the file.
    """
    end = source.seek(0, 2)
    for kind, start, head, size in boxes.outermost(source):
        if start + size > end:
            raise ValueError("a box that does not fit")
        held = boxes.content(source, start + head, size - head) if kind == b"moov" else b""
        yield kind, held, (start, size)


def _moved(content: bytes, shift: int) -> bytes:
    """
    Return boxes with every chunk's place moved by *shift* bytes.
    """
    parts = []
    for kind, inside in boxes.boxes_of(content):
        payload = inside
        if kind in boxes.CONTAINERS:
            payload = _moved(inside, shift)
        elif kind in (b"stco", b"co64"):
            form = ">u4" if kind == b"stco" else ">u8"
            places = np.frombuffer(inside, form, offset=8).astype(np.int64) + shift
            payload = inside[:8] + places.astype(form).tobytes()
        parts.append(_box(kind, payload))
    return b"".join(parts)


def _mp3(source: BinaryIO, out: BinaryIO, provenance: Provenance) -> None:
    """
    Put an ID3v2.4 tag before the sound: it is no frame, so no sample moves.
    """
    if source.read(3) == b"ID3":
        head = source.read(7)
        old = 10 + sum((byte & 0x7F) << 7 * (3 - i) for i, byte in enumerate(head[3:7]))
    else:
        old = 0
    fields = {
        "DigitalSourceType": provenance.digital_source_type or "",
        "Generator": _clean(provenance.generator),
    }
    frames = b"".join(
        _frame(b"TXXX", b"\x03" + name.encode() + b"\0" + value.encode())
        for name, value in fields.items()
    )
    frames += _frame(b"COMM", b"\x03eng\0" + _note(provenance))
    out.write(b"ID3\x04\0\0" + _synchsafe(len(frames)) + frames)
    _copy(source, out, old, source.seek(0, 2) - old)


def _frame(name: bytes, body: bytes) -> bytes:
    return name + _synchsafe(len(body)) + bytes(2) + body


def _synchsafe(number: int) -> bytes:
    return bytes(number >> 7 * i & 0x7F for i in (3, 2, 1, 0))


def _wave(source: BinaryIO, out: BinaryIO, provenance: Provenance) -> None:
    """
    Add a comment and XMP after the sound.
    """
    riff, size, form = struct.unpack("<4sI4s", source.read(12))
    if (riff, form) != (b"RIFF", b"WAVE"):
        raise ValueError("no RIFF header")
    extra = b""
    info = b"INFO" + _chunk(b"ICMT", _note(provenance) + b"\0")
    for kind, body in ((b"LIST", info), (b"_PMX", xmp(provenance))):
        extra += _chunk(kind, body)
    end = source.seek(0, 2)
    size = min(size + size % 2, end - 8)
    out.write(struct.pack("<4sI4s", b"RIFF", size + len(extra), b"WAVE"))
    _copy(source, out, 12, size - 4)
    out.write(extra)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack("<4sI", kind, len(body)) + body + bytes(len(body) % 2)


def _box(kind: bytes, content: bytes) -> bytes:
    return boxes.HEADER.pack(len(content) + 8, kind) + content


def _copy(source: BinaryIO, out: BinaryIO, start: int, size: int) -> None:
    source.seek(start)
    while size:
        piece = source.read(min(size, COPY_BYTES))
        if not piece:
            raise ValueError("the file ended early")
        out.write(piece)
        size -= len(piece)
