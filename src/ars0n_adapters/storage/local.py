"""
Blobs as files in a folder, served under signed URLs.

A signed URL is ``{base_url}/{key}?media_type=…&expires=…&signature=…`` with an HMAC-SHA256
over key, media type and expiry; `LocalBlobs.verify` is what the web adapter asks before
it serves one. Without a base URL (the command line) the URL is a ``file:`` one.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from attrs import evolve, field, frozen

from ars0n_core.errors import BlobNotFoundError, MisconfiguredError, PortError

_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*(?:/[A-Za-z0-9][A-Za-z0-9_.-]*)*\Z")


@frozen
class LocalBlobs:
    """
    A `BlobStore` in the folder *root*; *secret* signs its URLs.
    """

    root: Path
    base_url: str | None = None
    secret: bytes = field(default=b"", repr=False)

    def __attrs_post_init__(self) -> None:
        """
        Raises:
            MisconfiguredError: URLs are to be signed, and there is nothing to sign them with.
        """
        if self.base_url is not None and not self.secret:
            message = (
                "URLs that nobody can forge need a secret: give 32 random bytes, always the same"
            )
            raise MisconfiguredError(message, port="blobs")

    def below(self, base_url: str) -> LocalBlobs:
        """
        Return the same files under URLs below *base_url*, if nobody has said yet where they
        are reached, and they can be signed.
        """
        known = self.base_url is not None or not self.secret
        return self if known else evolve(self, base_url=base_url)

    def put(self, key: str, source: Path, *, media_type: str) -> None:  # noqa: ARG002 - the URL carries it
        """
        Copy the file *source* in, whole or not at all.
        """
        target = self._path(key)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            _copy_whole(source, target)
        except OSError as error:
            raise _refused("stored", key, error) from error

    def copy_to(self, key: str, target: Path) -> None:
        """
        Write the blob to *target*, whole or not at all.
        """
        source = self._path(key)
        try:
            _copy_whole(source, target)
        except FileNotFoundError as error:
            raise BlobNotFoundError(f"There is no blob {key}", port="blobs") from error
        except OSError as error:
            raise _refused("read", key, error) from error

    def exists(self, key: str) -> bool:
        """
        Whether there is a blob of this key.
        """
        return self._path(key).is_file()

    def path(self, key: str) -> Path:
        """
        Return the blob's own file, for serving; never to be written to.
        """
        path = self._path(key)
        if not path.is_file():
            raise BlobNotFoundError(f"There is no blob {key}", port="blobs")
        return path

    def url(self, key: str, *, media_type: str, expires_at: datetime) -> str:
        """
        Return a signed URL, or a ``file:`` one when there is no base URL.
        """
        path = self.path(key)
        if self.base_url is None:
            return path.resolve().as_uri()
        expires = int(expires_at.timestamp())
        query = urlencode(
            {
                "media_type": media_type,
                "expires": expires,
                "signature": self._sign(key, media_type, expires),
            }
        )
        return f"{self.base_url.rstrip('/')}/{quote(key)}?{query}"

    def verify(
        self, key: str, *, media_type: str, expires: str, signature: str, now: datetime
    ) -> bool:
        """
        Whether a URL with these parts was signed here and has not expired.
        """
        if not expires.isdecimal() or not expires.isascii() or len(expires) > len(str(2**40)):
            return False
        expected = self._sign(key, media_type, int(expires))
        return (
            hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
            and datetime.fromtimestamp(int(expires), UTC) >= now
        )

    def delete(self, key: str) -> None:
        """
        Remove the blob and the folders it leaves empty.
        """
        path = self._path(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _refused("deleted", key, error) from error
        for folder in path.parents:
            if folder == self.root:
                break
            try:
                folder.rmdir()
            except OSError:
                break

    def _path(self, key: str) -> Path:
        # Keys are ours, but a key from a URL must never leave the folder.
        if _KEY.match(key) is None:
            raise BlobNotFoundError("That is no blob key", port="blobs")
        return self.root / key

    def _sign(self, key: str, media_type: str, expires: int) -> str:
        text = "\n".join(("GET", key, media_type, str(expires)))
        return hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest()


def _copy_whole(source: Path, target: Path) -> None:
    handle, name = tempfile.mkstemp(prefix=".part-", dir=target.parent)
    os.close(handle)
    part = Path(name)
    try:
        shutil.copyfile(source, part)
        part.chmod(0o644)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _refused(verb: str, key: str, error: OSError) -> PortError:
    return PortError(f"The blob {key} could not be {verb}: {error.strerror or error}", port="blobs")
