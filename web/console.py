"""The screens for keeping it running: sources, alerts, runs, and the form that takes the token. `web/deciding.py` has the other forms that write."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from alerts import subscriptions
from core.errors import InputError, QueryError
from web import formats, guard, receipts, render, told
from web.problems import FormError, NotFoundError, caret
from web.visit import Visit
from web.words import Words

router = APIRouter(include_in_schema=False)
SOURCE_COLUMNS = (
    "slug", "name", "home", "kind", "region", "status", "enabled", "reason", "failures", "interval", "last_success", "last_item", "pending", "items",
    "trouble", "gap", "seen_a_day", "pages", "share_document", "share_author", "share_date", "share_section", "text_length", "drift", "moved_to", "mend",
    "listed", "have", "completeness", "surveyed",
)  # fmt: skip
ALERT_COLUMNS = ("id", "name", "query", "owner", "language", "rhythm", "at", "channels", "state", "reason", "created")
RUN_COLUMNS = ("id", "kind", "state", "started", "finished", "what", "receipt")
WORK_STATES = ("waiting", "leased", "parked", "done")
OUTCOMES = {"done": "yes", "failed": "no", "interrupted": "no", "running": "running"}
LIST_FORMATS = ("json", "csv", "jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a form was not taken."""

    reason: str
    mend: str
    caret: str | None = None


def listed(form: str, name: str, rows: list[dict[str, Any]], columns: tuple[str, ...]) -> Response:
    """Rows in one of the data forms of a list."""
    if form == "json":
        return formats.as_json({name: rows})
    if form == "jsonl":
        return formats.as_jsonl(rows)
    if form == "csv":
        return formats.as_csv(rows, columns, name)
    raise NotFoundError(
        f"There is no .{form[:20]} form of this page.", f"There are {', '.join('.' + known for known in LIST_FORMATS)}."
    )


def _links(visit: Visit, path: str) -> list[tuple[str, str]]:
    return [(form, visit.link(f"{path}.{form}")) for form in LIST_FORMATS]


@router.get("/sources")
def sources(request: Request) -> HTMLResponse:
    """Every source and how it is."""
    visit = Visit.of(request)
    rows = [
        row | {
            "href": render.safe_href(row["home"]), "last_success": _short(row["last_success"]), "last_item": _short(row["last_item"]),
            "every": _every(visit, row["interval"]), "waiting": row["pending"], "items": "" if row["items"] is None else row["items"],
            "reason": visit.words.said(row["reason"] or ""), "fell": [_fell(visit, one) for one in row["drift"]], "mended": _mended(visit, row), "gives": _gives(visit, row), "held": "" if row["completeness"] is None else f"{row['completeness']:.0%}",
        }
        for row in told.sources(visit.desk)
    ]  # fmt: skip
    return visit.page("sources.html", "/sources", formats=_links(visit, "/sources"), sources=rows)


@router.get("/sources.{form}")
def sources_data(request: Request, form: str) -> Response:
    """The sources as data."""
    return listed(form, "sources", told.sources(Visit.of(request).desk), SOURCE_COLUMNS)


def _short(iso: str | None) -> str:
    return iso[:16].replace("T", " ") if iso else ""


def _fell(visit: Visit, drift: Mapping[str, Any]) -> str:
    """What fell in a source's pages, in the page's language."""
    what = visit.words.t("sources.fell." + drift["what"])
    return visit.words.t("sources.fell", what=what, have=drift["have"], of=drift["of"], usual=f"{drift['usual']:.0%}")


def _mended(visit: Visit, row: Mapping[str, Any]) -> str:
    """What a person can do about it, in the page's language."""
    return visit.words.t("sources.mend." + row["trouble"], slug=row["slug"]) if row["mend"] else ""


