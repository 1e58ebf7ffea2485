"""
What stands beside the ad of ``ars0n make`` and ``ars0n radio``: deliveries, subtitles, stems,
the cut for an editor, a contact sheet, what was measured and what it was made of.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_adapters.cli.faults import FaultyOptionsError
from ars0n_core.compositor import finishing
from ars0n_core.compositor.certificate import Certificate
from ars0n_core.compositor.finishing import Wanted
from ars0n_core.compositor.local import LocalCompositor
from ars0n_core.errors import InvalidRequestError, PortError
from ars0n_core.specs.model import AdFormat
from ars0n_core.usecases.cutting import size_of
from ars0n_core.usecases.reopen import reopen

if TYPE_CHECKING:
    from argparse import Namespace

    from ars0n_adapters.bootstrap import Product
    from ars0n_core.specs.model import AdSpec
    from ars0n_core.usecases.callers import Caller
    from ars0n_core.usecases.reports import Report

_SIDECARS: Final = ("provenance", "certificate")
# What the last job keeps beside the ad, by the fact that says where.


@frozen(kw_only=True)
class Beside:
    """
    What was put beside the ad: files by what they are, and the deliveries' certificates.
    """

    files: Mapping[str, Path]
    certificates: tuple[Certificate, ...] = ()


def wanted(options: Namespace) -> Wanted:
    """
    Return what *options* ask for.
    """
    return Wanted(
        deliver=_words(options.deliver),
        subtitles=_words(options.subtitles),
        stems=options.stems,
        interchange=options.otio,
        sheet=options.sheet,
    )


def _words(given: list[str] | None) -> tuple[str, ...]:
    words = (word.strip() for text in given or () for word in text.split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def faults(asked: Wanted, spec: AdSpec, lines: int) -> list[tuple[str, str]]:
    """
    Return what can't be made of an ad of this order, as far as that is known before.
    """
    is_film = spec.ad_format is AdFormat.VIDEO
    size = size_of(spec.aspect_ratio, lines) if is_film else None
    # Clips lengthen the ad: by how much, their files tell when they are stored.
    seconds = None if is_film and spec.custom_clips else float(spec.duration_seconds)
    try:
        finishing.check_order(asked, seconds=seconds, size=size)
    except InvalidRequestError as error:
        return _told(error)
    return []


def _told(error: InvalidRequestError) -> list[tuple[str, str]]:
    return [(f"--{name}", text) for name, texts in error.field_errors.items() for text in texts]


def beside(product: Product, caller: Caller, report: Report, asked: Wanted, out: Path) -> Beside:
    """
    Put what was *asked* for beside the finished ad at *out*, and its certificate and the facts
    of its origin in any case.

    Raises:
        FaultyOptionsError: Something can't be made of this ad.
        PortError: The machine can't.
    """
    files = _sidecars(product, report, out)
    if not asked:
        return Beside(files=files)
    compositor = product.ports.compositor
    if not isinstance(compositor, LocalCompositor):
        raise PortError("This deployment's compositor makes only the ad itself", port="compositor")
    name = out.stem
    try:
        with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=out.parent) as place:
            room = Path(place)
            cut = reopen(product.ports, product.policy, caller, report.version_id, room)
            media = dict(cut.media)
            if asked.interchange:
                media = _settled(media, out.with_name(f"{name}.media"))
            made = room / "made"
            made.mkdir()
            done = finishing.finish(
                cut.ad, cut.timeline, media, cut.words, asked, made,
                compositor=compositor, name=name,
            )  # fmt: skip
            for what, path in done.files.items():
                files[what] = path.replace(out.with_name(path.name))
    except InvalidRequestError as error:
        raise FaultyOptionsError(_told(error)) from None
    except OSError as error:
        message = f"{error.filename or out} can't be written: {error.strerror or error}"
        raise PortError(message, port="out") from error
    return Beside(files=files, certificates=done.certificates)


def _settled(media: Mapping[str, Path], place: Path) -> dict[str, Path]:
    """
    Move the cut's media to *place*, where an editor will find them, and return where they are.
    """
    place.mkdir(exist_ok=True)
    return {name: path.replace(place / path.name) for name, path in media.items()}


def _sidecars(product: Product, report: Report, out: Path) -> dict[str, Path]:
    found = {}
    facts = report.jobs[-1].facts
    for what in _SIDECARS:
        key = facts.get(f"{what}_key")
        if isinstance(key, str):
            found[what] = out.with_name(f"{out.name}.{what}.json")
            product.ports.blobs.copy_to(key, found[what])
    return found
