"""The ledger of an alert as pages: what was sent when, by which channel, what became of it, and each delivery opened."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from alerts.actions import label
from alerts.ledger import ledger, opened
from core.errors import InputError
from store import alerts as kept
from store import answers
from store.alerts import Alert
from web import formats, render
from web.console import form_page, sent
from web.problems import NotFoundError
from web.visit import Visit

router = APIRouter(include_in_schema=False)
IN_A_PAGE = 100
NAMING = 2_000  # hits in which what is muted is looked for by name


@router.get("/alerts/{id}/deliveries")
def deliveries(request: Request, id: str) -> HTMLResponse:
    """The latest deliveries of an alert, its feed's addresses and what it has muted."""
    visit = Visit.of(request, ask=False)
    with visit.desk.store.read() as tx:
        alert = _alert(visit, tx, id)
        rows, keys = list(ledger(tx, alert, limit=IN_A_PAGE)), answers.keys(tx, alert.id)
        mutes = answers.muted(tx, [alert.id])
        hits = kept.hits_of(tx, alert.id, limit=NAMING) if mutes else []
    addresses = (
        [visit.absolute(f"/feeds/{keys.feed}.{form}") for form in ("atom", "json")] if keys and keys.feed else []
    )
    links = [("json", visit.link(f"/alerts/{alert.id}/deliveries.json"))]
    muted = [{"kind": one.kind, "value": one.value, "label": label(hits, one.kind, one.value)} for one in mutes]
    return form_page(
        visit, "/alerts", "ledger.html", "/alerts", formats=links, alert=alert, rows=rows, feeds=addresses, muted=muted
    )


@router.post("/alerts/{id}/mutes/end")
def unmute(
    request: Request, id: str, kind: Annotated[str, Form()] = "", value: Annotated[str, Form()] = "",
    form_token: Annotated[str, Form()] = "", lang: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Hear of a story, an outlet or a place again."""
    visit = sent(request, form_token, lang)
    with visit.desk.store.write() as tx:
        answers.unmute(tx, _alert(visit, tx, id).id, kind, value)
    return RedirectResponse(visit.link(f"/alerts/{id}/deliveries"), status_code=303)


@router.get("/alerts/{id}/deliveries.json")
def deliveries_data(request: Request, id: str) -> Response:
    """All deliveries of an alert as JSON."""
    visit = Visit.of(request, ask=False)
    with visit.desk.store.read() as tx:
        return formats.as_json({"deliveries": list(ledger(tx, _alert(visit, tx, id)))})


@router.get("/alerts/{id}/deliveries/{delivery}")
def delivery(request: Request, id: str, delivery: str) -> Response:
    """One delivery, opened: its receipt and everything it told; its data at `.json`."""
    visit = Visit.of(request, ask=False)
    name, dot, form = delivery.partition(".")
    if dot and form != "json":
        raise NotFoundError(visit.words.t("error.delivery"))
    with visit.desk.store.read() as tx:
        alert = _alert(visit, tx, id)
        try:
            found = opened(tx, alert, name)
        except InputError as error:
            raise NotFoundError(visit.words.t("error.delivery")) from error
    if form:
        return formats.as_json(found)
    links = [("json", visit.link(f"/alerts/{alert.id}/deliveries/{name}.json"))]
    return visit.page("delivery.html", "/alerts", formats=links, alert=alert, row=found, safe=render.safe_href)


def _alert(visit: Visit, tx: Any, id: str) -> Alert:
    """The alert of this very id. Raises NotFoundError."""
    try:
        alert = kept.get(tx, id)
    except InputError as error:
        raise NotFoundError("No alert has that identifier.") from error
    if alert.id != id:
        raise NotFoundError("No alert has that identifier.")
    return alert