def _gives(visit: Visit, row: Mapping[str, Any]) -> str:
    """What its latest pages gave, in one line: shares with author, date, section, and the usual length."""
    shares = [
        f"{visit.words.t('sources.' + name)} {row['share_' + name]:.0%}"
        for name in ("document", "author", "date", "section")
        if row["share_" + name] is not None
    ]
    length = [] if row["text_length"] is None else [visit.words.t("sources.length", n=row["text_length"])]
    return " · ".join([*shares, *length])


def _every(visit: Visit, seconds: float | None) -> str:
    if seconds is None:
        return ""
    minutes = round(seconds / 60)
    return (
        visit.words.t("sources.minutes", n=minutes)
        if minutes < 120
        else visit.words.t("sources.hours", n=round(minutes / 60))
    )


@router.get("/runs")
def runs(request: Request) -> HTMLResponse:
    """The latest jobs with their receipts, and the work that waits."""
    visit = Visit.of(request)
    rows = [_run(row, visit.words) for row in told.runs(visit.desk, 50)]
    work, troubles = told.work_summary(visit.desk), told.index_troubles(visit.desk, visit.words)
    notice = visit.words.t("runs.index", what=" ".join(troubles)) if troubles else ""
    return visit.page(
        "runs.html", "/runs", formats=_links(visit, "/runs"), runs=rows, work=work, states=WORK_STATES, notice=notice
    )


def _run(row: Mapping[str, Any], words: Words) -> dict[str, Any]:
    ended = datetime.fromisoformat(row["finished"]) if row["finished"] else None
    seconds = (ended - datetime.fromisoformat(row["started"])).total_seconds() if ended else None
    what, receipt = row["what"], row["receipt"] or {}
    return {
        "kind": row["kind"], "started": _short(row["started"]), "outcome": OUTCOMES.get(row["state"], "no"),
        "seconds": None if seconds is None else round(seconds, 1), "what": ", ".join(f"{k}: {v}" for k, v in what.items()) if isinstance(what, dict) else str(what or ""),
        "receipt": receipts.lines(receipt, words),
    }  # fmt: skip


@router.get("/runs.{form}")
def runs_data(request: Request, form: str) -> Response:
    """The latest jobs as data."""
    visit = Visit.of(request)
    return listed(form, "runs", told.runs(visit.desk, 200), RUN_COLUMNS)


@router.get("/alerts")
def alerts(request: Request, saved: str = "") -> HTMLResponse:
    """The alerts and the form for a new one; a query in the address is put into the form."""
    visit = Visit.of(request, ask=False)
    query = request.query_params.get("q", "")
    return _alerts_page(visit, {"query": query}, saved=bool(saved))


def _alerts_page(
    visit: Visit, entered: Mapping[str, str], *, trouble: Trouble | None = None, saved: bool = False, status: int = 200
) -> HTMLResponse:
    form_cookie, token = visit.request.app.state.forms.issue(visit.request.cookies.get(guard.FORM_COOKIE))
    filled = {
        "name": "",
        "query": "",
        "owner": "",
        "rhythm": "instant",
        "at": "07:00",
        "language": visit.words.language,
    } | dict(entered)
    rows = [
        row
        | {
            "created": _short(row["created"])[:10],
            "reason": visit.words.said(row["reason"] or ""),
            "at": row["at"] if row["rhythm"] != "instant" else "",
        }
        for row in told.alerts(visit.desk)
    ]
    page = visit.page(
        "alerts.html", "/alerts", status=status, formats=_links(visit, "/alerts"), alerts=rows, form_token=token, entered=filled, problem=trouble, saved=saved,
        parked=told.parked(visit.desk), failing=[_failing(visit, row) for row in told.failing_channels(visit.desk)],
    )  # fmt: skip
    page.set_cookie(
        guard.FORM_COOKIE,
        form_cookie,
        httponly=True,
        samesite="strict",
        secure=is_secure(visit.request),
        path="/alerts",
    )
    return page


def _failing(visit: Visit, row: Mapping[str, Any]) -> dict[str, Any]:
    """A channel that fails, and how it is with it in the page's language."""
    key = "alerts.channel.paused" if row["paused"] else "alerts.failing"
    return dict(row) | {"how": visit.words.t(key, since=_short(row["paused"] or row["since"]), n=row["failures"])}


