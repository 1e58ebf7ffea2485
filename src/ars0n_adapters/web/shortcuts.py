"""
The way to what is asked most, past the router and what it wraps around its routes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send


class Shortcuts:
    """
    An ASGI application that answers requests to *endpoints* (by method and path; the last
    part of a path may be a ``{parameter}``) and passes all others on, those of a mounted
    application among them: there the router knows what the path starts with.
    """

    def __init__(self, app: ASGIApp, endpoints: Mapping[tuple[str, str], ASGIApp]) -> None:
        self._app = app
        self._whole: dict[tuple[str, str], ASGIApp] = {}
        self._ending: dict[tuple[str, str], tuple[str, ASGIApp]] = {}
        for (method, path), endpoint in endpoints.items():
            front, _, last = path.rpartition("/")
            if last.startswith("{"):
                self._ending[method, front] = (last.strip("{}"), endpoint)
            else:
                self._whole[method, path] = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Answer one request, or have it answered.
        """
        if scope["type"] == "http":
            endpoint = self._found(scope)
            if endpoint is not None:
                await endpoint(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _found(self, scope: Scope) -> ASGIApp | None:
        method, path = scope["method"], scope["path"]
        endpoint = self._whole.get((method, path))
        if endpoint is not None:
            scope["path_params"] = {}
            return endpoint
        front, _, last = path.rpartition("/")
        ending = self._ending.get((method, front))
        if ending is None or not last:
            return None
        name, endpoint = ending
        scope["path_params"] = {name: last}
        return endpoint
