"""The screens of alerts: the list, ready questions, the form with its back-test, the edit with what it gains and loses.

A form is first tested (`act=test`): nothing is saved, the same form is shown again with what the last 30 days would have
given. One that fires very often is saved only when that is confirmed.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from alerts import rules, subscriptions, volume
from alerts.backtest import BUSY, Backtest, Change, backtest, compared
from alerts.channels.addresses import shown
from alerts.questions import QUESTIONS, question
from alerts.volume import VolumeTest
from core.errors import InputError, QueryError, StoreError, UnavailableError
from core.masking import mask
from store.alerts import Alert
from web import told
from web.console import Trouble, form_page, links, listed, sent, short
from web.desk import Desk
from web.problems import NotFoundError, caret
from web.visit import Visit

router = APIRouter(include_in_schema=False)
COLUMNS = (
    "id", "name", "query", "owner", "language", "rhythm", "at", "channels", "state", "reason", "created", "kind", "day", "quiet", "volume", "every", "next",
)  # fmt: skip
ACTS = {"pause": subscriptions.pause, "resume": subscriptions.resume, "remove": subscriptions.remove}
THRESHOLDS = ("count", "ratio", "sources", "cooldown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What stands in the form, as typed."""

    name: str = ""
    query: str = ""
    owner: str = ""
    language: str = "es"
    rhythm: str = "instant"
    at: str = "07:00"
    day: str = "monday"
    quiet: str = ""
    channels: str = ""
    kind: str = "documents"
    count: str = ""
    ratio: str = ""
    sources: str = ""
    cooldown: str = ""
    every: str = ""

    @classmethod
    def of(cls, alert: Alert) -> "Entered":
        """The form of an alert that is kept."""
        volume = {name: f"{value:g}" for name, value in (alert.volume or {}).items()}
        plain = {
            name: getattr(alert, name) for name in ("name", "query", "owner", "language", "rhythm", "at", "day", "kind")
        }
        return cls(
            **plain,
            quiet=alert.quiet or "",
            channels="\n".join(map(shown, alert.channels)),
            every="1" if alert.every else "",
            **volume,
        )

    def fields(self) -> dict[str, Any]:
        """As `rules.create` takes them. Raises InputError for a threshold that is no number."""
        given = {name: value for name, value in asdict(self).items() if name not in THRESHOLDS}
        volume = {name: _number(name, text) for name in THRESHOLDS if (text := getattr(self, name).strip())}
        channels = self.channels.split() or None
        more = {"channels": channels, "volume": volume if self.kind == "volume" else None, "every": bool(self.every)}
        return given | {"at": self.at or "07:00", "query": "" if self.kind == "operator" else self.query} | more


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """A back-test as the page shows it (`surges` of an alert on volume, and the `days` it gains and loses); `trouble` where there
    could be none."""

    found: Backtest | None = None
    change: Change | None = None
    surges: VolumeTest | None = None
    days: Mapping[str, Any] | None = None
    trouble: str = ""

    @property
    def busy(self) -> bool:
        """Whether saving must be confirmed."""
        return self.found is not None and self.found.busy


def entered(
    name: Annotated[str, Form()] = "", query: Annotated[str, Form()] = "", owner: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "es", rhythm: Annotated[str, Form()] = "instant", at: Annotated[str, Form()] = "",
    day: Annotated[str, Form()] = "monday", quiet: Annotated[str, Form()] = "", channels: Annotated[str, Form()] = "",
    kind: Annotated[str, Form()] = "documents", count: Annotated[str, Form()] = "", ratio: Annotated[str, Form()] = "",
    sources: Annotated[str, Form()] = "", cooldown: Annotated[str, Form()] = "", every: Annotated[str, Form()] = "",
) -> Entered:  # fmt: skip
    """The form that was sent."""
    return Entered(
        name=name, query=query, owner=owner, language=language, rhythm=rhythm, at=at, day=day, quiet=quiet, channels=channels,
        kind=kind, count=count, ratio=ratio, sources=sources, cooldown=cooldown, every=every,
    )  # fmt: skip


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise InputError(f"The {name} {text!r} is no number.", "Write it with digits.") from error


