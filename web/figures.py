"""The screens of figures: trends, trending terms and the map, each with its table and its data forms at the same address."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from core.errors import InputError
from search import trends as counting
from search.nodes import Tag
from search.trending import COLUMNS as TERM_COLUMNS
from search.trending import clause as clause_of
from web import answers, charts, formats, maps
from web.axes import period
from web.pages import OUT, behind, by_clause, form_of, held_line
from web.question import MOST_QUERIES
from web.visit import Visit

router = APIRouter(include_in_schema=False)
FORMS = ("svg", "png", "json", "csv", "vl.json")
MAP_FORMS = ("svg", "png", "json", "csv")
TERM_FORMS = ("json", "csv")
TABLE_ROWS = 120
TERMS, MOST_TERMS = 30, 300


@router.get("/trends")
def trends(request: Request) -> HTMLResponse:
    """The trend of one or several queries: a chart, its sudden rises and changes of level, and a table."""
    visit = Visit.of(request)
    ask, chart, notice, found = visit.question, None, "", counting.Trends([])
    spikes: list[answers.Row] = []
    changes: list[answers.Row] = []
    try:
        if ask.queries:
            found = answers.trends(visit.desk, ask)
            notice = behind(visit, found=True)
            if any(row["count"] for row in found.rows):
                spikes, changes = _told(visit)
                chart = _inline(charts.svg(_trend_spec(visit, found.rows, spikes=spikes, changes=changes)))
    except OUT as error:
        notice = f"{visit.words.t('notice.index')} {visit.words.said(str(error))}"
    except InputError as error:
        if not found.rows:
            raise
        notice = visit.words.said(str(error))  # there are figures, and they cannot be drawn
    links = [(form, ask.url(f"/trends.{form}")) for form in FORMS] if ask.queries else []
    newest = sorted(found.rows, key=lambda row: (row["start"], row["count"]), reverse=True)[:TABLE_ROWS]
    table = [
        row | {"percent": _percent(row["share"]), "url": _period_url(visit, row), "held": _held(row)} for row in newest
    ]
    return visit.page(
        "trends.html", "/trends", formats=links, held=held_line(visit) if found.rows else "", notice=notice, chart=chart, rows=table, undated=found.undated, panel=found.panel,
        cut=len(found.rows) > TABLE_ROWS, spikes=[row | {"url": _period_url(visit, row)} for row in spikes],
        changes=[row | {"shares": (_percent(row["share_before"]), _percent(row["share_after"]))} for row in changes], most_queries=MOST_QUERIES,
    )  # fmt: skip


def _told(visit: Visit) -> tuple[list[answers.Row], list[answers.Row]]:
    """Sudden rises and changes of level; none where rows are grouped or count stories, which these are not about."""
    if visit.question.group or visit.question.stories or visit.question.panel:
        return [], []
    return answers.spikes(visit.desk, visit.question), answers.changes(visit.desk, visit.question)


@router.get("/trends.{form}")
def trends_data(request: Request, form: str) -> Response:
    """The trend as SVG, PNG, JSON, CSV, or as the Vega-Lite specification that draws it."""
    form_of(form, FORMS)
    visit = Visit.of(request)
    found = answers.trends(visit.desk, visit.question)
    if form == "json":
        return formats.as_json({"rows": found.rows, "undated": found.undated, "panel": found.panel})
    if form == "csv":
        return formats.as_csv(found.rows, counting.COLUMNS, "trends")
    ask = visit.question
    title = charts.heading(ask.queries, answers.narrowing(ask, dates=False), ask.panel, visit.words.language)
    spec = _trend_spec(visit, found.rows, title=title)
    return formats.as_json(spec) if form == "vl.json" else _drawn(form, spec)


def _trend_spec(visit: Visit, rows: list[answers.Row], **more: Any) -> charts.Spec:
    ask = visit.question
    return charts.trend_chart(
        rows,
        by=ask.by,
        share=ask.share,
        stories=ask.stories,
        language=visit.words.language,
        names=visit.group_names(ask.group),
        group=ask.group,
        **more,
    )


@router.get("/terms")
def terms(request: Request) -> HTMLResponse:
    """Trending terms: words and names far more frequent now than before."""
    visit = Visit.of(request)
    ask, notice = visit.question, ""
    rows: list[answers.Row] = []
    try:
        rows = answers.terms(visit.desk, ask, TERMS)
        notice = behind(visit, found=bool(rows))
    except InputError as error:
        notice = visit.words.said(str(error))
    except OUT as error:
        notice = f"{visit.words.t('notice.index')} {visit.words.said(str(error))}"
    links = [(form, ask.url(f"/terms.{form}")) for form in TERM_FORMS]
    table = [row | {"search": _term_url(visit, row), "trend": _term_url(visit, row, "/trends")} for row in rows]
    held = held_line(visit) if rows else ""
    return visit.page("terms.html", "/terms", formats=links, notice=notice, rows=table, held=held)


@router.get("/terms.{form}")
def terms_data(request: Request, form: str) -> Response:
    """The same as JSON or CSV."""
    form_of(form, TERM_FORMS)
    visit = Visit.of(request)
    rows = answers.terms(visit.desk, visit.question, MOST_TERMS)
    return formats.as_json({"rows": rows}) if form == "json" else formats.as_csv(rows, TERM_COLUMNS, "terms")


def _term_url(visit: Visit, row: answers.Row, path: str = "/search") -> str:
    """The search for the documents of a term among those of the query, or their trend."""
    ask = visit.question
    clause = str(clause_of(row["term"], row["kind"]))
    days = {} if path == "/search" else {"from": None, "to": None}
    return ask.url(path, q=f"{ask.q} {clause}".strip(), background=None, **days)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.2f} %"


def _held(row: answers.Row) -> str:
    """The part that is held of what the sources listed, where it is not all."""
    return "" if row["completeness"] is None or row["completeness"] >= 1 else f"{row['completeness']:.0%}"


def _period_url(visit: Visit, row: answers.Row) -> str:
    """The search for the documents of one period."""
    start, end = period(row["start"], visit.question.by)
    bounds = {"from": max(start, visit.question.start or date.min), "to": min(end, visit.question.end or date.max)}
    group = f" {Tag(visit.question.group, row['group'])}" if visit.question.group and row.get("group") else ""
    return visit.question.url(
        "/search", q=row["query"] + group, by=None, group=None, share=None, panel=None, top=None, background=None, **bounds
    )  # fmt: skip


@router.get("/map")
def map_page(request: Request) -> HTMLResponse:
    """Counts by department on the map of Peru."""
    visit = Visit.of(request)
    chart, notice = None, ""
    rows: list[answers.Row] = []
    try:
        counts = answers.departments(visit.desk, visit.question)
        notice = behind(visit, found=bool(counts))
        chart = _inline(charts.svg(_map_spec(visit, counts)))
        rows = [
            {"department": name, "count": count, "url": _department_url(visit, name)} for name, count in counts.items()
        ]
    except OUT as error:
        notice = f"{visit.words.t('notice.index')} {visit.words.said(str(error))}"
    links = [(form, visit.question.url(f"/map.{form}")) for form in MAP_FORMS]
    held = held_line(visit) if rows else ""
    return visit.page("map.html", "/map", formats=links, notice=notice, chart=chart, rows=rows, held=held)


@router.get("/map.{form}")
def map_data(request: Request, form: str) -> Response:
    """The map as SVG, PNG, JSON or CSV."""
    form_of(form, MAP_FORMS)
    visit = Visit.of(request)
    counts = answers.departments(visit.desk, visit.question)
    rows = [{"department": name, "count": count} for name, count in counts.items()]
    if form == "json":
        return formats.as_json({"rows": rows})
    return (
        formats.as_csv(rows, ("department", "count"), "map")
        if form == "csv"
        else _drawn(form, _map_spec(visit, counts))
    )


def _map_spec(visit: Visit, counts: Mapping[str, int]) -> charts.Spec:
    language = visit.words.language
    return maps.department_map(
        counts, link=lambda name: visit.absolute(_department_url(visit, name)), language=language
    )


def _department_url(visit: Visit, name: str) -> str:
    return by_clause(replace(visit.question, page=1), "department", name)[0]


def _drawn(form: str, spec: charts.Spec) -> Response:
    if form == "png":
        return Response(charts.png(spec), media_type="image/png")
    return Response(charts.svg(spec), media_type="image/svg+xml")


def _inline(svg: str) -> Markup:
    """An SVG of our own making inside a page; its texts were escaped by the renderer."""
    return Markup(svg.replace("<svg ", '<svg role="img" ', 1))
