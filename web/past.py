"""What happened to an address, stage by stage, in one language: the same sentences for `pututu why` and for the page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.channels.addresses import shown
from core.time import lima_iso
from store.frontier import FrontierRow
from store.history import History
from web.words import Words

QUEUES = {"enrich": "enriched", "index": "indexed", "match": "matched"}


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that happened: its stage (a key of `past.stage.*` in the words), when, and a sentence."""

    stage: str
    at: datetime | None
    what: str


def happenings(past: History, words: Words) -> Iterator[Happening]:
    """Everything in the order of the stages; one that says so where nothing is known."""
    if past.id is None and not past.addresses:
        yield Happening("unknown", None, words.t("past.unknown"))
        return
    yield from _fetching(past, words)
    if past.document is None:
        yield Happening("extracted", None, words.t("past.no_document"))
        return
    yield from _document(past, past.document, words)
    yield from _tagging(past, words)
    yield from (_queued(item, words) for item in past.work)
    yield from _alerts(past, words)


def _fetching(past: History, words: Words) -> Iterator[Happening]:
    for one in past.addresses:
        arrival = words.name("past.arrival", one.arrival)
        shown = words.t("past.discovered", url=one.url, source=one.source, arrival=arrival)
        yield Happening("discovered", one.discovered, shown)
        if one.fetched:
            kept = words.t("past.fetched", archive=one.archive) if one.archive else words.t("past.dropped")
            yield Happening("fetched", one.fetched, kept)
        yield Happening(one.state, one.changed, _frontier(one, words))
    for look in past.looks:
        if look["gone"]:
            yield Happening("gone", look["gone"], words.t("past.gone"))
        elif look["checked"]:
            again = words.t("past.look_due", due=lima_iso(look["due"])) if look["due"] else ""
            yield Happening("looked_at", look["checked"], words.t("past.looked_at") + again)


def _frontier(one: FrontierRow, words: Words) -> str:
    if one.state == "extracted":
        return words.t("past.extracted", document=one.document)
    if one.error:
        return words.t("past.failed", error=words.said(one.error), attempts=one.attempts)
    return words.t("past.waits") if one.state in ("pending", "fetched") else words.name("past.stage", one.state)


def _document(past: History, document: Mapping[str, Any], words: Words) -> Iterator[Happening]:
    if document.get("taken_down"):
        yield Happening("taken_down", document["taken_down"], document.get("takedown_reason") or "")
    if past.aliases:
        yield Happening("aliases", None, ", ".join(past.aliases))
    for version in past.versions:
        by = words.name("past.by", version.by)
        stored = words.t("past.stored", version=version.version, id=past.id, by=by, title=version.title)
        yield Happening("stored", version.seen, stored)


def _tagging(past: History, words: Words) -> Iterator[Happening]:
    for step in past.steps:
        name = words.name("step", step["step"])
        tagged = words.t("past.tagged", step=name, version=step["version"], fingerprint=step["fingerprint"])
        yield Happening("tagged", step["made"], tagged)
    for one in past.corrections:
        undone = words.t("past.undone") if one["undone"] else ""
        yield Happening("corrected", one["at"], words.t("past.corrected", author=one["author"]) + undone)
    if past.story:
        told = words.t("past.story", id=past.story.id, size=past.story.size)
        yield Happening("story", past.story.first, told)


def _queued(item: Mapping[str, Any], words: Words) -> Happening:
    stage, cause = QUEUES[item["kind"]], words.name("past.cause", item["cause"])
    if item["state"] == "done":
        return Happening(stage, item["finished"], words.t("past.done", version=item["version"], cause=cause))
    state = words.name("past.state", item["state"])
    waiting = words.t("past.queued", state=state, version=item["version"], cause=cause)
    why = "; ".join(map(words.said, (item["error"] or "").split("; ")))  # a line of what each step says
    return Happening(stage, item["not_before"], waiting + (f": {why}" if why else ""))


def _alerts(past: History, words: Words) -> Iterator[Happening]:
    for hit in past.hits:
        yield Happening("hit", hit["matched"], words.t("past.hit", alert=hit["alert"]) + _silence(hit, words))
    for entry in past.entries:
        state = words.name("past.state", entry["state"])
        what = words.t("past.entry", id=entry["id"], alert=entry["alert"], state=state)
        yield Happening("entry", entry["created"], what)
    for mail in past.deliveries:
        what = words.t(
            "past.delivery",
            channel=shown(mail["channel"]),
            id=mail["message_id"],
            part=mail["part"],
            parts=mail["parts"],
        )
        error = f": {words.said(mail['error'])}" if mail["error"] else ""
        yield Happening("delivered" if mail["sent"] else mail["state"], mail["sent"] or mail["prepared"], what + error)


def _silence(hit: Mapping[str, Any], words: Words) -> str:
    """Why a hit is only counted; nothing for one that is told."""
    if not hit["counted"]:
        return ""
    why = hit["silenced"]
    muted = words.t("past.muted", what=why) if why not in (None, "told") else ""
    return words.t("past.only_counted") + (words.t("past.told") if why == "told" else muted)
