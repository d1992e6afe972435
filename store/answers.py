"""What owners answer: mutes, judgements and used links; and the keys with which links, webhooks and feeds of an alert are signed."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, and_, delete, select, update

from store.dialect import insert
from store.schema import alert_keys, alerts, entries, hits, judgements, mutes, story_members, used_links

Muted = Literal["story", "source", "place"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The secrets of an alert: what signs its links and its webhooks, and the word in its feed's address (None: revoked)."""

    alert: str
    links: str
    webhook: str
    feed: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """What an owner no longer wants to hear of: a story, a source, or a place (UBIGEO) with all inside it."""

    alert: str
    kind: Muted
    value: str
    at: datetime


def keys(tx: Connection, alert: str) -> Keys | None:
    """The keys of an alert, None while it has none (`made_keys` makes them)."""
    row = tx.execute(select(alert_keys).where(alert_keys.c.alert == alert)).mappings().first()
    return Keys(**row) if row else None


def made_keys(tx: Connection, alert: str) -> Keys:
    """The keys of an alert, made at the first call."""
    fresh = {"alert": alert, "links": _secret(), "webhook": _secret(), "feed": _secret()}
    tx.execute(insert(tx, alert_keys).values(**fresh).on_conflict_do_nothing())
    found = keys(tx, alert)
    assert found is not None
    return found


def renew_feed(tx: Connection, alert: str, *, revoke: bool = False) -> Keys:
    """Give an alert's feed another address, or none: the old one leads nowhere from now on."""
    made_keys(tx, alert)
    tx.execute(update(alert_keys).where(alert_keys.c.alert == alert).values(feed=None if revoke else _secret()))
    return made_keys(tx, alert)


def alert_of_feed(tx: Connection, word: str) -> str | None:
    """The alert whose feed has this address."""
    return tx.execute(select(alert_keys.c.alert).where(alert_keys.c.feed == word)).scalar()


def mute(tx: Connection, alert: str, kind: str, value: str, now: datetime) -> bool:
    """Hear no more of it. False if it was muted already. Whoever matches now begins again with it (the revision grows)."""
    row = {"alert": alert, "kind": kind, "value": value, "at": now}
    new = tx.execute(insert(tx, mutes).values(**row).on_conflict_do_nothing().returning(mutes.c.alert)).first()
    return new is not None and _touched(tx, alert)


def unmute(tx: Connection, alert: str, kind: str, value: str) -> bool:
    """Hear of it again. False if it was not muted."""
    mine = and_(mutes.c.alert == alert, mutes.c.kind == kind, mutes.c.value == value)
    return bool(tx.execute(delete(mutes).where(mine)).rowcount) and _touched(tx, alert)


def muted(tx: Connection, ids: Iterable[str] | None = None) -> list[Mute]:
    """The mutes of some alerts (of all without `ids`), oldest first."""
    query = select(mutes).order_by(mutes.c.at, mutes.c.kind, mutes.c.value)
    query = query if ids is None else query.where(mutes.c.alert.in_(list(ids)))
    return [Mute(**row) for row in tx.execute(query).mappings()]


def strayed(tx: Connection) -> list[Mute]:
    """For each muted story the other ones in which documents are now that its owner was told of under that name: those that
    were split off, or went back when a merge was undone."""
    told = mutes.join(entries, and_(entries.c.alert == mutes.c.alert, entries.c.story == mutes.c.value))
    held = told.join(hits, hits.c.entry == entries.c.id).join(
        story_members, story_members.c.document == hits.c.document
    )
    query = select(mutes.c.alert, mutes.c.at, story_members.c.story).select_from(held).distinct()
    elsewhere = query.where(mutes.c.kind == "story", story_members.c.story != mutes.c.value)
    return [Mute(alert=row.alert, kind="story", value=row.story, at=row.at) for row in tx.execute(elsewhere)]


def silence(tx: Connection, alert: str, documents: Mapping[str, str]) -> set[int]:
    """Count hits of an alert that wait, by their documents and with what silences each, instead of telling them; the entries
    that are empty then, and gone."""
    for document, why in documents.items():
        mine = and_(hits.c.alert == alert, hits.c.document == document)
        tx.execute(update(hits).where(mine).values(counted=True, silenced=why, entry=None, batch=None))
    if not documents:
        return set()
    full = select(hits.c.entry).where(hits.c.alert == alert, hits.c.entry.is_not(None))
    empty = and_(entries.c.alert == alert, entries.c.state == "open", entries.c.id.not_in(full))
    gone = set(tx.execute(select(entries.c.id).where(empty)).scalars())
    tx.execute(delete(entries).where(empty))
    return gone


def judge(tx: Connection, alert: str, document: str, relevant: bool, now: datetime) -> bool:
    """Keep whether a document was worth telling; the last word counts. False if that was said already."""
    if judged(tx, alert).get(document) == relevant:
        return False
    row = {"alert": alert, "document": document, "relevant": relevant, "at": now}
    said = insert(tx, judgements).values(**row)
    tx.execute(said.on_conflict_do_update(index_elements=["alert", "document"], set_={"relevant": relevant, "at": now}))
    return True


def judged(tx: Connection, alert: str) -> dict[str, bool]:
    """What the owner said of documents: id -> relevant."""
    query = select(judgements.c.document, judgements.c.relevant).where(judgements.c.alert == alert)
    return {row.document: row.relevant for row in tx.execute(query)}


def use_link(tx: Connection, link: str, alert: str, act: str, now: datetime) -> datetime | None:
    """Note that a link (its digest) was pressed: None the first time, else when that was."""
    row = {"link": link, "alert": alert, "act": act, "at": now}
    kept = insert(tx, used_links).values(**row).on_conflict_do_nothing()
    if tx.execute(kept.returning(used_links.c.link)).first():  # a count of rows is not told by every driver
        return None
    before: datetime = tx.execute(select(used_links.c.at).where(used_links.c.link == link)).scalar_one()
    return before


def _touched(tx: Connection, alert: str) -> bool:
    tx.execute(update(alerts).where(alerts.c.id == alert).values(revision=alerts.c.revision + 1))
    return True


def _secret() -> str:
    return secrets.token_urlsafe(24)
