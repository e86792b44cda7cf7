"""Serves the documentation page and what it reads."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import orjson

from gateway.http import Response

FOLDER = Path(__file__).parent
POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    b"img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page loads from here and nowhere else, and nobody frames it."""

_TYPES = {
    ".html": b"text/html; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
}
Page = Callable[[], Awaitable[Response]]


def docs_pages(document: dict[str, Any]) -> dict[str, Page]:
    """`/openapi.json`, `/docs`, and the page's own files."""
    headers = (
        (b"content-security-policy", POLICY),
        (b"referrer-policy", b"no-referrer"),
    )
    pages = {"/openapi.json": _page(Response(200, orjson.dumps(document)))}
    for path, name in {
        "/docs": "docs.html",
        "/docs/docs.js": "docs.js",
        "/docs/docs.css": "docs.css",
    }.items():
        file = FOLDER / name
        pages[path] = _page(Response(200, file.read_bytes(), _TYPES[file.suffix], headers))
    return pages


def _page(response: Response) -> Page:
    async def page() -> Response:
        return response

    return page
