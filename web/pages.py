"""The screens for reading: search, documents, stories, trends, map, help; each with its data forms at the same address."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from core.document import Document
from core.errors import StoreError, UnavailableError
from core.record import Record
from search.export import Rule, csv_lines, jsonl_lines
from search.nodes import Tag
from search.table import NAMES, flat
from web import answers, formats, render, tags, told
from web.problems import NotFoundError
from web.question import DEEPEST, FILTERS, MOST_IN_DATA, Question
from web.visit import Visit

router = APIRouter(include_in_schema=False)
OUT = (UnavailableError, StoreError)
LIST_FORMATS = ("json", "csv", "jsonl", "atom")
EXPORT_FORMATS = ("csv", "jsonl")
SIMILAR = 6
LAG = 0.01  # of all documents
EXAMPLES = (
    ("extorsión transportistas", "help.q.words"), ("extorsión OR \"cobro de cupos\"", "help.q.or"), ("paro -médico", "help.q.not"),
    ("paro (agrario OR minero)", "help.q.group"), ("\"paro agrario\"", "help.q.phrase"), ("\"ley extorsión\"~5", "help.q.near"),
    ("extors*", "help.q.prefix"), ("exact:paro", "help.q.exact"), ("topic:strike sector:public_transport", "help.q.field"),
    ("department:\"La Libertad\"", "help.q.place"), ("norm:\"Ley 32108\"", "help.q.norm"),
    ("date:[2024-10-01 TO 2024-10-31]", "help.q.range"), ("date:>=2024-10", "help.q.since"),
)  # fmt: skip
FIELDS = (
    "title", "text", "translation", "source", "kind", "language", "author", "section", "topic", "subtype", "sector", "place", "role",
    "department", "road", "person", "norm", "strike", "status", "story", "id", "date", "seen",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A value of a facet, its count, and the address with it added or taken out."""

    label: str
    count: int
    url: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A facet with its values."""

    name: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """A page of hits as the template prints it."""

    total: int
    pages: int
    items: list[render.Hit]


def form_of(form: str, allowed: tuple[str, ...]) -> str:
    """The data form, if it is one of those allowed here."""
    if form not in allowed:
        raise NotFoundError(
            f"There is no .{form[:20]} form of this page.", f"There are {', '.join('.' + name for name in allowed)}."
        )
    return form


@router.get("/")
@router.get("/search")
def search(request: Request) -> HTMLResponse:
    """The search page, which is also the first page."""
    visit = Visit.of(request)
    ask, notice = visit.question, ""
    results: Results | None = None
    facets: list[Facet] = []
    offers: list[tuple[str, str | None]] = []
    try:
        results, facets, offers = _results(visit)
        notice = behind(visit, found=bool(results.total))
    except OUT as error:
        notice = f"{visit.words.t('notice.index')} {visit.words.said(str(error))}"
    links = [(form, visit.question.url(f"/search.{form}")) for form in LIST_FORMATS]
    whole = [(form, _whole_url(ask, form)) for form in EXPORT_FORMATS] if results and results.total else []
    empty = results is not None and not results.total and not ask.q and not ask.filters
    return visit.page(
        "search.html", "/", formats=links, notice=notice, hits=results, facets=facets, offers=offers, empty=empty, here_path="/search",
        whole=whole, held=held_line(visit) if results and results.total else "",
    )  # fmt: skip


def held_line(visit: Visit) -> str:
    """What the counts of this page rest on: how much of what was listed in that time is held. Empty where nobody counted."""
    whole, words = answers.held(visit.desk, visit.question), visit.words
    if whole.share is None:
        return ""
    figures = {"share": f"{whole.share:.1%}", "n": len(whole.sources), "have": whole.have, "listed": whole.listed}
    feeds = f" {words.t('held.feeds', n=len(whole.unsurveyed))}" if whole.unsurveyed else ""
    return words.t("held.some", **figures) + feeds


def _whole_url(ask: Question, form: str) -> str:
    return ask.url(f"/export.{form}", page=None, limit=None, sort=None, stories=None)


def behind(visit: Visit, *, found: bool) -> str:
    """What a reader must know where the index is not what the store is: it lacks documents, has some that are gone, or has them
    as they were. Whatever it lacks is told where nothing was found, else more than LAG of all, since the last few documents
    are always on their way."""
    indexed, stored, waiting = answers.behind(visit.desk)
    few = stored * LAG if found else 0
    lacking = max(stored - indexed, 0)
    if lacking > few:
        return visit.words.t("notice.behind", indexed=indexed, stored=stored)
    if indexed - stored > few:
        return visit.words.t("notice.over", indexed=indexed, stored=stored)
    return visit.words.t("notice.changed", n=waiting - lacking) if waiting - lacking > few else ""


def _results(visit: Visit) -> tuple[Results, list[Facet], list[tuple[str, str | None]]]:
    ask, desk = visit.question, visit.desk
    found = answers.search(desk, ask)
    outlets = desk.outlets()
    items = [
        render.hit(
            record, visit.words, outlets, marks=found.marks.get(record.id), side=found.sides.get(record.id),
            told_by=[outlets.get(slug, slug) for slug in found.outlets.get(record.id, ())],
        )
        for record in found.records
    ]  # fmt: skip
    facets = [_facet(visit, name, values) for name, values in answers.facets(desk, ask).items()] if found.total else []
    offers = answers.offers(desk, ask) if not found.total else []
    pages = min(math.ceil(found.total / ask.limit), DEEPEST // ask.limit)
    return Results(total=found.total, pages=pages, items=items), facets, offers


def _facet(visit: Visit, name: str, values: list[tuple[str, int]]) -> Facet:
    """A facet's values as links. What is no parameter narrows as a clause of the query, so that counts hold exactly."""
    names = visit.desk.outlets() if name == "source" else {}
    narrowed = _by_parameter if name in FILTERS else by_clause
    choices = []
    for value, count in values:
        url, active = narrowed(visit.question, name, value)
        label = names.get(value) or visit.words.name(name, value)
        choices.append(Choice(label=label, count=count, url=url, active=active))
    return Facet(name=name, choices=choices)


