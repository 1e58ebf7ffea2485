"""
The OpenAPI document, made from the route table, the bodies' classes and the answers' shapes.
"""

from __future__ import annotations

import functools
import inspect
import re
from typing import TYPE_CHECKING, Any, Final

from ars0n_adapters.web.examples import EXAMPLES
from ars0n_adapters.web.http import API_PREFIX
from ars0n_adapters.web.idempotency import HEADER, KEY_CHARACTERS_MAX, KEY_PATTERN
from ars0n_adapters.web.routes import ROUTES, Route
from ars0n_adapters.web.schemas import bodies
from ars0n_adapters.web.shapes import SHAPES, Schema
from ars0n_core import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping

_PARAMETER: Final = re.compile(r"\{(\w+)\}")

_ERRORS: Final[Mapping[int, str]] = {
    400: "The body or a parameter has faults; all are named.",
    401: "No key, or not one that is good.",
    402: "The credits don't cover it; nothing was charged.",
    403: "Known, but not yours.",
    404: "There is no such thing.",
    409: "Not now: see `code`.",
    422: f"The {HEADER} was used before with another request.",
    429: "The rate window, a quota or the concurrent generations are used up.",
    500: "A fault of ours; the request id helps to find it.",
    503: "A provider can't now; nothing was charged.",
}

_ALWAYS: Final = (400, 401, 429, 500, 503)

_WRITTEN: Final[Schema] = {"type": "string", "pattern": "^[^\\u0000]*$"}
# What is given in a query: a NUL is no part of any text.

_QUERY: Final[Mapping[str, Schema]] = {
    "id": {"schema": {**_WRITTEN, "minLength": 1, "maxLength": 200}, "required": True},
    "gender": {"schema": _WRITTEN, "example": "female"},
    "accent": {"schema": _WRITTEN, "example": "american"},
    "age": {"schema": _WRITTEN, "example": "young"},
    "q": {"schema": _WRITTEN, "description": "Part of a name or description."},
    "limit": {"schema": {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}},
    "offset": {"schema": {"type": "integer", "minimum": 0, "maximum": 999_999_999, "default": 0}},
    "from": {
        "schema": {"type": "string", "format": "date-time"},
        "description": "Start of the period, ISO 8601; default: 30 days before its end.",
    },
    "to": {
        "schema": {"type": "string", "format": "date-time"},
        "description": "End of the period, ISO 8601; default: now.",
    },
}

_HEADERS: Final[Mapping[str, Schema]] = {
    "X-Request-Id": {"schema": {"type": "string"}, "description": "Unique, for support."},
    "X-RateLimit-Limit": {"schema": {"type": "integer"}, "description": "Requests a window."},
    "X-RateLimit-Remaining": {"schema": {"type": "integer"}, "description": "Left in it."},
    "X-RateLimit-Reset": {"schema": {"type": "integer"}, "description": "POSIX seconds."},
}


_LINKS: Final[Mapping[str, tuple[tuple[str, str, str], ...]]] = {
    "post_generate": (
        ("get_jobs", "versionId", "/versionId"),
        ("post_cancel", "versionId", "/versionId"),
        ("post_edit", "versionId", "/versionId"),
        ("delete_project", "projectId", "/projectId"),
    ),
    "get_jobs": (
        ("post_regenerate", "jobId", "/jobs/details/0/id"),
        ("post_retry", "jobId", "/jobs/details/0/id"),
    ),
    "post_edit": (("get_jobs", "versionId", "/versionId"),),
    "post_assets": (("delete_asset", "assetId", "/assetId"), ("get_video", "id", "/assetId")),
}
"""
Where an answer leads: (operation, its parameter, the place in the answer).
"""


_EVENT: Final = 'id: 1\nevent: report\ndata: {"status":"generating","progress":60}\n\n'


@functools.lru_cache(maxsize=16)
def document(edition: int, origin: str = "") -> dict[str, Any]:
    """
    Return the document; *origin* is what the server's URLs start with.
    """
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(API_PREFIX + route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "ars0n",
            "version": __version__,
            "summary": "Finished video and radio ads from a prompt, a voice and pictures.",
        },
        "servers": [{"url": origin or "/"}],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "`sk_live_` and 64 hex characters; `sk_test_` keys charge nothing.",
                }
            },
            "headers": dict(_HEADERS),
            "schemas": {**SHAPES, **bodies(edition)},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    told = inspect.getdoc(route.endpoint) or ""
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": told.split("\n\n")[0].replace("\n", " ").rstrip("."),
        "tags": [route.path.split("/")[1]],
        "parameters": _parameters(route),
        "responses": _responses(route),
    }
    if route.streams:
        operation["summary"] += ", as server-sent events"
    if route.takes:
        operation["requestBody"] = _body(route)
    return operation


def _parameters(route: Route) -> list[dict[str, Any]]:
    parameters = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "minLength": 1, "pattern": "^[A-Za-z0-9_-]+$"},
        }
        for name in _PARAMETER.findall(route.path)
    ]
    parameters += [{"name": name, "in": "query", **_QUERY[name]} for name in route.query]
    if route.charges:
        parameters.append(
            {
                "name": HEADER,
                "in": "header",
                "schema": {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": KEY_CHARACTERS_MAX,
                    "pattern": KEY_PATTERN,
                },
                "description": "The same key with the same request is charged and done once, "
                "and answered alike for 24 hours.",
            }
        )
    if route.tagged:
        parameters.append({"name": "If-None-Match", "in": "header", "schema": {"type": "string"}})
    return parameters


def _body(route: Route) -> dict[str, Any]:
    kind = "multipart/form-data" if route.uploads else "application/json"
    content: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{route.takes}"}}
    if route.takes in EXAMPLES:
        content["examples"] = {
            name: {"value": value} for name, value in EXAMPLES[route.takes].items()
        }
    return {"required": route.takes != "RegenerateRequest", "content": {kind: content}}


def _responses(route: Route) -> dict[str, Any]:
    headers = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}
    responses: dict[str, Any] = {
        str(route.status): {"description": _success(route), "headers": dict(headers)}
    }
    given = responses[str(route.status)]
    if route.streams:
        # OpenAPI 3.1 has no words for the shape of an event: its data is the answer of the poll.
        given["content"] = {"text/event-stream": {"example": _EVENT}}
    elif route.packs:
        packed = {"schema": {"type": "string", "format": "binary"}}
        given["content"] = {"application/zip": packed}
    elif route.gives:
        content: dict[str, Any] = {"schema": {"$ref": f"#/components/schemas/{route.gives}"}}
        if route.gives in EXAMPLES:
            content["examples"] = {
                name: {"value": value} for name, value in EXAMPLES[route.gives].items()
            }
        given["content"] = {"application/json": content}
    else:
        given["headers"]["Location"] = {"required": True, "schema": {"type": "string"}}
    if route.name in _LINKS:
        given["links"] = {
            name: {"operationId": name, "parameters": {parameter: f"$response.body#{place}"}}
            for name, parameter, place in _LINKS[route.name]
        }
    if route.tagged:
        given["headers"]["ETag"] = {"schema": {"type": "string"}}
        responses["304"] = {"description": "Nothing changed since.", "headers": dict(headers)}
    for status in sorted({*_ALWAYS, *route.fails}):
        responses[str(status)] = {
            "description": _ERRORS[status],
            "headers": dict(headers),
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
    return responses


def _success(route: Route) -> str:
    return {201: "Stored.", 302: "To a signed URL, good for two hours."}.get(route.status, "Done.")
