"""What happened to an address, stage by stage, as rows; and which clause of an alert did not match it."""

from typing import Any

from core.time import lima_iso
from store import alerts, documents, history
from store.database import Store
from store.history import History
from web.past import happenings
from web.words import Words

Row = dict[str, Any]


def reasons(store: Store, url: str, alert: str | None) -> list[Row]:
    """Rows `{stage, at, what}` in the order in which things happen; with an alert, its verdict last.

    Raises InputError for an alert that is not there.
    """
    words = Words("en")
    with store.read() as tx:
        past = history.of(tx, url)
        rows = [
            {"stage": words.name("past.stage", one.stage), "at": lima_iso(one.at) if one.at else None, "what": one.what}
            for one in happenings(past, words)
        ]
        if alert:
            rows += [{"stage": "alert", "at": None, "what": what} for what in _verdict(tx, past, alert)]
    return rows


def _verdict(tx: Any, past: History, which: str) -> list[str]:
    from alerts.matcher import explain

    alert = alerts.get(tx, which)
    record = documents.record(tx, past.id) if past.id else None
    if record is None:
        return [f"{alert.name}: there is no document to ask."]
    failed = explain(alert, record)
    state = "" if alert.state == "active" else f" (the alert is {alert.state})"
    if not failed:
        return [f"{alert.name}: every clause matches{state}."]
    return [f"{alert.name}: this clause does not match: {clause}{state}" for clause in failed]