def _by_parameter(ask: Question, name: str, value: str) -> tuple[str, bool]:
    chosen = ask.filters.get(name, ())
    left = [other for other in chosen if other != value] if value in chosen else [value]
    return ask.url("/search", page=None, **{name: left}), value in chosen


def by_clause(ask: Question, name: str, value: str) -> tuple[str, bool]:
    """The search with a clause added to the query (or taken out where it is in it), and whether it is in it."""
    clause = str(Tag(name, value))
    active = clause in ask.q
    query = ask.q.replace(clause, "").strip() if active else f"{ask.q} {clause}".strip()
    return ask.url("/search", page=None, q=query or None), active


@router.get("/search.{form}")
def search_data(request: Request, form: str) -> Response:
    """The same results as data."""
    form_of(form, LIST_FORMATS)
    visit = Visit.of(request, most=MOST_IN_DATA)
    found = answers.search(visit.desk, visit.question)
    if form == "json":
        return formats.as_json(
            answers.search_json(
                visit.question, found, answers.facets(visit.desk, visit.question), with_text=visit.with_text
            )
        )
    return records_as(
        visit,
        form,
        found.records,
        found.sides,
        title=f"Pututu: {visit.question.q or visit.words.t('site.about')}",
        page="/search",
    )


def records_as(visit: Visit, form: str, records: Any, sides: Mapping[str, str], *, title: str, page: str) -> Response:
    """Records as JSON lines, CSV or Atom, masked."""
    hidden: list[Record] = [record.masked() for record in records]
    if form == "atom":
        ask = visit.question
        return formats.as_atom(
            hidden, title=title, self_url=visit.absolute(ask.url(f"{page}.atom")), page_url=visit.absolute(ask.url(page)),
            permalink=lambda id: visit.absolute(visit.link(f"/documents/{id}")), outlets=visit.desk.outlets(),
        )  # fmt: skip
    rows = [record.to_json(with_text=visit.with_text(record)) | {"matched": sides.get(record.id)} for record in hidden]
    return (
        formats.as_jsonl(rows)
        if form == "jsonl"
        else formats.as_csv((flat(row) | {"matched": row["matched"]} for row in rows), (*NAMES, "matched"), "pututu")
    )


@router.get("/export.{form}")
def export_data(request: Request, form: str) -> Response:
    """Everything that answers, newest first, without a cap, streamed: as `pututu export` writes it, without whole texts."""
    form_of(form, EXPORT_FORMATS)
    visit = Visit.of(request, most=MOST_IN_DATA)
    rule = Rule(pseudonyms=visit.desk.pseudonyms(), open_text=visit.desk.open_text)
    rows = formats.begun(map(rule.row, answers.everything_found(visit.desk, visit.question)))
    lines = csv_lines(rows) if form == "csv" else jsonl_lines(rows)
    return formats.as_stream(lines, form)


