"""What happened to an address, stage by stage, as rows; and which clause of an alert did not match it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from core.time import lima_iso
from store import alerts, documents, history
from store.database import Store
from store.history import History

Row = dict[str, Any]


def reasons(store: Store, url: str, alert: str | None) -> list[Row]:
    """Rows `{stage, at, what}` in the order in which things happen; with an alert, its verdict last.

    Raises InputError for an alert that is not there.
    """
    with store.read() as tx:
        past = history.of(tx, url)
        rows = list(_rows(past))
        if alert:
            rows += _verdict(tx, past, alert)
    return rows


def _row(stage: str, at: datetime | None, what: str) -> Row:
    return {"stage": stage, "at": lima_iso(at) if at else None, "what": what}


def _rows(past: History) -> Iterator[Row]:
    if past.id is None and not past.addresses:
        yield _row("unknown", None, "No feed showed this address, and it was not imported.")
        return
    yield from _fetching(past)
    if past.document is None:
        yield _row("extracted", None, "No document yet.")
        return
    yield from _document(past)
    yield from _queues(past)
    yield from _mails(past)


def _fetching(past: History) -> Iterator[Row]:
    for one in past.addresses:
        yield _row("discovered", one.discovered, f"{one.url}, shown by {one.source} ({one.arrival})")
        if one.fetched:
            place = f"kept at {one.archive}" if one.archive else "its page was dropped (`pututu retention`)"
            yield _row("fetched", one.fetched, place)
        if one.state == "extracted":
            yield _row("extracted", one.changed, f"is document {one.document}")
        elif one.error:
            yield _row(one.state, one.changed, f"{one.error} (after {one.attempts} attempts)")
        else:
            yield _row(one.state, one.changed, "waits" if one.state in ("pending", "fetched") else one.state)

    for look in past.looks:
        if look["gone"]:
            yield _row("gone", look["gone"], "its page is no more at its site; the document stays")
        elif look["checked"]:
            again = f", and will be on {lima_iso(look['due'])}" if look["due"] else ""
            yield _row("looked at", look["checked"], f"its page was looked at again{again}")


def _document(past: History) -> Iterator[Row]:
    document = past.document or {}
    if document.get("taken_down"):
        yield _row("taken down", document["taken_down"], document.get("takedown_reason") or "")
    for version in past.versions:
        yield _row(
            "stored",
            version.seen,
            f"version {version.version} of {past.id}, changed by the {version.by}: {version.title}",
        )
    for step in past.steps:
        yield _row("tagged", step["made"], f"{step['step']} of version {step['version']} ({step['fingerprint']})")
    for correction in past.corrections:
        yield _row(
            "corrected",
            correction["at"],
            f"by {correction['author']}" + (", undone since" if correction["undone"] else ""),
        )
    if past.story:
        yield _row("story", past.story.first, f"{past.story.id}, told by {past.story.size} documents")


def _queues(past: History) -> Iterator[Row]:
    words = {"enrich": "enriched", "index": "indexed", "match": "matched"}
    for item in past.work:
        stage = words[item["kind"]]
        if item["state"] == "done":
            yield _row(stage, item["finished"], f"version {item['version']} ({item['cause']})")
        else:
            error = f": {item['error']}" if item["error"] else ""
            yield _row(
                stage, item["not_before"], f"{item['state']} for version {item['version']} ({item['cause']}){error}"
            )


def _mails(past: History) -> Iterator[Row]:
    from alerts.channels.addresses import shown

    for hit in past.hits:
        yield _row("hit", hit["matched"], f"alert {hit['alert']}" + _silence(hit))
    for entry in past.entries:
        yield _row("entry", entry["created"], f"entry {entry['id']} of alert {entry['alert']} is {entry['state']}")
    for mail in past.deliveries:
        what = f"{shown(mail['channel'])}, {mail['message_id']}, part {mail['part']} of {mail['parts']}"
        yield _row(
            "delivered" if mail["sent"] else mail["state"],
            mail["sent"] or mail["prepared"],
            what + (f": {mail['error']}" if mail["error"] else ""),
        )


def _silence(hit: Mapping[str, Any]) -> str:
    """Why a hit is only counted; nothing for one that is told."""
    if not hit["counted"]:
        return ""
    why = {None: "", "told": ": its story was told before, and it brings nothing new"}
    return ", only counted" + why.get(hit["silenced"], f": its owner has muted {hit['silenced']}")


def _verdict(tx: Any, past: History, which: str) -> list[Row]:
    from alerts.matcher import explain

    alert = alerts.get(tx, which)
    record = documents.record(tx, past.id) if past.id else None
    if record is None:
        return [_row("alert", None, f"{alert.name}: there is no document to ask.")]
    failed = explain(alert, record)
    state = "" if alert.state == "active" else f" (the alert is {alert.state})"
    if not failed:
        return [_row("alert", None, f"{alert.name}: every clause matches{state}.")]
    return [_row("alert", None, f"{alert.name}: this clause does not match: {clause}{state}") for clause in failed]
