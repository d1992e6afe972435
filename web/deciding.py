"""The form for a person's word on stories: merge them, split documents off, take it back. Kept by `store/story_decisions.py`."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import Connection

from core.errors import InputError
from store import story_decisions
from web import render, told
from web.console import Trouble, form_page, sent
from web.problems import NotFoundError
from web.visit import Visit

router = APIRouter(include_in_schema=False)
AUTHOR = "page"
"""Who decided: whoever reaches the page, for it knows no names."""


@router.get("/stories/{id}/decide")
def decide(request: Request, id: str) -> HTMLResponse:
    """A story's documents to choose from, and what was decided on it."""
    return _page(Visit.of(request), id)


def _page(visit: Visit, id: str, trouble: Trouble | None = None) -> HTMLResponse:
    found = told.story(visit.desk, id)
    if found is None:
        raise NotFoundError("No story has that identifier.")
    outlets = visit.desk.outlets()
    return form_page(
        visit, "/stories", "decide.html", f"/stories/{found.ref.id}/decide", status=400 if trouble else 200, story=found.ref.id, problem=trouble,
        items=[render.hit(record, visit.words, outlets) for record in found.records],
        decisions=[(one, render.when(one.at)) for one in found.decisions],
    )  # fmt: skip


@router.post("/stories/{id}/split")
def split(
    request: Request, id: str, document: Annotated[list[str] | None, Form()] = None, form_token: Annotated[str, Form()] = "",
    lang: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """The documents that were ticked leave the story for one of their own."""
    return _done(
        sent(request, form_token, lang), id, lambda tx, now: story_decisions.split(tx, id, document or [], AUTHOR, now)
    )


@router.post("/stories/{id}/merge")
def merge(
    request: Request, id: str, other: Annotated[str, Form()] = "", form_token: Annotated[str, Form()] = "", lang: Annotated[str, Form()] = ""
) -> Response:  # fmt: skip
    """The story named goes into this one; its address may be given as well."""
    name = other.strip().rstrip("/").rpartition("/stories/")[2].partition("?")[0]
    return _done(
        sent(request, form_token, lang), id, lambda tx, now: story_decisions.merge(tx, id, [name], AUTHOR, now)
    )


@router.post("/stories/{id}/undo")
def undo(
    request: Request, id: str, decision: Annotated[int, Form()] = 0, form_token: Annotated[str, Form()] = "", lang: Annotated[str, Form()] = ""
) -> Response:  # fmt: skip
    """A decision is taken back."""
    return _done(sent(request, form_token, lang), id, lambda tx, now: story_decisions.undo(tx, decision, now).story)


def _done(visit: Visit, id: str, act: Callable[[Connection, datetime], str]) -> Response:
    try:
        with visit.desk.store.write() as tx:
            story = act(tx, datetime.now(UTC))
    except InputError as error:
        return _page(visit, id, Trouble(reason=error.reason, mend=error.mend))
    return RedirectResponse(visit.link(f"/stories/{story}/decide"), status_code=303)
