"""Where messages lead back to: signed links (opening asks, pressing acts) and the secret feeds of alerts.

Both work without the token of the page: the address itself is the secret, and leads to one alert only.
"""

from datetime import UTC, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from alerts import actions, feeds
from alerts.actions import Offer
from alerts.links import LinkError
from store import alerts as kept
from store import answers
from web import formats
from web.problems import NotFoundError
from web.visit import Visit

router = APIRouter(include_in_schema=False)
REFUSED = {"forged": 403, "expired": 410, "replayed": 409}
FEED_FORMATS = ("atom", "json")
LAST_PAGE = 10_000


@router.get("/l/{word}")
def look(request: Request, word: str) -> HTMLResponse:
    """What the link would do, and a button. Mail scanners that follow every link change nothing."""
    try:
        offer = actions.look(request.state.desk.store, word, datetime.now(UTC))
    except LinkError as error:
        return _refused(request, error.why)
    return _page(request, offer, "ask", word)


@router.post("/l/{word}")
def press(request: Request, word: str) -> HTMLResponse:
    """Do it: also what mail programs send for one-click unsubscribing (RFC 8058)."""
    try:
        pressed = actions.press(request.state.desk.store, word, datetime.now(UTC))
    except LinkError as error:
        return _refused(request, error.why)
    if pressed.outcome == "replayed":
        return _refused(request, "replayed", pressed.offer)
    if pressed.offer.link.act == "options":
        return _page(request, pressed.offer, "ask", word)
    return _page(request, pressed.offer, pressed.outcome, word)


def _page(request: Request, offer: Offer, stage: str, word: str) -> HTMLResponse:
    visit = _visit(request, offer)
    return visit.page(
        "link.html", request.url.path, stage=stage, act=offer.link.act, label=offer.label, alert=offer.alert, word=word,
        options=offer.options, refused="",
    )  # fmt: skip


def _refused(request: Request, why: str, offer: Offer | None = None) -> HTMLResponse:
    visit = _visit(request, offer)
    return visit.page("link.html", "/alerts", status=REFUSED[why], stage="refused", refused=why, act="", label="", alert=None, word="", options=())  # fmt: skip


def _visit(request: Request, offer: Offer | None) -> Visit:
    """The visit, in the language of the alert unless the address asks for another."""
    asked = request.query_params.get("lang", "")
    return Visit.of(request, ask=False, lang=asked or (offer.alert.language if offer else ""))


@router.get("/feeds/{word}.{form}")
def alert_feed(request: Request, word: str, form: str, page: int = 1) -> Response:
    """The feed of an alert: Atom or JSON Feed."""
    visit = Visit.of(request, ask=False)
    with visit.desk.store.read() as tx:
        id = answers.alert_of_feed(tx, word) if word else None
        alert = kept.get(tx, id) if id else None
        if alert is None or alert.state == "removed" or form not in FEED_FORMATS or not 1 <= page <= LAST_PAGE:
            raise NotFoundError(visit.words.t("error.feed"), visit.words.t("error.feed.mend"))
        told = feeds.feed(tx, alert, visit.absolute(""), page)
    address, home = visit.absolute(f"/feeds/{word}.{form}"), visit.absolute("/alerts")
    if form == "json":
        answer = formats.as_json(feeds.json_feed(told, address, home))
        answer.headers["content-type"] = "application/feed+json; charset=utf-8"
    else:
        answer = formats.alert_atom(told, address, home)
    answer.headers["x-robots-tag"] = "noindex"
    return answer
