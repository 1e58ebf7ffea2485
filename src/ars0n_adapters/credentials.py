"""
Content Credentials: a C2PA manifest signed with a deployment's own certificate.

**Owns** the one call into the signing library, which is an extra (``ars0n[c2pa]``) loaded
only here. **Does not own** what is claimed (`ars0n_core.compositor.provenance.manifest`).
**Invariants**: the file is signed whole or left as it was; keys are never kept or logged.

Start at `sign`.
"""

from __future__ import annotations

import io
import json
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from ars0n_core.compositor import provenance
from ars0n_core.errors import CompositorError, MisconfiguredError
from ars0n_core.timelines import Provenance, Source

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA_TYPES: Final = {".mp4": "video/mp4", ".mp3": "audio/mpeg", ".wav": "audio/wav"}

TRIAL: Final = Provenance(
    generator="ars0n 0", title="Silence", sources=(Source(part="sound", is_generated=True),)
)
"""
What a certificate is tried on.
"""

FIX: Final = "install ars0n[c2pa]"


@frozen(kw_only=True)
class Signer:
    """
    A deployment's identity: its certificate chain (PEM, its own first), the key to it, and
    who stamps the time, if anybody.
    """

    certificates: bytes = field(repr=False)
    private_key: bytes = field(repr=False)
    algorithm: str = "es256"
    timestamp_url: str | None = None


def read(certificates: str, private_key: str, *, algorithm: str, timestamp_url: str) -> Signer:
    """
    Return the identity in two PEM files, tried out.

    Raises:
        MisconfiguredError: One can't be read, or they can't sign.
    """
    try:
        chain, key = (
            Path(place).expanduser().read_bytes() for place in (certificates, private_key)
        )
    except OSError as error:
        message = f"{error.filename} can't be read: {error.strerror}"
        raise MisconfiguredError(message, port="settings") from error
    signer = Signer(
        certificates=chain,
        private_key=key,
        algorithm=algorithm,
        timestamp_url=timestamp_url or None,
    )
    check(signer)
    return signer


def check(signer: Signer) -> None:
    """
    Find out whether *signer* can sign, before anything is there to be signed: on a moment of
    silence, for a key of another certificate, and one that has run out, are told only by that.

    Raises:
        MisconfiguredError: The extra is not installed, or the certificate can't sign.
    """
    try:
        import c2pa  # noqa: PLC0415 - an extra of 50 MB, needed only where somebody signs
    except ImportError as error:
        raise MisconfiguredError(f"C2PA manifests need the signing library: {FIX}") from error
    # Without a time stamp: whoever stamps need not be there yet.
    told = c2pa.C2paSignerInfo(signer.algorithm, signer.certificates, signer.private_key, None)
    try:
        with (
            c2pa.Signer.from_info(told) as key,
            c2pa.Builder(json.dumps(provenance.manifest(TRIAL))) as builder,
        ):
            builder.sign(key, "audio/wav", io.BytesIO(_silence()), io.BytesIO())
    except c2pa.C2paError as error:
        raise MisconfiguredError(f"The C2PA certificate or its key is no good: {error}") from error


def _silence() -> bytes:
    """
    Return a sound of hardly any length, to be signed.
    """
    made = io.BytesIO()
    with wave.open(made, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8_000)
        out.writeframes(bytes(160))
    return made.getvalue()


def sign(path: Path, manifest: Mapping[str, Any], signer: Signer) -> None:
    """
    Sign the file at *path* in place, with *manifest* as its claim.

    Raises:
        MisconfiguredError: The extra is not installed, or the certificate can't sign.
        CompositorError: The file is of a kind that can't be signed, or can't be written.
    """
    try:
        import c2pa  # noqa: PLC0415 - an extra of 50 MB, needed only where somebody signs
    except ImportError as error:
        raise MisconfiguredError(f"C2PA manifests need the signing library: {FIX}") from error
    media_type = MEDIA_TYPES.get(path.suffix.lower())
    if media_type is None:
        raise CompositorError(f"{path.name} can't be signed: only {', '.join(MEDIA_TYPES)} can")
    part = path.with_name(f"{path.name}.signed.part")
    try:
        told = c2pa.C2paSignerInfo(
            signer.algorithm, signer.certificates, signer.private_key, signer.timestamp_url
        )
        with (
            c2pa.Signer.from_info(told) as key,
            c2pa.Builder(json.dumps(manifest)) as builder,
            path.open("rb") as source,
            part.open("w+b") as out,
        ):
            builder.sign(key, media_type, source, out)
        part.replace(path)
    except c2pa.C2paError as error:
        raise MisconfiguredError(f"{path.name} could not be signed: {error}") from error
    except OSError as error:
        raise CompositorError(
            f"{path.name} could not be signed: {error.strerror}", retryable=True
        ) from error
    finally:
        part.unlink(missing_ok=True)
