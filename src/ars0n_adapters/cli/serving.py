"""
``ars0n serve``: the REST API on a port, in one process or several.

The port is bound before anything is opened, so that a taken one is said at once and every
process accepts from the same queue. Told to stop, a server ends what it can, gives the
rest of its jobs back, and is gone within ten seconds; killed, its leases run out instead.
A process of several ends as if told to when the one that started it is gone.
"""

from __future__ import annotations

import logging
import logging.config
import signal
import socket
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from ars0n_adapters import bootstrap
from ars0n_adapters.cli import endings, processes
from ars0n_adapters.cli.faults import FaultyOptionsError
from ars0n_core.errors import MisconfiguredError

if TYPE_CHECKING:
    from types import FrameType

    from starlette.applications import Starlette

    from ars0n_adapters.settings import Settings

_log = logging.getLogger(__name__)

_QUEUE: Final = 2048
# Connections that wait to be accepted, as uvicorn has it.

_ANSWER_SECONDS: Final = 2
# What is being answered when the server is told to stop may be answered for as long.

_CONNECTIONS_MAX: Final = 4000
# The application says in its own words when it is asked too much; this is the wall behind.

_PORT_MAX: Final = 65_535
_PROCESSES_MAX: Final = 64

_WILDCARDS: Final = {"0.0.0.0", "::"}  # noqa: S104 - compared with, not bound to
_EVERY_LOG: Final = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "ars0n_adapters.web.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"ars0n": {"level": "INFO"}, "ars0n_adapters": {"level": "INFO"}},
}


def serve(chosen: Settings) -> None:
    """
    Serve the API until the process is told to stop.

    Raises:
        FaultyOptionsError: A number is out of its range.
        MisconfiguredError: The extra ``web`` is missing, or the address can't be had.
        PortError: The product can't be opened.
    """
    _check(chosen)
    _require_web()
    listener = _listen(chosen.host, chosen.port)
    try:
        chosen = _placed(chosen, listener)
        if chosen.processes == 1:
            _serve_here(chosen, listener)
        else:
            _serve_in_processes(chosen, listener)
    finally:
        listener.close()


def serve_as_one_of_several(chosen: Settings, listener: socket.socket) -> None:
    """
    Serve in a process that another one started and will end.
    """
    # Ctrl-C reaches every process of a terminal; the one that started this says when.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    endings.end_with_parent()
    try:
        app = bootstrap.application(chosen, on_closed=endings.leave_nothing_running)
    except Exception as error:  # noqa: BLE001 - told, whatever it is: another couldn't either
        _log.error("can't serve: %s", error)
        sys.exit(processes.UNFIT)
    _run(app, listener)


def _serve_here(chosen: Settings, listener: socket.socket) -> None:
    app = bootstrap.application(chosen, on_closed=endings.leave_nothing_running)
    _announce(chosen)
    _run(app, listener)


def _run(app: Starlette, listener: socket.socket) -> None:
    import uvicorn  # noqa: PLC0415 - of an extra

    from ars0n_adapters.cli.lines import protocol_refusing  # noqa: PLC0415 - needs the same
    from ars0n_adapters.cli.silence import Server  # noqa: PLC0415 - the same
    from ars0n_adapters.web.stamps import not_http  # noqa: PLC0415 - the same

    protocol = protocol_refusing(partial(not_http, app.state.application))
    server = Server(uvicorn.Config(app, http=protocol, **_options()))
    # uvicorn hands the signal on when it has shut down; by then it has been obeyed.
    with _Stopped():
        server.run(sockets=[listener])


def _serve_in_processes(chosen: Settings, listener: socket.socket) -> None:
    # A fault of the settings, and a new schema, are one process's business.
    with bootstrap.product(chosen):
        pass
    logging.config.dictConfig(_EVERY_LOG)
    _announce(chosen)
    if processes.keep_up(serve_as_one_of_several, chosen, listener):
        raise MisconfiguredError("A process could not serve; its log says why", port="serve")


class _Stopped:
    """
    Swallows the polite signals: the server has its own handlers while it runs.
    """

    def __enter__(self) -> None:
        self._before = {
            number: signal.signal(number, self._swallow)
            for number in (signal.SIGTERM, signal.SIGINT)
        }

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @staticmethod
    def _swallow(_: int, __: FrameType | None) -> None:
        return


def _options() -> dict[str, Any]:
    # None of our lines names a thread or a process: looking for them costs each request.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    return {
        "log_config": _EVERY_LOG,
        "ws": "none",
        "access_log": False,  # its lines would hold query strings; ours don't
        "server_header": False,
        "backlog": _QUEUE,
        "limit_concurrency": _CONNECTIONS_MAX,
        "timeout_graceful_shutdown": _ANSWER_SECONDS,
    }


def _check(chosen: Settings) -> None:
    faults = []
    if not 0 <= chosen.port <= _PORT_MAX:
        faults.append(("--port", f"must be a whole number from 0 to {_PORT_MAX}"))
    if not 1 <= chosen.processes <= _PROCESSES_MAX:
        faults.append(("--processes", f"must be a whole number from 1 to {_PROCESSES_MAX}"))
    if chosen.processes > 1 and chosen.rates_url.startswith("memory:"):
        faults.append(
            ("--processes", "more than one can't count requests in ARS0N_RATES_URL=memory:")
        )
    if faults:
        raise FaultyOptionsError(faults)


def _require_web() -> None:
    try:
        import python_multipart  # noqa: F401, PLC0415 - only whether it is there
        import starlette  # noqa: F401, PLC0415 - the same
        import uvicorn  # noqa: F401, PLC0415 - the same
    except ImportError as error:
        message = f"To serve the API, install the extra `web`: pip install 'ars0n[web]' ({error})"
        raise MisconfiguredError(message, port="serve") from error


def _listen(host: str, port: int) -> socket.socket:
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_QUEUE)
        listener.set_inheritable(True)
    except OSError as error:
        if listener is not None:
            listener.close()
        message = (
            f"Can't listen on {host} port {port}: {error.strerror or error}. "
            "Choose another with --port; 0 picks a free one"
        )
        raise MisconfiguredError(message, port="serve") from error
    return listener


def _placed(chosen: Settings, listener: socket.socket) -> Settings:
    """
    Return the settings with the port that was got, and links that lead to it.
    """
    port = listener.getsockname()[1]
    host = "127.0.0.1" if chosen.host in _WILDCARDS else chosen.host
    place = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    return evolve(chosen, port=port, base_url=chosen.base_url or place)


def _announce(chosen: Settings) -> None:
    where = chosen.database_url.partition("@")[2] if chosen.database_url else ""
    data = f"{Path(chosen.data_dir).resolve()}{f', database: {where}' if where else ''}"
    print(f"Serving {chosen.base_url} (data: {data})", flush=True)  # noqa: T201 - for people
