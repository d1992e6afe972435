"""Subscribing by program: alerts listed, added, edited, paused and removed under /api/v1/alerts; templates and back-tests."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request

from alerts import rules, subscriptions, volume
from alerts.backtest import BUSY, backtest, compared
from alerts.questions import QUESTIONS, question
from core.errors import InputError
from store.alerts import Alert
from web import schemas, told
from web.api import NONE, PROBLEMS
from web.desk import Desk
from web.problems import ConfirmError, NotFoundError
from web.subscribing import tried
from web.visit import Visit

CONFLICT: dict[int | str, dict[str, Any]] = {
    409: {"model": schemas.Problem, "description": "It would fire very often, and that was not confirmed"}
}
TESTED = ("documents", "volume")
router = APIRouter(prefix="/api/v1", responses=PROBLEMS)


@router.get("/alerts", response_model=schemas.AlertsAnswer, summary="Alerts")
def alerts(request: Request) -> Any:
    """Every alert that was not removed, oldest first."""
    return {"alerts": told.alerts(Visit.of(request).desk)}


@router.get("/alerts/templates", response_model=schemas.TemplatesAnswer, summary="Ready questions")
def templates(request: Request) -> Any:
    """The usual questions, in the language of `lang`."""
    language = Visit.of(request).words.language
    return {"templates": [one.to_json(language) for one in QUESTIONS]}


@router.post(
    "/alerts/test", response_model=schemas.BacktestAnswer | schemas.VolumeTestAnswer, summary="Back-test a query"
)
def test(request: Request, asked: schemas.AlertAsked) -> Any:
    """What a query would have found in the last 30 days: by day, by source, ten samples; against `before`, what it gains and loses.
    Of kind volume: each time that it would have been told, with its evidence."""
    desk, now = Visit.of(request).desk, datetime.now(UTC)
    if asked.kind not in TESTED:
        raise InputError(f"An alert of kind {asked.kind!r} cannot be back-tested.", f"Give one of {', '.join(TESTED)}.")
    least = rules.thresholds(asked.kind, asked.volume)
    if least is not None:
        return _surges(desk, asked, least, now)
    found = backtest(asked.query, desk.index(), desk.store, now).to_json()
    if asked.before is None:
        return found | {"change": None}
    return found | {"change": compared(asked.before, asked.query, desk.index(), desk.store, now).to_json()}


def _surges(desk: Desk, asked: schemas.AlertAsked, least: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    after = volume.backtest(asked.query, least, desk.index(), desk.store, now)
    if asked.before is None:
        return after.to_json() | {"change": None}
    before = volume.backtest(asked.before, least, desk.index(), desk.store, now)
    return after.to_json() | {"change": volume.compared(before, after)}


@router.post("/alerts", response_model=schemas.AlertRow, status_code=201, responses=CONFLICT, summary="Subscribe")
def add(request: Request, given: schemas.AlertGiven) -> Any:
    """Keep a new alert."""
    visit, now = Visit.of(request), datetime.now(UTC)
    allowed = visit.desk.settings.allow_private
    fields = given.model_dump(exclude_none=True, exclude={"template", "value", "confirm"})
    if given.template is not None:
        fields = question(given.template).fields(fields.get("language", "es"), given.value) | fields
    elif given.value:
        raise InputError("A value fills the blank of a template, and none is named.", "Name the template.")
    for name in ("name", "owner"):
        if name not in fields:
            raise InputError(f"The alert has no {name}.", f"Give {name}.")
    _confirmed(visit, rules.create(**fields, now=now, allowed=allowed), None, given.confirm, now)
    return told.alert_row(subscriptions.add(visit.desk.store, now, allowed=allowed, **fields), now)


@router.get("/alerts/{id}", response_model=schemas.AlertRow, responses=NONE, summary="An alert")
def alert(request: Request, id: str) -> Any:
    """One alert by its id."""
    return told.alert_row(_found(Visit.of(request), id), datetime.now(UTC))


@router.patch("/alerts/{id}", response_model=schemas.AlertRow, responses=NONE | CONFLICT, summary="Edit an alert")
def edit(request: Request, id: str, given: schemas.AlertChanges) -> Any:
    """Change what is named; `/api/v1/alerts/test` says before what another query gains and loses."""
    visit, now = Visit.of(request), datetime.now(UTC)
    before, allowed = _found(visit, id), visit.desk.settings.allow_private
    changes = given.model_dump(exclude_none=True, exclude={"confirm"})
    after = rules.edited(before, allowed, **changes)
    if after.query != before.query:
        _confirmed(visit, after, before, given.confirm, now)
    return told.alert_row(subscriptions.edit(visit.desk.store, id, now, allowed=allowed, **changes), now)


@router.post("/alerts/{id}/pause", response_model=schemas.AlertRow, responses=NONE, summary="Pause an alert")
def pause(request: Request, id: str) -> Any:
    """Stop asking and telling; what arrives meanwhile is not matched."""
    visit, now = Visit.of(request), datetime.now(UTC)
    return told.alert_row(subscriptions.pause(visit.desk.store, _found(visit, id).id, now), now)


@router.post("/alerts/{id}/resume", response_model=schemas.AlertRow, responses=NONE, summary="Resume an alert")
def resume(request: Request, id: str) -> Any:
    """Ask again."""
    visit, now = Visit.of(request), datetime.now(UTC)
    return told.alert_row(subscriptions.resume(visit.desk.store, _found(visit, id).id, now), now)


@router.delete("/alerts/{id}", response_model=schemas.AlertRow, responses=NONE, summary="Remove an alert")
def remove(request: Request, id: str) -> Any:
    """Ask and tell no more; what it found is kept."""
    visit, now = Visit.of(request), datetime.now(UTC)
    return told.alert_row(subscriptions.remove(visit.desk.store, _found(visit, id).id, now), now)


@router.patch("/owners/{address}", response_model=schemas.AlertsAnswer, summary="Change an owner's alerts")
def edit_owner(request: Request, address: str, given: schemas.OwnerChanges) -> Any:
    """Change the language, quiet hours, channels or address of all alerts of an owner, or of none."""
    visit, now = Visit.of(request), datetime.now(UTC)
    allowed = visit.desk.settings.allow_private
    changed = subscriptions.edit_owner(
        visit.desk.store, address, now, allowed=allowed, **given.model_dump(exclude_none=True)
    )
    return {"alerts": [told.alert_row(one, now) for one in changed]}


def _found(visit: Visit, id: str) -> Alert:
    found = told.alert(visit.desk, id)
    if found is None:
        raise NotFoundError(f"There is no alert {id[:40]!r}.", "GET /api/v1/alerts names them.")
    return found


def _confirmed(visit: Visit, alert: Alert, before: Alert | None, confirm: bool, now: datetime) -> None:
    """Raises ConfirmError for an alert that would fire very often. An index that is down stops nobody."""
    tested = None if confirm else tried(visit.desk, alert, before, now)
    if tested and tested.found and tested.busy:
        raise ConfirmError(
            f"It would fire {tested.found.per_day:.0f} times a day, more than {BUSY}.",
            "Narrow it, or send confirm: true.",
        )
