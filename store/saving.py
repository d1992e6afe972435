"""Saving documents: which id a document has, what changed in it, and the work that follows from the change.

A save is decided in memory, document by document, from rows loaded for the whole batch; then each table gets one bulk
statement. So saving in bulk and one by one give the same store, and 100,000 headlines take seconds.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, select, update

from core.document import ChangedBy, Document
from core.text import fold
from store.dialect import batches, exclusive, insert
from store.names import names, url_alias
from store.reading import aliases_of, document_of
from store.schema import aliases, documents, versions, work
from store.work import add_many

Change = Literal["new", "version", "meta", "same"]
COMPLETENESS = {"headline": 0, "summary": 1, "full": 2}
PRECISION = {None: -1, "month": 0, "day": 1, "minute": 2, "second": 3}
REPEATING = ("import", "backfill")
ARRIVAL = {"import": 0, "backfill": 1, "late": 2, "live": 3}
DATE = ("published", "published_precision", "published_from")
ALIKE = 0.35
"""Share of the longer words, of the fewer ones, that two articles have in common which are one; others of one outlet have a fifth."""
META = ("canonical_url", "language", "author", "section", "paywalled")
ROW = (
    "url", "canonical_url", "source", "kind", "language", "author", "section", *DATE, "fetched", "arrival", "version",
    "completeness", "paywalled", "archive",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Saved:
    """A document as it now stands (its lasting id and version in it), and what the save changed.

    A document that was taken down is refused: `same`, and nothing is kept.
    """

    document: Document
    change: Change


@dataclass(slots=True)
class _Known:
    """A document of this batch as it will stand when the batch is written."""

    document: Document
    first_seen: datetime
    new: bool = False
    dirty: bool = False
    taken_down: bool = False
    told: set[str] = field(default_factory=set)
    """What its versions said (`_content`), loaded only where an import or backfill may repeat an old one."""


@dataclass(slots=True)
class _Batch:
    """What this call will write."""

    now: datetime
    known: dict[str, _Known]
    names: dict[str, str]
    aliases: list[dict[str, Any]] = field(default_factory=list)
    versions: list[dict[str, Any]] = field(default_factory=list)
    work: dict[tuple[str, str], list[tuple[str, int]]] = field(default_factory=dict)


def save(tx: Connection, document: Document, *, by: ChangedBy = "publisher", now: datetime) -> Saved:
    """As `save_many`, for one document."""
    return save_many(tx, [document], by=by, now=now)[0]


def save_many(
    tx: Connection, documents: Sequence[Document], *, by: ChangedBy = "publisher", now: datetime
) -> list[Saved]:
    """Keep documents; answers in the order given. Two of one call may be the same document, they are saved in turn.

    A document is known by its aliases, its addresses and its id, and keeps the id it was given first; where they lead
    to two known documents it is the older one, and the other is left as it is. A version n+1 comes only when title or
    text really changed (white space does not count, and a poorer completeness never replaces a richer one).
    What an import or a backfill brings and an earlier version said is no change: repeating an import adds nothing.
    New documents and versions queue `enrich` work whose cause is `by`; a change of date, author, section and the like
    queues `index` work. A new document is always the publisher's: finding it at last is no change by our extractor.
    """
    exclusive(tx, "documents")
    saved: list[Saved] = []
    for batch in batches(documents):
        saved += _save_batch(tx, batch, by, now)
    return saved


def _save_batch(tx: Connection, given: Sequence[Document], by: ChangedBy, now: datetime) -> list[Saved]:
    own = [names(document) for document in given]
    plan = _load(tx, given, own, now)
    saved = [_decide(plan, document, its, by) for document, its in zip(given, own, strict=True)]
    _write(tx, plan, by)
    return saved


def _load(tx: Connection, given: Sequence[Document], own: Sequence[tuple[str, ...]], now: datetime) -> _Batch:
    """The rows this batch may touch: aliases, then the documents they and the ids lead to."""
    wanted = list(dict.fromkeys(name for its in own for name in its))
    leads: dict[str, str] = {}
    for part in batches(wanted):
        chosen = select(aliases.c.alias, aliases.c.document).where(aliases.c.alias.in_(part))
        leads |= {row.alias: row.document for row in tx.execute(chosen)}
    known: dict[str, _Known] = {}
    for part in batches(list({*leads.values(), *(document.id for document in given)})):
        rows = tx.execute(
            select(documents, versions.c.title, versions.c.summary, versions.c.text)
            .join(versions, (versions.c.document == documents.c.id) & (versions.c.version == documents.c.version))
            .where(documents.c.id.in_(part))
        ).mappings()
        named = aliases_of(tx, part)
        for row in rows:
            document = replace(document_of(row), aliases=named.get(row["id"], ()))
            known[document.id] = _Known(document, row["first_seen"], taken_down=row["taken_down"] is not None)
    if any(document.arrival in REPEATING for document in given):
        _load_told(tx, known)
    return _Batch(now=now, known=known, names=leads)


def _load_told(tx: Connection, known: dict[str, _Known]) -> None:
    for part in batches([id for id, one in known.items() if one.document.version > 1]):
        chosen = select(versions.c.document, versions.c.title, versions.c.summary, versions.c.text)
        for row in tx.execute(chosen.where(versions.c.document.in_(part))):
            known[row.document].told.add(_content(row.title, row.text or row.summary))


def _decide(plan: _Batch, document: Document, own: tuple[str, ...], by: ChangedBy) -> Saved:
    ids = {plan.names[name] for name in own if name in plan.names and not _is_others(plan, document, name)}
    if document.id in plan.known:
        ids.add(document.id)
    if not ids:
        return _new(plan, document, own)
    known = min((plan.known[id] for id in ids), key=lambda one: (one.first_seen, one.document.id))
    if any(plan.known[id].taken_down for id in ids):
        return Saved(replace(document, id=known.document.id, version=known.document.version), "same")
    if added := _name(plan, known.document.id, own):
        known.document = replace(known.document, aliases=tuple(sorted({*known.document.aliases, *added})))
    return _known(plan, known, document, by)


def _is_others(plan: _Batch, document: Document, name: str) -> bool:
    """Whether an id that a feed gave, or the canonical address that a page names, leads to another article: feeds number
    their places and give one id to all, templates call a section's page the canonical one of all that stands in it.

    An article that moved keeps its words. An id that the address itself carries is the article's own.
    """
    known = plan.known.get(plan.names[name])
    if known is None or document.url == known.document.url or not _is_hearsay(document, name):
        return False
    a, b = _words(document), _words(known.document)
    return bool(a and b) and len(a & b) < ALIKE * min(len(a), len(b))


def _is_hearsay(document: Document, name: str) -> bool:
    """Whether a name is only said of a document: neither its address nor an id that its address carries."""
    if name.startswith("native:"):
        return not re.search(rf"(?<!\w){re.escape(name.rpartition(':')[2])}(?!\w)", document.url)
    canonical = document.canonical_url
    return canonical is not None and name == url_alias(canonical)[0] != url_alias(document.url)[0]


def _words(document: Document) -> set[str]:
    return set(re.findall(r"\w{5,}", fold(f"{document.title} {_body(document)}")))


def _new(plan: _Batch, document: Document, own: tuple[str, ...]) -> Saved:
    document = replace(document, version=1, aliases=tuple(sorted(own)))
    plan.known[document.id] = _Known(document, plan.now, new=True)
    _name(plan, document.id, own)
    _version(plan, document, "publisher")
    return Saved(document, "new")


def _known(plan: _Batch, known: _Known, document: Document, by: ChangedBy) -> Saved:
    old = known.document
    if _is_richer_or_equal(document, old) and _differs(document, old) and not _repeats(document, known):
        known.told.add(_content(old.title, _body(old)))
        known.document = _next_version(old, document)
        _version(plan, known.document, by)
        change: Change = "version"
    else:
        known.document = _meta(old, document)
        change = "same" if known.document == old else "meta"
        if change == "meta":
            plan.work.setdefault(("index", "meta"), []).append((old.id, old.version))
    known.dirty |= change != "same"
    return Saved(known.document, change)


def _is_richer_or_equal(document: Document, old: Document) -> bool:
    """A headline never replaces a full text, whatever it says; nor does a page whose text was not found."""
    rank = COMPLETENESS[document.completeness], bool(_body(document))
    return rank >= (COMPLETENESS[old.completeness], bool(_body(old)))


def _differs(document: Document, old: Document) -> bool:
    return _content(document.title, _body(document)) != _content(old.title, _body(old))


def _repeats(document: Document, known: _Known) -> bool:
    return document.arrival in REPEATING and _content(document.title, _body(document)) in known.told


def _content(title: str, body: str) -> str:
    """What is compared between versions: the words, whatever the white space."""
    return " ".join(title.split()) + "\n" + " ".join(body.split())


def _body(document: Document) -> str:
    """The text, or what stands for it where there is only a summary. With a text the summary merely repeats its lead."""
    return document.text or document.summary


def _next_version(old: Document, document: Document) -> Document:
    merged = _meta(old, document)
    arrival = max(old.arrival, document.arrival, key=ARRIVAL.__getitem__)
    return replace(
        merged, version=old.version + 1, title=document.title, summary=document.summary, text=document.text, arrival=arrival,
        completeness=document.completeness, fetched=document.fetched, archive=document.archive or old.archive, url=document.url,
    )  # fmt: skip


def _meta(old: Document, document: Document) -> Document:
    """The old document with what the new one knows better. A poorer one only fills gaps; a coarser date never replaces."""
    poorer = not _is_richer_or_equal(document, old)
    changes: dict[str, Any] = {}
    for name in META:
        value, before = getattr(document, name), getattr(old, name)
        if value not in (None, (), "") and value != before and not (poorer and before not in (None, ())):
            changes[name] = value
    # of two equally exact dates the later told one stands, but not an import's: two rows of one file would take turns for ever
    least = PRECISION[old.published_precision] + (document.arrival in REPEATING)
    finer = PRECISION[document.published_precision] >= least and not poorer
    if document.published is not None and document.published != old.published and (finer or old.published is None):
        changes |= {name: getattr(document, name) for name in DATE}
    return replace(old, **changes) if changes else old


def _name(plan: _Batch, id: str, own: Iterable[str]) -> list[str]:
    """Make the names that lead nowhere yet lead to this id; which these are."""
    added = [name for name in own if name not in plan.names]
    plan.names |= dict.fromkeys(added, id)
    plan.aliases += [{"alias": name, "document": id} for name in added]
    return added


def _version(plan: _Batch, document: Document, by: ChangedBy) -> None:
    plan.versions.append(
        {"document": document.id, "version": document.version, "by": by, "seen": plan.now}
        | {"title": document.title, "summary": document.summary, "text": document.text}
    )
    plan.work.setdefault(("enrich", by), []).append((document.id, document.version))


def _write(tx: Connection, plan: _Batch, by: ChangedBy) -> None:
    new = [known for known in plan.known.values() if known.new]
    if new:
        tx.execute(
            insert(tx, documents),
            [{"id": k.document.id, "first_seen": k.first_seen} | _row(k.document, plan.now) for k in new],
        )
    changed = [known for known in plan.known.values() if known.dirty and not known.new]
    if changed:
        statement = update(documents).where(documents.c.id == bindparam("its_id"))
        tx.execute(statement, [{"its_id": k.document.id} | _row(k.document, plan.now) for k in changed])
    if plan.versions:
        tx.execute(insert(tx, versions), plan.versions)
    if plan.aliases:
        tx.execute(insert(tx, aliases).on_conflict_do_nothing(), plan.aliases)
    _queue(tx, plan, by)


def _row(document: Document, now: datetime) -> dict[str, Any]:
    return {name: getattr(document, name) for name in ROW} | {"changed": now}


def _queue(tx: Connection, plan: _Batch, by: ChangedBy) -> None:
    """Queue the work. A version by our extractor that overtakes one of the publisher's before that was matched takes
    over its cause: otherwise nobody would ever be told of what the publisher changed."""
    if ("enrich", "extractor") in plan.work:
        items = plan.work.pop(("enrich", "extractor"))
        owed = _owed(tx, [id for id, _ in items]) | {id for id, _ in plan.work.get(("enrich", "publisher"), ())}
        for id, version in items:
            cause = "publisher" if id in owed else "extractor"
            plan.work.setdefault(("enrich", cause), []).append((id, version))
    for (kind, cause), items in plan.work.items():
        add_many(tx, kind, items, cause, plan.now, again=kind == "index")


def _owed(tx: Connection, ids: Sequence[str]) -> set[str]:
    """Those of the documents with a change of the publisher's that waits to be enriched or matched."""
    waits = (work.c.cause == "publisher") & (work.c.state != "done") & work.c.kind.in_(("enrich", "match"))
    found: set[str] = set()
    for part in batches(ids):
        found |= set(tx.execute(select(work.c.document).where(work.c.document.in_(part), waits)).scalars())
    return found
