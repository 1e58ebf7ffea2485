"""
Driving an order to its end: place it, or find where it stopped, and wait for the ad.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import time
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

from attrs import evolve, frozen

from ars0n_adapters.cli import changing, delivering, orders
from ars0n_adapters.cli.changing import write_whole
from ars0n_adapters.cli.customers import default_voice, local_caller
from ars0n_adapters.cli.delivering import Beside
from ars0n_adapters.cli.faults import FaultyOptionsError
from ars0n_adapters.cli.files import unwritable
from ars0n_adapters.cli.progress import Progress, name_of
from ars0n_core import ids
from ars0n_core.errors import (
    Ars0nError,
    BlobNotFoundError,
    InvalidRequestError,
    NotFoundError,
    PortError,
)
from ars0n_core.ids import VersionId
from ars0n_core.pipelines.states import JobStatus
from ars0n_core.ports import Ids
from ars0n_core.projects import VersionStatus
from ars0n_core.specs.model import AdFormat
from ars0n_core.usecases.advance import advance
from ars0n_core.usecases.generate import generate
from ars0n_core.usecases.reports import Report

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Sequence

    from ars0n_adapters.bootstrap import Product
    from ars0n_adapters.cli.orders import Order
    from ars0n_core.ports import Ports
    from ars0n_core.usecases.callers import Caller

_POLL_SECONDS: Final = 0.25

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""
What a copy fails with when it is where it goes to that is at fault.
"""


class AdFailedError(Ars0nError):
    """
    The ad could not be made; the message says which step failed and why.
    """

    code = "AD_FAILED"


@frozen
class Made:
    """
    A finished ad at its place.
    """

    path: Path
    report: Report
    measured: Mapping[str, Any]
    seconds: Mapping[str, float]
    wall_seconds: float
    beside: Beside


def make(product: Product, options: Namespace, *, ad_format: AdFormat, screen: TextIO) -> Made:
    """
    Make the ad of *options* and put it at ``options.out``.

    Raises:
        FaultyOptionsError: The order is wrong; nothing was made.
        AdFailedError: A step failed for good.
        PortError: The machine can't.
    """
    started = time.monotonic()
    out: Path = options.out
    fault = misnamed(out, ad_format) or unwritable(out)
    order = _read(product, options, ad_format, fault)
    asked = delivering.wanted(options)
    progress = Progress(screen)
    try:
        report = _finished(product, order, asked.deliver, screen, progress)
        _deliver(product, report, out)
    except BlobNotFoundError:
        screen.write("The ad made before is gone from the data folder; making it again.\n")
        _forget(product, order)
        report = _finished(product, order, asked.deliver, screen, progress)
        _deliver(product, report, out)
    final = report.jobs[-1]
    beside = delivering.beside(product, local_caller(product), report, asked, out)
    return Made(
        path=out,
        report=report,
        measured=dict(final.facts),
        seconds=progress.seconds,
        wall_seconds=time.monotonic() - started,
        beside=beside,
    )


def _finished(
    product: Product, order: Order, deliver: Sequence[str], screen: TextIO, progress: Progress
) -> Report:
    report = _wait(product, _place(product, order, deliver, screen), progress)
    if report.status is VersionStatus.FAILED or report.output is None:
        _forget(product, order)
        raise AdFailedError(_reason(report))
    changing.remember(product, local_caller(product), order, report.version_id)
    return report


_SUFFIXES: Final[Mapping[AdFormat, str]] = {AdFormat.VIDEO: ".mp4", AdFormat.RADIO: ".mp3"}


def misnamed(out: Path, ad_format: AdFormat) -> str | None:
    """
    Return why a program would take a file named *out* for something else, or None.
    """
    suffix = _SUFFIXES[ad_format]
    if out.suffix.lower() in {"", suffix}:
        return None
    named = out.with_suffix(suffix).name
    return f"A {ad_format} ad is an {suffix[1:].upper()} file: name it {named}"


def _read(product: Product, options: Namespace, ad_format: AdFormat, fault: str | None) -> Order:
    faults = [(f"--out {options.out}", fault)] if fault else []
    try:
        order = orders.read(options, ad_format=ad_format, default_voice=default_voice(product))
    except FaultyOptionsError as error:
        raise FaultyOptionsError([*error.faults, *faults]) from None
    faults += delivering.faults(
        delivering.wanted(options), order.spec, product.policy.picture_lines
    )
    if faults:
        raise FaultyOptionsError(faults)
    return order


