"""The screens for keeping it running: sources, runs, and the form that takes the token; what all forms that write share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from web import formats, guard, receipts, render, told
from web.problems import FormError, NotFoundError
from web.visit import Visit
from web.words import Words

router = APIRouter(include_in_schema=False)
SOURCE_COLUMNS = (
    "slug", "name", "home", "kind", "region", "status", "enabled", "reason", "failures", "interval", "last_success", "last_item", "pending", "items",
    "trouble", "gap", "seen_a_day", "pages", "share_document", "share_author", "share_date", "share_section", "text_length", "drift", "moved_to", "mend",
    "listed", "have", "completeness", "surveyed",
)  # fmt: skip
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


def links(visit: Visit, path: str) -> list[tuple[str, str]]:
    """The addresses of a list's data forms."""
    return [(form, visit.link(f"{path}.{form}")) for form in LIST_FORMATS]


@router.get("/sources")
def sources(request: Request) -> HTMLResponse:
    """Every source and how it is."""
    visit = Visit.of(request)
    rows = [
        row | {
            "href": render.safe_href(row["home"]), "last_success": short(row["last_success"]), "last_item": short(row["last_item"]),
            "every": _every(visit, row["interval"]), "waiting": row["pending"], "items": "" if row["items"] is None else row["items"],
            "reason": visit.words.said(row["reason"] or ""), "fell": [_fell(visit, one) for one in row["drift"]], "mended": _mended(visit, row), "gives": _gives(visit, row), "held": "" if row["completeness"] is None else f"{row['completeness']:.0%}",
        }
        for row in told.sources(visit.desk)
    ]  # fmt: skip
    return visit.page("sources.html", "/sources", formats=links(visit, "/sources"), sources=rows)


@router.get("/sources.{form}")
def sources_data(request: Request, form: str) -> Response:
    """The sources as data."""
    return listed(form, "sources", told.sources(Visit.of(request).desk), SOURCE_COLUMNS)


def short(iso: str | None) -> str:
    """A moment as a table shows it: to the minute; empty for None."""
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
        "runs.html", "/runs", formats=links(visit, "/runs"), runs=rows, work=work, states=WORK_STATES, notice=notice
    )


def _run(row: Mapping[str, Any], words: Words) -> dict[str, Any]:
    ended = datetime.fromisoformat(row["finished"]) if row["finished"] else None
    seconds = (ended - datetime.fromisoformat(row["started"])).total_seconds() if ended else None
    what, receipt = row["what"], row["receipt"] or {}
    return {
        "kind": row["kind"], "started": short(row["started"]), "outcome": OUTCOMES.get(row["state"], "no"),
        "seconds": None if seconds is None else round(seconds, 1), "what": ", ".join(f"{k}: {v}" for k, v in what.items()) if isinstance(what, dict) else str(what or ""),
        "receipt": receipts.lines(receipt, words),
    }  # fmt: skip


@router.get("/runs.{form}")
def runs_data(request: Request, form: str) -> Response:
    """The latest jobs as data."""
    visit = Visit.of(request)
    return listed(form, "runs", told.runs(visit.desk, 200), RUN_COLUMNS)


def sent(request: Request, form_token: str, lang: str) -> Visit:
    """The visit behind a form of ours. Raises FormError for any other."""
    visit = Visit.of(request, ask=False, lang=lang)
    if not request.app.state.forms.valid(request.cookies.get(guard.FORM_COOKIE), form_token):
        raise FormError("The form has expired.", "Load the page again and send it once more.")
    return visit


def form_page(visit: Visit, within: str, template: str, path: str, **shown: Any) -> HTMLResponse:
    """A page with forms that write: with their token, and the cookie that goes with it to all that lies `within`."""
    cookie, token = visit.request.app.state.forms.issue(visit.request.cookies.get(guard.FORM_COOKIE))
    page = visit.page(template, path, form_token=token, **shown)
    page.set_cookie(
        guard.FORM_COOKIE, cookie, httponly=True, samesite="strict", secure=is_secure(visit.request), path=within
    )
    return page


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
