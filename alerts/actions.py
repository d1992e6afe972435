"""What a signed link does once its button is pressed: pause, mute, judge, unsubscribe. Pressing it again changes nothing more.

A link is spent when it is pressed. Pressed again while its effect stands, it says so; pressed again after somebody undid the
effect (resumed the alert, heard of the source again) it is refused: an old mail does not overrule a later decision.
A judgement is the reader's to change: its last word counts.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from alerts import links
from alerts.links import MUTES, Link, LinkError
from core.errors import InputError
from store import alerts as kept
from store import answers, deliveries
from store.alerts import Alert, Hit
from store.database import Store

JUDGEMENTS = ("relevant", "irrelevant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a link offers: the act on its subject, which `label` names for people; for `options` the acts of one document."""

    alert: Alert
    link: Link
    label: str
    options: tuple[tuple[str, str, str], ...] = ()
    """(act, label, signed word) of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """What came of it: `done`, `already` (its effect stood), or `replayed` (refused; it was pressed at `before`)."""

    offer: Offer
    outcome: str
    before: datetime | None = None


def look(store: Store, word: str, now: datetime) -> Offer:
    """What a link would do; nothing is done. Raises LinkError."""
    with store.read() as tx:
        return _offer(tx, word, now)


def press(store: Store, word: str, now: datetime) -> Pressed:
    """Do it, once. Raises LinkError for a link that is forged or has ended."""
    with store.write() as tx:
        offer = _offer(tx, word, now)
        alert, link = offer.alert, offer.link
        if link.act == "options":
            return Pressed(offer=offer, outcome="already")
        stands = _stands(tx, alert, link)
        before = answers.use_link(tx, hashlib.sha256(word.encode()).hexdigest(), alert.id, link.act, now)
        if stands:
            return Pressed(offer=offer, outcome="already", before=before)
        if before and link.act not in JUDGEMENTS:
            return Pressed(offer=offer, outcome="replayed", before=before)
        _act(tx, alert, link, now)
        return Pressed(offer=offer, outcome="done")


def _offer(tx: Connection, word: str, now: datetime) -> Offer:
    link = links.read(word)
    keys = answers.keys(tx, link.alert)
    if keys is None:
        raise LinkError("forged")
    links.check(word, link, keys.links, now)
    try:
        alert = kept.get(tx, link.alert)
    except InputError as error:
        raise LinkError("forged") from error
    if link.act != "options":
        return Offer(alert=alert, link=link, label=_label(tx, alert, link))
    hit = next(iter(kept.hits_on(tx, alert.id, link.subject)), None)
    return Offer(alert=alert, link=link, label=_headline(hit), options=tuple(_options(link, hit, keys.links)))


def _options(link: Link, hit: Hit | None, key: str) -> Iterable[tuple[str, str, str]]:
    """The acts on one document, each as a link with the same end as the one that led here."""
    if hit is None or "headline" not in hit.snapshot:
        return
    told = hit.snapshot
    offered = [("relevant", hit.document, ""), ("irrelevant", hit.document, "")]
    offered += [("story", hit.story, "")] if hit.story else []
    offered.append(("source", told["source"], told["outlet"]))
    offered += [("place", code, name) for name, code in _places(hit) if code]
    for act, subject, label in offered:
        yield act, label, links.sign(key, links.for_act(link, act, subject))


def _stands(tx: Connection, alert: Alert, link: Link) -> bool:
    """Whether things are already as the link would make them. A removed alert does nothing more whatever is pressed."""
    if alert.state == "removed":
        return True
    match link.act:
        case "pause":
            return alert.state == "paused" and alert.reason is None
        case "unsubscribe":
            return _channel(alert, link) is None
        case "relevant" | "irrelevant":
            return answers.judged(tx, alert.id).get(link.subject) == (link.act == "relevant")
    return any((one.kind, one.value) == (link.act, link.subject) for one in answers.muted(tx, [alert.id]))


def _act(tx: Connection, alert: Alert, link: Link, now: datetime) -> None:
    if link.act == "pause":
        kept.pause(tx, alert.id, None, now) or kept.owner_pauses(tx, alert.id, now)
    elif link.act == "unsubscribe":
        _unsubscribe(tx, alert, link, now)
    elif link.act in MUTES:
        answers.mute(tx, alert.id, link.act, link.subject, now)
    else:
        answers.judge(tx, alert.id, link.subject, link.act == "relevant", now)


def _unsubscribe(tx: Connection, alert: Alert, link: Link, now: datetime) -> None:
    """Take the channel away; an alert without any other is removed (what it found is kept)."""
    left = tuple(channel for channel in alert.channels if channel != _channel(alert, link))
    if left:
        deliveries.redirect(tx, kept.edit(tx, replace(alert, channels=left), now))
    else:
        kept.remove(tx, alert.id, now)


def _channel(alert: Alert, link: Link) -> str | None:
    return next((one for one in alert.channels if links.digest(one) == link.subject), None)


def _label(tx: Connection, alert: Alert, link: Link) -> str:
    """What a subject is called, from what was told: a headline, an outlet, a place."""
    if link.act == "unsubscribe":
        channel = _channel(alert, link) or ""
        return channel.partition(":")[2] if channel.startswith("mailto:") else ""
    if link.act == "pause":
        return ""
    if link.act in JUDGEMENTS:
        return _headline(next(iter(kept.hits_on(tx, alert.id, link.subject)), None))
    return label(kept.hits_of(tx, alert.id, limit=2_000), link.act, link.subject)


def label(hits: Iterable[Hit], kind: str, value: str) -> str:
    """What a muted story, source or place is called, from an alert's hits; its plain value where none of them says."""
    for hit in hits:
        told = hit.snapshot
        if "headline" not in told:
            continue
        if kind == "story" and hit.story == value:
            return str(told["headline"])
        if kind == "source" and told["source"] == value:
            return str(told["outlet"])
        for name, code in _places(hit) if kind == "place" else ():
            if code == value:
                return name
    return value


def _headline(hit: Hit | None) -> str:
    return str(hit.snapshot.get("headline") or "") if hit else ""


def _places(hit: Hit) -> list[tuple[str, Any]]:
    return list(zip(hit.snapshot.get("places") or (), hit.snapshot.get("codes") or (), strict=False))
