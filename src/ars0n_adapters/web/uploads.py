"""
A multipart body, written to disk as it arrives.

Nothing but the chunk in hand is in memory; a file's kind is read from its first bytes,
and the kind's size limit ends the upload while it is still arriving.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from attrs import define, field
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from ars0n_core import assets
from ars0n_core.errors import ClipTooLargeError, InvalidRequestError, UploadRefusedError

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

BOUNDARY_BYTES_MAX: Final = 70  # RFC 2046
FIELD_BYTES_MAX: Final = 1_000
FIELDS_MAX: Final = 20
NAME_CHARACTERS_MAX: Final = 200
_OVERHEAD_BYTES_MAX: Final = 65_536
_MEGABYTE: Final = 1_048_576
_PLAIN: Final = (b"binary", b"7bit", b"8bit")  # RFC 7578 knows no others any more


@define
class Upload:
    """
    What came: the file on disk, its name as sent, and the text fields.
    """

    path: Path
    file_name: str = ""
    fields: dict[str, str] = field(factory=dict)
    size_bytes: int = 0
    has_file: bool = False


async def receive(content_type: str, chunks: AsyncIterator[bytes], folder: Path) -> Upload:
    """
    Write the ``file`` part of a multipart body into *folder* and return what came.

    Raises:
        InvalidRequestError: It is no such body, or has no file.
        UploadRefusedError: The file is larger than its kind may be.
        ClipTooLargeError: The same, of footage.
    """
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if kind != b"multipart/form-data" or not boundary:
        raise InvalidRequestError({"file": ["Send the file as multipart/form-data"]})
    if len(boundary) > BOUNDARY_BYTES_MAX:
        message = f"The multipart boundary may have {BOUNDARY_BYTES_MAX} characters"
        raise InvalidRequestError({"file": [message]})
    with (folder / "upload").open("wb") as file:
        reader = _Reader(Upload(folder / "upload"), file)
        parser = MultipartParser(boundary, reader.callbacks())  # type: ignore[arg-type]  # a TypedDict of these
        total = 0
        try:
            async for chunk in _from_boundary(boundary, chunks):
                total += len(chunk)
                if total > _most() + _OVERHEAD_BYTES_MAX:
                    raise _too_large(assets.AssetKind.VIDEO)
                parser.write(chunk)
            parser.finalize()
        except FormParserError:
            raise InvalidRequestError({"file": ["The multipart body is broken"]}) from None
    if not reader.ended:
        raise InvalidRequestError({"file": ["The upload ended before the file was complete"]})
    if not reader.upload.has_file:
        raise InvalidRequestError({"file": reader.what_is_missing()})
    if reader.upload.size_bytes == 0:
        raise UploadRefusedError({"file": ["The file is empty"]})
    return reader.upload


async def _from_boundary(
    boundary: bytes, chunks: AsyncIterator[bytes]
) -> AsyncGenerator[bytes, None]:
    """
    Yield *chunks* from the first boundary on: what stands before it is for readers of the
    mails that multipart was made for (RFC 2046, 5.1.1), and for nobody here.
    """
    opening, delimiter, is_open = b"", b"--" + boundary, True
    async for chunk in chunks:
        if not is_open:
            yield chunk
            continue
        opening += chunk
        start = 0 if opening.startswith(delimiter) else opening.find(b"\r\n" + delimiter)
        if start >= 0:
            is_open = False
            yield opening[start:]
        elif len(opening) > _OVERHEAD_BYTES_MAX:
            break
    if is_open:
        yield opening


def _most() -> int:
    return max(assets.SIZE_BYTES_MAX.values())


def _too_large(kind: assets.AssetKind) -> InvalidRequestError:
    most = assets.SIZE_BYTES_MAX[kind] // _MEGABYTE
    message = f"The {kind} is larger than {most} MB"
    refused = ClipTooLargeError if kind is assets.AssetKind.VIDEO else UploadRefusedError
    return refused({"file": [message]})


class _Reader:
    """
    The parser's callbacks: parts to the file or to the fields.
    """

    def __init__(self, upload: Upload, file: IO[bytes]) -> None:
        self.upload = upload
        self.ended = False
        self._file = file
        self._head = b""
        self._kind: assets.AssetKind | None = None
        self._header_name = b""
        self._header_value = b""
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._is_file = False
        self._passed_over: list[str] = []
        self._is_passed_over = False
        self._value = b""
        self._parts = 0

    def callbacks(self) -> dict[str, object]:
        """
        Return the callbacks by the parser's names.
        """
        return {
            "on_part_begin": self._begin,
            "on_part_data": self._part,
            "on_part_end": self._end_part,
            "on_header_field": self._add_name,
            "on_header_value": self._add_value,
            "on_header_end": self._end_header,
            "on_headers_finished": self._end_headers,
            "on_end": self._end,
        }

    def what_is_missing(self) -> list[str]:
        """
        Return what is wrong if no file came, with the name it came under instead.
        """
        if not self._passed_over:
            return ["Required"]
        name = self._passed_over[0]
        return ["Required", f'A file came as "{name}": the form field must be called "file"']

    def _begin(self) -> None:
        self._headers, self._value, self._is_file, self._name = {}, b"", False, ""
        self._is_passed_over = False
        self._parts += 1
        if self._parts > FIELDS_MAX:
            raise InvalidRequestError(form_errors=[f"At most {FIELDS_MAX} form fields"])

    def _add_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name = self._bounded(self._header_name + data[start:end])

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value = self._bounded(self._header_value + data[start:end])

    def _end_header(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _end_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._is_file = self._name == "file"
        self._is_passed_over = not self._is_file and b"filename" in options
        if self._is_passed_over:
            self._passed_over.append(self._name[:NAME_CHARACTERS_MAX])
        if self._is_file:
            self._require_plain()
            if self.upload.has_file:
                raise InvalidRequestError({"file": ["Send one file at a time"]})
            self.upload.has_file = True
            name = options.get(b"filename", b"").decode("utf-8", "replace")
            self.upload.file_name = name.replace("\\", "/").rpartition("/")[2][:NAME_CHARACTERS_MAX]

    def _require_plain(self) -> None:
        encoding = self._headers.get(b"content-transfer-encoding", b"binary").strip()
        if encoding.lower() not in _PLAIN:
            named = encoding.decode("latin-1")[:NAME_CHARACTERS_MAX]
            message = (
                f"Send the file's bytes as they are, without Content-Transfer-Encoding {named}"
            )
            raise InvalidRequestError({"file": [message]})

    def _part(self, data: bytes, start: int, end: int) -> None:
        if self._is_passed_over:
            return
        if not self._is_file:
            self._value = self._bounded(self._value + data[start:end], self._name)
            return
        self._look_at(data[start:end])
        self.upload.size_bytes += end - start
        kind = self._kind or assets.AssetKind.VIDEO
        if self.upload.size_bytes > assets.SIZE_BYTES_MAX[kind]:
            raise _too_large(kind)
        self._file.write(memoryview(data)[start:end])

    def _look_at(self, data: bytes) -> None:
        if self._kind is None and len(self._head) < assets.HEAD_BYTES:
            self._head += data[: assets.HEAD_BYTES - len(self._head)]
            found = assets.sniff(self._head)
            self._kind = found[0] if found else None

    def _end_part(self) -> None:
        if self._name and not self._is_file and not self._is_passed_over:
            self.upload.fields[self._name[:NAME_CHARACTERS_MAX]] = self._value.decode(
                "utf-8", "replace"
            )

    def _end(self) -> None:
        self.ended = True

    @staticmethod
    def _bounded(value: bytes, name: str = "") -> bytes:
        if len(value) > FIELD_BYTES_MAX:
            fault = f"At most {FIELD_BYTES_MAX} bytes"
            if not name:
                raise InvalidRequestError(form_errors=[f"A part's headers: {fault.lower()} each"])
            raise InvalidRequestError({name[:NAME_CHARACTERS_MAX]: [fault]})
        return value