@router.get("/alerts.{form}")
def alerts_data(request: Request, form: str) -> Response:
    """The alerts as data."""
    return listed(form, "alerts", told.alerts(Visit.of(request, ask=False).desk), ALERT_COLUMNS)


@router.post("/alerts")
def add_alert(
    request: Request, name: Annotated[str, Form()] = "", query: Annotated[str, Form()] = "", owner: Annotated[str, Form()] = "",
    rhythm: Annotated[str, Form()] = "instant", at: Annotated[str, Form()] = "", language: Annotated[str, Form()] = "es",
    form_token: Annotated[str, Form()] = "", lang: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Keep a new alert, or show the form again with what is wrong in it."""
    visit = sent(request, form_token, lang)
    fields = {"name": name, "query": query, "owner": owner, "rhythm": rhythm, "at": at or "07:00", "language": language}
    try:
        subscriptions.add(visit.desk.store, datetime.now(UTC), allowed=visit.desk.settings.allow_private, **fields)
    except (QueryError, InputError) as error:
        place = caret(query, error.position) if isinstance(error, QueryError) else None
        said = visit.words.said
        trouble = Trouble(reason=said(error.reason), mend=said(error.mend), caret=place)
        return _alerts_page(visit, fields, trouble=trouble, status=400)
    return RedirectResponse(visit.link("/alerts", saved="1"), status_code=303)


@router.post("/alerts/{id}/{act}")
def turn_alert(
    request: Request, id: str, act: str, form_token: Annotated[str, Form()] = "", lang: Annotated[str, Form()] = ""
) -> Response:
    """Pause or resume an alert."""
    visit = sent(request, form_token, lang)
    acts = {"pause": subscriptions.pause, "resume": subscriptions.resume}
    if act not in acts or not told.has_alert(visit.desk, id):
        raise NotFoundError("No alert has that identifier.")
    acts[act](visit.desk.store, id, datetime.now(UTC))
    return RedirectResponse(visit.link("/alerts"), status_code=303)


def sent(request: Request, form_token: str, lang: str) -> Visit:
    """The visit behind a form of ours. Raises FormError for any other."""
    visit = Visit.of(request, ask=False, lang=lang)
    if not request.app.state.forms.valid(request.cookies.get(guard.FORM_COOKIE), form_token):
        raise FormError("The form has expired.", "Load the page again and send it once more.")
    return visit


@router.get("/login")
def login(request: Request) -> HTMLResponse:
    """The form that takes the token."""
    return _login_page(request, request.query_params.get("next", "/"))


@router.post("/login")
def log_in(request: Request, token: Annotated[str, Form()] = "", next: Annotated[str, Form()] = "/") -> Response:
    """Give a session to who shows the token."""
    settings = request.state.door
    if not guard.token_matches(settings.token, token):
        return _login_page(request, next, wrong=True)
    answer = RedirectResponse(_own_path(next), status_code=303)
    value = guard.session(settings.token, datetime.now(UTC).timestamp())
    answer.set_cookie(
        guard.SESSION_COOKIE, value, max_age=guard.SESSION_SECONDS, httponly=True, samesite="lax", secure=is_secure(request), path="/"
    )  # fmt: skip
    return answer


def _login_page(request: Request, wanted: str, *, wrong: bool = False) -> HTMLResponse:
    visit = Visit.of(request, ask=False)
    return visit.page("login.html", "/login", status=403 if wrong else 200, wrong=wrong, next=_own_path(wanted))


def _own_path(wanted: str) -> str:
    """A path of this site: nobody is led elsewhere after showing the token."""
    plain = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and wanted.isprintable()
    return wanted if plain else "/"


def is_secure(request: Request) -> bool:
    """Whether the visitor came by https: then cookies are for https alone."""
    return request.url.scheme == "https" or request.state.door.public_url.startswith("https://")
