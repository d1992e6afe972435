"""The form with which a person corrects a document's tags, and takes the last correction back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from core.correcting import CORRECTED, change, told
from core.document import SUBTYPES
from core.errors import InputError
from core.time import lima_iso, parse_day
from store import corrections
from web import render
from web import told as telling
from web.console import Trouble, form_page, sent
from web.problems import NotFoundError
from web.visit import Visit

router = APIRouter(include_in_schema=False)
LONGEST_NAME = 80
ENTERED = ("by", "topic", "sector", "place", "day")


@router.get("/documents/{ident}/correct")
def form(request: Request, ident: str, saved: str = "") -> HTMLResponse:
    """What stands, what was corrected and by whom, and the form."""
    return _page(Visit.of(request, ask=False), ident, {}, saved=bool(saved))


@router.post("/documents/{ident}/correct")
def correct(
    request: Request, ident: str, by: Annotated[str, Form()] = "", topic: Annotated[str, Form()] = "", sector: Annotated[str, Form()] = "",
    place: Annotated[str, Form()] = "", day: Annotated[str, Form()] = "", remove: Annotated[list[str] | None, Form()] = None,
    act: Annotated[str, Form()] = "correct", form_token: Annotated[str, Form()] = "", lang: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Keep the correction, or take the last one back; or show the form again with what is wrong in it."""
    visit = sent(request, form_token, lang)
    entered = dict(zip(ENTERED, (by, topic, sector, place, day), strict=True))
    try:
        asked = None if act == "undo" else _asked(visit, entered, remove or [])
        with visit.desk.store.write() as tx:
            corrections.revise(tx, ident, asked, by.strip() or "web", datetime.now(UTC))
    except InputError as error:
        return _page(visit, ident, entered, trouble=Trouble(reason=error.reason, mend=error.mend), status=400)
    return RedirectResponse(visit.link(f"/documents/{ident}/correct", saved="1"), status_code=303)


def _asked(visit: Visit, entered: Mapping[str, str], removed: list[str]) -> dict[str, Any]:
    """The change of a filled form; `removed` holds `topics:strike`, `places:150132`. Raises InputError."""
    words = visit.words
    if not entered["by"].strip():
        raise InputError(words.t("correct.no_name"), words.t("correct.no_name.mend"))
    if len(entered["by"]) > LONGEST_NAME:
        raise InputError(words.t("correct.long_name", n=LONGEST_NAME))
    asked: dict[str, list[str]] = {key: [] for key in CORRECTED}
    for one in removed:
        key, _, name = one.partition(":")
        if key in asked:
            asked[key].append(f"-{name}")
    for key, name in zip(CORRECTED, ("topic", "sector", "place"), strict=True):
        if entered[name].strip():
            asked[key].append(f"+{entered[name].strip()}")
    day = parse_day(entered["day"]) if entered["day"].strip() else None
    found = change(**asked, day=day)
    if not found:
        raise InputError(words.t("correct.nothing"), words.t("correct.nothing.mend"))
    return found


def _page(
    visit: Visit, ident: str, entered: Mapping[str, str], *, trouble: Trouble | None = None, saved: bool = False, status: int = 200
) -> HTMLResponse:  # fmt: skip
    found = telling.document(visit.desk, ident)
    if found is None:
        raise NotFoundError("No document has that identifier.")
    with visit.desk.store.read() as tx:
        made = corrections.made(tx, ident)
    rows = [
        {"at": lima_iso(one["at"])[:16].replace("T", " "), "author": one["author"], "what": told(one["change"]), "undone": one["undone"] is not None}
        for one in made
    ]  # fmt: skip
    return form_page(
        visit, "/documents", "correct.html", f"/documents/{ident}", status=status, ident=ident, title=render.hidden(found.record.document.title),
        standing=_standing(visit, found.record.tags), made=rows, can_undo=any(not row["undone"] for row in rows), topics=_topics(visit),
        entered=dict.fromkeys(ENTERED, "") | dict(entered), problem=trouble, saved=saved,
    )  # fmt: skip


def _standing(visit: Visit, tags: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What can be removed: `topics:strike` and how it is printed."""
    words = visit.words
    found = [(f"topics:{one['name']}", words.name("topic", one["name"])) for one in tags["topics"]]
    found += [(f"sectors:{one['name']}", words.name("sector", one["name"])) for one in tags["sectors"]]
    return found + [(f"places:{one['ubigeo'] or one['name']}", _place(one)) for one in tags["places"]]


def _place(item: Mapping[str, Any]) -> str:
    parts = (item["name"], item["district"], item["province"], item["department"])
    return ", ".join(dict.fromkeys(part for part in parts if part))


def _topics(visit: Visit) -> list[tuple[str, str]]:
    """Topics and their subtypes, as the form offers them."""
    found = []
    for topic, subtypes in SUBTYPES.items():
        name = visit.words.name("topic", topic)
        found.append((topic, name))
        found += [(f"{topic}:{subtype}", f"{name}: {visit.words.name('subtype', subtype)}") for subtype in subtypes]
    return found