@router.get("/alerts")
def alerts(request: Request, saved: str = "", template: str = "", value: str = "") -> HTMLResponse:
    """The alerts and the form for a new one; a query or a template in the address is put into the form."""
    visit = Visit.of(request, ask=False)
    form = Entered(language=visit.words.language, query=request.query_params.get("q", ""))
    trouble, status = None, 200
    if template:
        try:
            form = Entered(language=visit.words.language, **question(template).fields(visit.words.language, value))
        except InputError as error:
            trouble, status = _trouble(visit, error), 400
    return _page(visit, "alerts.html", form, trouble=trouble, saved=bool(saved), status=status)


@router.get("/alerts.{form}")
def alerts_data(request: Request, form: str) -> Response:
    """The alerts as data."""
    return listed(form, "alerts", told.alerts(Visit.of(request, ask=False).desk), COLUMNS)


@router.post("/alerts")
def add_alert(
    request: Request, form: Annotated[Entered, Depends(entered)], act: Annotated[str, Form()] = "save",
    confirmed: Annotated[str, Form()] = "", form_token: Annotated[str, Form()] = "", lang: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Test or keep a new alert, or show the form again with what is wrong in it."""
    visit, now = sent(request, form_token, lang), datetime.now(UTC)
    try:
        fields = form.fields()
        alert = rules.create(**fields, now=now, allowed=visit.desk.settings.allow_private)
        tested = tried(visit.desk, alert, None, now)
        if act == "test" or (tested.busy and not confirmed):
            return _page(visit, "alerts.html", form, tested=tested, status=200 if act == "test" else 409)
        subscriptions.add(visit.desk.store, now, allowed=visit.desk.settings.allow_private, **fields)
    except InputError as error:
        return _page(visit, "alerts.html", form, trouble=_trouble(visit, error), status=400)
    except QueryError as error:
        return _page(visit, "alerts.html", form, trouble=_trouble(visit, error), status=400)
    return RedirectResponse(visit.link("/alerts", saved="1"), status_code=303)


@router.get("/alerts/{id}/edit")
def edit_form(request: Request, id: str) -> HTMLResponse:
    """The form of an alert that is kept."""
    visit = Visit.of(request, ask=False)
    alert = _found(visit, id)
    return _page(visit, "alert.html", Entered.of(alert), alert=alert)


@router.post("/alerts/{id}/edit")
def edit_alert(
    request: Request, id: str, form: Annotated[Entered, Depends(entered)], act: Annotated[str, Form()] = "save",
    confirmed: Annotated[str, Form()] = "", form_token: Annotated[str, Form()] = "", lang: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Test or keep the changes of an alert."""
    visit, now = sent(request, form_token, lang), datetime.now(UTC)
    alert = _found(visit, id)
    try:
        changes = {name: value for name, value in form.fields().items() if name != "kind"}
        after = rules.edited(alert, visit.desk.settings.allow_private, **changes)
        tested = tried(visit.desk, after, alert, now)
        asked = after.query != alert.query and tested.busy and not confirmed
        if act == "test" or asked:
            return _page(visit, "alert.html", form, alert=alert, tested=tested, status=200 if act == "test" else 409)
        subscriptions.edit(visit.desk.store, id, now, allowed=visit.desk.settings.allow_private, **changes)
    except InputError as error:
        return _page(visit, "alert.html", form, alert=alert, trouble=_trouble(visit, error), status=400)
    except QueryError as error:
        return _page(visit, "alert.html", form, alert=alert, trouble=_trouble(visit, error), status=400)
    return RedirectResponse(visit.link("/alerts", saved="2"), status_code=303)


@router.post("/alerts/owner")
def edit_owner(
    request: Request, owner: Annotated[str, Form()] = "", language: Annotated[str, Form()] = "", quiet: Annotated[str, Form()] = "",
    loud: Annotated[str, Form()] = "", channels: Annotated[str, Form()] = "", form_token: Annotated[str, Form()] = "",
    lang: Annotated[str, Form()] = "",
) -> Response:  # fmt: skip
    """Change what is filled in for all alerts of an owner; `loud` ends the quiet hours."""
    visit, now = sent(request, form_token, lang), datetime.now(UTC)
    changes = {
        "language": language or None,
        "quiet": "" if loud else quiet.strip() or None,
        "channels": channels.split() or None,
    }
    try:
        subscriptions.edit_owner(visit.desk.store, owner, now, allowed=visit.desk.settings.allow_private, **changes)
    except InputError as error:
        form = Entered(language=visit.words.language)
        return _page(visit, "alerts.html", form, trouble=_trouble(visit, error), status=400)
    return RedirectResponse(visit.link("/alerts", saved="2"), status_code=303)


@router.post("/alerts/{id}/{act}")
def turn_alert(
    request: Request, id: str, act: str, form_token: Annotated[str, Form()] = "", lang: Annotated[str, Form()] = ""
) -> Response:
    """Pause, resume or remove an alert."""
    visit = sent(request, form_token, lang)
    if act not in ACTS:
        raise NotFoundError("No alert has that identifier.")
    ACTS[act](visit.desk.store, _found(visit, id).id, datetime.now(UTC))
    return RedirectResponse(visit.link("/alerts"), status_code=303)


def tried(desk: Desk, alert: Alert, before: Alert | None, now: datetime) -> Tested:
    """The back-test of an alert, and what it gains and loses against the one before. An index that is down is told."""
    try:
        if alert.kind == "volume":
            return _surges(desk, alert, before, now)
        if alert.kind != "documents":
            return Tested()
        found = backtest(alert.query, desk.index(), desk.store, now)
        change = None
        if before is not None and before.query != alert.query:
            with suppress(QueryError):  # what it asked before can no longer be asked: nothing to compare with
                change = compared(before.query, alert.query, desk.index(), desk.store, now)
    except (UnavailableError, StoreError) as error:
        return Tested(trouble=str(error))
    return Tested(found=found, change=change)


def _surges(desk: Desk, alert: Alert, before: Alert | None, now: datetime) -> Tested:
    found = volume.backtest(alert.query, alert.volume or {}, desk.index(), desk.store, now)
    days = None
    if before is not None and (before.query, before.volume) != (alert.query, alert.volume):
        with suppress(QueryError):
            old = volume.backtest(before.query, before.volume or {}, desk.index(), desk.store, now)
            days = volume.compared(old, found)
    return Tested(surges=found, days=days)


def _page(
    visit: Visit, template: str, form: Entered, *, alert: Alert | None = None, tested: Tested | None = None,
    trouble: Trouble | None = None, saved: bool = False, status: int = 200,
) -> HTMLResponse:  # fmt: skip
    rows = [
        row
        | {
            "created": short(row["created"])[:10],
            "when": _when(visit, row),
            "next": short(row["next"]) if row["next"] and row["rhythm"] != "instant" else "",
            "reason": visit.words.said(row["reason"] or ""),
        }
        for row in told.alerts(visit.desk)
    ]
    language = visit.words.language
    ready = [one.to_json(language) for one in QUESTIONS]
    return form_page(
        visit, "/alerts", template, "/alerts", status=status, formats=links(visit, "/alerts"), alerts=rows, entered=form, problem=trouble,
        saved=saved, owners=sorted({row["owner"] for row in rows}), tested=tested, alert=alert, questions=ready, busy_from=BUSY, outlets=visit.desk.outlets(), hidden=mask,
        action=f"/alerts/{alert.id}/edit" if alert else "/alerts",
        parked=told.parked(visit.desk), failing=[_failing(visit, row) for row in told.failing_channels(visit.desk)],
    )  # fmt: skip


def _failing(visit: Visit, row: Mapping[str, Any]) -> dict[str, Any]:
    """A channel that fails, and how it is with it in the page's language."""
    key = "alerts.channel.paused" if row["paused"] else "alerts.failing"
    return dict(row) | {"how": visit.words.t(key, since=short(row["paused"] or row["since"]), n=row["failures"])}


def _when(visit: Visit, row: Mapping[str, Any]) -> str:
    """The rhythm with its day and hour, and the quiet hours."""
    parts = [visit.words.name("rhythm", row["rhythm"])]
    parts += [visit.words.name("day", row["day"])] if row["rhythm"] == "weekly" else []
    parts += [row["at"]] if row["rhythm"] != "instant" else []
    return " ".join(parts) + (f", {visit.words.t('alerts.silent', hours=row['quiet'])}" if row["quiet"] else "")


def _trouble(visit: Visit, error: InputError | QueryError) -> Trouble:
    marked, said = caret(error.query, error.position) if isinstance(error, QueryError) else None, visit.words.said
    return Trouble(reason=said(error.reason), mend=said(error.mend), caret=marked)


def _found(visit: Visit, id: str) -> Alert:
    found = told.alert(visit.desk, id)
    if found is None:
        raise NotFoundError("No alert has that identifier.")
    return found