@router.get("/documents/{ident}")
def document(request: Request, ident: str) -> Response:
    """A document with its tags explained, or as JSON at `.json`."""
    visit = Visit.of(request)
    id, form = _split(ident, ("json",))
    found = told.document(visit.desk, id)
    if found is None:
        raise NotFoundError("No document has that identifier.")
    if form:
        return formats.as_json(found.record.masked().to_json(with_text=visit.with_text(found.record)))
    shown = found.record if visit.with_text(found.record) else render.without_text(found.record)
    groups, texts = tags.explained(shown, visit.words, visit.link)
    doc, outlets = shown.masked().document, visit.desk.outlets()
    return visit.page(
        "document.html", formats=[("json", visit.link(f"/documents/{id}.json"))], item=render.hit(shown, visit.words, outlets), tags=groups,
        doc=_printed(shown), marked={**texts, "show_summary": not _begins_with_lead(doc)},
        full=bool(doc.text), translation=shown.masked().translation, facts=render.facts(doc, visit.words),
        members=[render.hit(other, visit.words, outlets) for other in found.members], similar=_similar(visit, found, outlets),
        gone=render.when(found.gone) if found.gone else "",
        versions=[{"version": v.version, "title": render.hidden(v.title), "seen": render.when(v.seen), "by": v.by} for v in found.versions],
    )  # fmt: skip


def _begins_with_lead(document: Document) -> bool:
    """Whether the text already prints the summary: a lead may be several lines there, which the summary joins."""
    text = " ".join(document.text[: 2 * len(document.summary) + 20].split())
    return bool(document.text) and " ".join(document.summary.split()) in text[: len(document.summary) + 5]


def _similar(visit: Visit, found: told.Told, outlets: Mapping[str, str]) -> list[tuple[render.Hit, float]]:
    """The nearest documents of other stories; none while the index does not answer."""
    members = {other.id for other in found.members}
    try:
        near = answers.similar(visit.desk, found.record, SIMILAR + len(members))
    except OUT:
        return []
    others = [(record, score) for record, score in near if record.id not in members]
    return [(render.hit(record, visit.words, outlets), score) for record, score in others[:SIMILAR]]


def _printed(record: Record) -> dict[str, Any]:
    """What the template asks of the document itself."""
    d = record.document
    return {
        "id": d.id, "source": d.source, "kind": d.kind, "language": d.language, "completeness": d.completeness, "story": record.story,
        "steps": dict(record.steps),
    }  # fmt: skip


@router.get("/documents/{ident}/why")
def why(request: Request, ident: str) -> HTMLResponse:
    """What happened to a document, stage by stage."""
    visit = Visit.of(request)
    past = told.happened(visit.desk, ident, visit.words)
    if past is None:
        raise NotFoundError("No document has that identifier.")
    return visit.page("why.html", address=ident, past=[(one.stage, render.when(one.at), one.what) for one in past])


@router.get("/stories")
def story_list(request: Request) -> HTMLResponse:
    """The latest stories of more than one document."""
    visit = Visit.of(request)
    rows = told.stories(visit.desk, visit.question)
    return visit.page("stories.html", "/stories", formats=[("json", visit.link("/stories.json"))], stories=rows)


@router.get("/stories.json")
def story_list_data(request: Request) -> Response:
    """The latest stories as JSON."""
    visit = Visit.of(request, most=MOST_IN_DATA)
    return formats.as_json({"stories": told.stories(visit.desk, visit.question)})


@router.get("/stories/{ident}")
def story(request: Request, ident: str) -> Response:
    """A story with its documents and outlets, or its data."""
    visit = Visit.of(request)
    id, form = _split(ident, LIST_FORMATS)
    found = told.story(visit.desk, id, None if form else visit.question.page)
    if found is None:
        raise NotFoundError("No story has that identifier.")
    if form == "json":
        return formats.as_json(told.story_json(found, with_text=visit.with_text))
    pages = max(1, math.ceil(found.total / told.MEMBERS))
    if not found.records and visit.question.page > pages:
        raise NotFoundError(f"This story has {pages} pages.", "Take the number out of the address.")
    heading = render.hidden(found.records[0].document.title) if found.records else id
    if form:
        return records_as(visit, form, found.records, {}, title=f"Pututu: {heading}", page=f"/stories/{id}")
    outlets = visit.desk.outlets()
    items = [render.hit(record, visit.words, outlets) for record in found.records]
    links = [(name, visit.link(f"/stories/{id}.{name}")) for name in LIST_FORMATS]
    return visit.page(
        "story.html", formats=links, id=found.ref.id, heading=heading, items=items, outlets=[outlets.get(slug, slug) for slug in found.outlets],
        first=render.when(found.ref.first), total=found.total, pages=pages, here_path=f"/stories/{found.ref.id}",
    )  # fmt: skip


def _split(ident: str, allowed: tuple[str, ...]) -> tuple[str, str]:
    """An identifier and the data form behind its last dot, if there is one."""
    id, dot, form = ident.rpartition(".")
    return (id, form_of(form, allowed)) if dot else (ident, "")


@router.get("/help")
def help_page(request: Request) -> HTMLResponse:
    """The query language with examples, the fields, the data forms."""
    return Visit.of(request).page("help.html", "/help", examples=EXAMPLES, fields=FIELDS)