def _place(product: Product, order: Order, deliver: Sequence[str], screen: TextIO) -> VersionId:
    caller = local_caller(product)
    note = _note(product, order)
    with _alone(note):
        version_id = _standing(product, note, screen)
        if version_id is not None:
            return version_id
        # Noted before it is ordered: whoever dies in between has ordered nothing, whoever
        # dies after it finds his ad again.
        decided = _Decided(product.ports.ids, product.ports.ids.new(ids.VERSION))
        write_whole(note, json.dumps({"versionId": decided.version_id}).encode())
        ports = evolve(product.ports, ids=decided)
        return _changed(product, ports, caller, order, deliver, screen) or _ordered(
            product, ports, caller, order, deliver
        )


def _changed(
    product: Product,
    ports: Ports,
    caller: Caller,
    order: Order,
    deliver: Sequence[str],
    screen: TextIO,
) -> VersionId | None:
    found = changing.before(product, caller, order)
    if found is None or found.is_of(order):
        return None
    version_id = changing.place(product, ports, caller, order, found, deliver)
    if version_id is not None:
        with product.ports.store.transaction() as tx:
            screen.write(changing.told(found.version.plan, tx.versions.find(version_id)))
    return version_id


def _ordered(
    product: Product, ports: Ports, caller: Caller, order: Order, deliver: Sequence[str]
) -> VersionId:
    spec, plan = orders.store(order, product.ports, product.policy, caller)
    try:
        return generate(ports, product.policy, caller, spec, plan=plan, deliver=deliver).version_id
    except InvalidRequestError as error:
        raise orders.told(error) from None


@frozen
class _Decided:
    """
    Ids, the next version's of which is known beforehand.
    """

    others: Ids
    version_id: str

    def new(self, prefix: str) -> str:
        return self.version_id if prefix == ids.VERSION else self.others.new(prefix)

    def secret(self) -> str:
        return self.others.secret()


@contextmanager
def _alone(note: Path) -> Iterator[None]:
    """
    Let one command at a time place the order of *note*: the next one finds it placed.
    """
    with note.with_suffix(".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # which ends with the process, however that ends
        yield


def _standing(product: Product, note: Path, screen: TextIO) -> VersionId | None:
    try:
        version_id = VersionId(json.loads(note.read_text())["versionId"])
        with product.ports.store.transaction() as tx:
            version = tx.versions.find(version_id)
    except (OSError, ValueError, KeyError, TypeError, NotFoundError):
        return None
    match version.status:
        case VersionStatus.FAILED:
            return None
        case VersionStatus.COMPLETED:
            screen.write("This ad was made before; here it is again.\n")
        case VersionStatus.GENERATING:
            screen.write("Going on with this ad where it stopped.\n")
    return version_id


def _note(product: Product, order: Order) -> Path:
    return changing.note_of(product, local_caller(product), order)


def _forget(product: Product, order: Order) -> None:
    _note(product, order).unlink(missing_ok=True)


def _wait(product: Product, version_id: VersionId, progress: Progress) -> Report:
    caller = local_caller(product)
    try:
        while True:
            report = advance(product.ports, product.policy, caller, version_id)
            progress.show(report)
            if report.status is not VersionStatus.GENERATING:
                return report
            time.sleep(_POLL_SECONDS)
    finally:
        progress.end()


def _reason(report: Report) -> str:
    failed = [job for job in report.jobs if job.status is JobStatus.FAILED]
    told = [f"{name_of(job)}: {job.error}" for job in failed]
    return "The ad could not be made. " + "; ".join(told)


def _deliver(product: Product, report: Report, out: Path) -> None:
    with product.ports.store.transaction() as tx:
        asset = None if report.output is None else tx.assets.find(report.output)
    if asset is None:
        raise AdFailedError("The finished ad is gone from the data folder; give the command again")
    place = out.resolve() if out.is_symlink() else out  # a link is followed, not replaced
    part = place.with_name(f".{place.name}.part-{os.getpid()}")
    try:
        product.ports.blobs.copy_to(asset.blob_key, part)
        part.replace(place)
    except (OSError, PortError) as error:
        fault = error.__cause__ if isinstance(error, PortError) else error
        if not isinstance(fault, OSError) or (fault is not error and fault.errno not in _NO_ROOM):
            raise
        message = f"{out} can't be written: {fault.strerror or fault}"
        raise PortError(message, port="out") from error
    finally:
        part.unlink(missing_ok=True)
