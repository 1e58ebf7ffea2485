"""
The commands themselves, and what they end with.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import sys
from typing import TYPE_CHECKING, Any, Final, NoReturn

from ars0n_adapters.cli import arguments
from ars0n_adapters.cli.faults import FaultyOptionsError
from ars0n_core.errors import Ars0nError, StaleRevisionError
from ars0n_core.specs.model import AdFormat

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import FrameType

_NO_ROOM: Final = re.compile(r"No space left on device|disk is full|disk full")

DONE: Final = 0
FAILED: Final = 1
FAULTY: Final = 2


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run the command of *argv* (the process's own arguments unless given) and return its
    exit code: 0, 2 for a faulty order, else 1.
    """
    argv = list(sys.argv[1:] if argv is None else argv)
    if argv[:1] == ["estimate"]:
        from ars0n_core import calculator  # noqa: PLC0415 - only this command needs it

        return calculator.main(argv, prog="ars0n")
    _open_what_is_closed()
    _tolerate_any_encoding()
    options = arguments.parser().parse_args(argv)
    try:
        with _stopping_on_terminate():
            code = _COMMANDS[options.command](options)
        sys.stdout.flush()
    except FaultyOptionsError as error:
        _complain(str(error))
        return FAULTY
    except BrokenPipeError:
        # Whoever read our output went away: nothing may flush into it at exit.
        sys.stdout = None
        return FAILED
    except Ars0nError as error:
        _complain(_told(error))
        return FAILED
    except KeyboardInterrupt:
        _complain("\nars0n: stopped; give the same command again to go on")
        return FAILED
    except OSError as error:
        if os.environ.get("ARS0N_DEBUG"):
            raise
        where = f"{error.filename}: " if error.filename else ""
        _complain(f"ars0n: {where}{error.strerror or error}")
        sys.stdout = None  # what could not be written is not tried again at exit
        return FAILED
    except Exception as error:
        if os.environ.get("ARS0N_DEBUG"):
            raise
        _complain(f"ars0n: internal error: {type(error).__name__}: {error}")
        _complain("ars0n: ARS0N_DEBUG=1 shows where; please report it")
        return FAILED
    return code


def _told(error: Ars0nError) -> str:
    told = f"ars0n: {error}"
    if isinstance(error, StaleRevisionError):
        told = "ars0n: another command changed the same ad at this moment; give the command again"
    if _NO_ROOM.search(told):
        where = "--out" if getattr(error, "port", "") == "out" else "--data-dir"
        told += f"\nars0n: that disk is full: free some space, or name another with {where}"
    return told


def _open_what_is_closed() -> None:
    # Of whoever started us without them, Python makes None: then there is nothing to read,
    # and nobody to tell.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: PTH123, SIM115 - as long as we live


def _tolerate_any_encoding() -> None:
    # A name the terminal has no letters for is no reason to fail after the work is done.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _can_tell(text: str) -> bool:
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True


def _make(options: Namespace) -> int:
    return _run(options, AdFormat.VIDEO)


def _radio(options: Namespace) -> int:
    return _run(options, AdFormat.RADIO)


def _run(options: Namespace, ad_format: AdFormat) -> int:
    from ars0n_adapters import bootstrap  # noqa: PLC0415 - what it needs is slow to load
    from ars0n_adapters.cli import making, showing  # noqa: PLC0415 - the same

    with _product(options) as product:
        bootstrap.ask_providers(product.ports)
        made = making.make(product, options, ad_format=ad_format, screen=sys.stderr)
    print(json.dumps(showing.as_json(made)) if options.json else showing.as_text(made))  # noqa: T201 - what a command answers
    return DONE


def _plan(options: Namespace) -> int:
    from ars0n_adapters.cli import planning  # noqa: PLC0415 - what it needs is slow to load

    with _product(options, store_at_once=False) as product:
        told = planning.plan(product, options, sys.stderr)
    text = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    if options.out is None:
        sys.stdout.write(text if _can_tell(text) else json.dumps(told, indent=2) + "\n")
        return DONE
    try:
        options.out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FaultyOptionsError([(f"--out {options.out}", error.strerror or str(error))]) from None
    return DONE


def _brand(options: Namespace) -> int:
    from ars0n_adapters.cli import branding  # noqa: PLC0415 - what it needs is slow to load

    with _product(options) as product:
        kit = branding.brand(product, options)
    print(json.dumps(kit) if options.json else branding.as_text(kit))  # noqa: T201 - what a command answers
    return DONE


def _voices(options: Namespace) -> int:
    from ars0n_adapters.cli import showing  # noqa: PLC0415 - what it needs is slow to load

    print(showing.voices(options))  # noqa: T201 - what a command answers
    return DONE


def _certify(options: Namespace) -> int:
    from ars0n_adapters.cli import certifying  # noqa: PLC0415 - what it needs is slow to load

    found = certifying.certify(options)
    print(json.dumps(found.as_json()) if options.json else certifying.as_text(found))  # noqa: T201 - what a command answers
    return DONE if found.passed else FAILED


def _serve(options: Namespace) -> int:
    from ars0n_adapters.cli import serving  # noqa: PLC0415 - what it needs is slow to load

    serving.serve(_settings(options))
    return DONE


def _standins(options: Namespace) -> int:
    from ars0n_adapters.cli import standing  # noqa: PLC0415 - what it needs is slow to load

    standing.stand_in(options)
    return DONE


def _admin(options: Namespace) -> int:
    from ars0n_adapters.cli import administering  # noqa: PLC0415 - what it needs is slow to load

    return administering.administer(options, _settings(options))


_COMMANDS: Final[Mapping[str, Callable[[Namespace], int]]] = {
    "make": _make,
    "radio": _radio,
    "plan": _plan,
    "brand": _brand,
    "voices": _voices,
    "certify": _certify,
    "serve": _serve,
    "standins": _standins,
    "admin": _admin,
}


def _settings(options: Namespace) -> Any:
    from ars0n_adapters import settings  # noqa: PLC0415 - only some commands need them

    return settings.read(
        data_dir=options.data_dir,
        host=getattr(options, "host", None),
        port=getattr(options, "port", None),
        processes=getattr(options, "processes", None),
    )


@contextlib.contextmanager
def _product(options: Namespace, *, store_at_once: bool = True) -> Iterator[Any]:
    from ars0n_adapters import bootstrap  # noqa: PLC0415 - what it needs is slow to load

    with bootstrap.product(_settings(options), store_at_once=store_at_once) as product:
        yield product


@contextlib.contextmanager
def _stopping_on_terminate() -> Iterator[None]:
    # A polite kill ends like Ctrl-C: children ended, leases given back.
    def stop(_: int, __: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread: somebody embeds us and owns the signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _complain(text: str) -> None:
    print(text, file=sys.stderr)  # noqa: T201 - what a command answers
