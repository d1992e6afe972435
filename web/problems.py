"""What went wrong, told to people as a page and to programs as a problem document (RFC 9457), with the place and the mend."""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from core.errors import InputError, PututuError, QueryError, StoreError, UnavailableError
from web.answers import AskedError
from web.guard import HEADERS
from web.visit import Visit

log = logging.getLogger(__name__)
DATA = (".json", ".csv", ".jsonl", ".atom", ".svg", ".png")
STATUS: tuple[tuple[type[PututuError], int], ...] = (
    (QueryError, 400),
    (InputError, 400),
    (UnavailableError, 503),
    (StoreError, 503),
)


class NotFoundError(PututuError):
    """Nothing has that identifier: the mend is in the address."""


class ConfirmError(InputError):
    """What was asked is possible, and so unusual that it must be confirmed."""


class FormError(PututuError):
    """A form that was not ours, or has expired."""


def wants_data(path: str) -> bool:
    """Whether the address asks for data rather than a page."""
    return path.startswith("/api/") or path.endswith(DATA) or path in ("/readyz", "/metrics", "/healthz")


def describe(error: PututuError, query: str = "") -> dict[str, Any]:
    """The problem document of an error, and the caret line under a query that does not parse."""
    status = (
        404
        if isinstance(error, NotFoundError)
        else 403
        if isinstance(error, FormError)
        else 409
        if isinstance(error, ConfirmError)
        else next((code for kind, code in STATUS if isinstance(error, kind)), 500)
    )
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": type(error).__name__,
        "status": status,
        "detail": error.reason,
        "mend": error.mend,
    }
    position = error.position if isinstance(error, QueryError) else None
    return problem | {"query": query or None, "position": position, "caret": caret(query, position)}


def caret(query: str, position: int | None) -> str | None:
    """The query on one line and a caret under the character, None where there is no place."""
    if position is None or not query:
        return None
    return f"{''.join(' ' if c.isspace() else c for c in query)}\n{' ' * min(position, len(query))}^"


def answer(request: Request, problem: dict[str, Any]) -> Response:
    """The problem in the form that the address asks for."""
    if wants_data(request.url.path):
        return JSONResponse(problem, problem["status"], media_type="application/problem+json")
    visit = Visit.of(request, ask=False)
    problem = problem | {name: visit.words.said(problem[name]) for name in ("detail", "mend")}
    again = request.url.path if request.url.path in ("/trends", "/map") else "/search"
    return visit.page("error.html", status=problem["status"], problem=problem, again=again)


def install(app: FastAPI) -> None:
    """Every error of the routes ends here."""
    app.add_exception_handler(PututuError, _known)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _inside)


async def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, PututuError)
    queries = [query for query in request.query_params.getlist("q") if query.strip()]
    told = isinstance(error, AskedError) or (isinstance(error, QueryError) and bool(error.query))
    query = error.query if told and isinstance(error, QueryError) else queries[0].strip() if queries else ""
    problem = describe(error, query)
    if problem["status"] >= 500:
        log.warning("%s: %s", request.url.path, error)
    return answer(request, problem)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = "There is nothing at this address." if error.status_code == 404 else str(error.detail)
    problem = {
        "type": "about:blank",
        "title": str(error.detail),
        "status": error.status_code,
        "detail": detail,
        "mend": "",
        "caret": None,
    }
    response = answer(request, problem)
    response.headers.update(error.headers or {})
    return response


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"][1:])
    return answer(request, describe(InputError(f"{where}: {first['msg']}.", "See /api/v1/openapi.json.")))


async def _inside(request: Request, error: Exception) -> Response:
    """A defect of ours: logged by the server; the visitor learns nothing of our insides."""
    problem = {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "detail": "Something failed inside; it was logged.",
        "mend": "",
        "caret": None,
    }
    response = answer(request, problem)
    response.headers.update(HEADERS)  # this handler stands outside the guard
    return response
