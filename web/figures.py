"""The screens that draw: trends and the map, each with its table and its data forms at the same address."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from markupsafe import Markup

from web import answers, charts, formats, maps
from web.pages import OUT, by_clause, form_of
from web.visit import Visit

router = APIRouter(include_in_schema=False)
FORMS = ("svg", "png", "json", "csv")
TABLE_ROWS = 120


@router.get("/trends")
def trends(request: Request) -> HTMLResponse:
    """The trend of one or several queries, as a chart and a table."""
    visit = Visit.of(request)
    ask, undated, chart, notice = visit.question, 0, None, ""
    rows: list[answers.Row] = []
    try:
        if ask.queries:
            rows, undated = answers.trends(visit.desk, ask)
    except OUT as error:
        notice = f"{visit.words.t('notice.index')} {error}"
    if any(row["count"] for row in rows):
        chart = _inline(charts.svg(_trend_spec(visit, rows)))
    links = [(form, ask.url(f"/trends.{form}")) for form in FORMS] if ask.queries else []
    newest = sorted(rows, key=lambda row: (row["start"], row["count"]), reverse=True)[:TABLE_ROWS]
    table = [row | {"percent": _percent(row["share"]), "url": _period_url(visit, row)} for row in newest]
    return visit.page(
        "trends.html",
        "/trends",
        formats=links,
        notice=notice,
        chart=chart,
        rows=table,
        undated=undated,
        cut=len(rows) > TABLE_ROWS,
    )


@router.get("/trends.{form}")
def trends_data(request: Request, form: str) -> Response:
    """The trend as SVG, PNG, JSON or CSV."""
    form_of(form, FORMS)
    visit = Visit.of(request)
    rows, undated = answers.trends(visit.desk, visit.question)
    if form == "json":
        return formats.as_json({"rows": rows, "undated": undated})
    if form == "csv":
        return formats.as_csv(rows, ("query", "group", "start", "count", "total", "share", "outage"), "trends")
    return _drawn(form, _trend_spec(visit, rows, title=" / ".join(visit.question.queries)))


def _trend_spec(visit: Visit, rows: list[answers.Row], title: str | None = None) -> charts.Spec:
    ask = visit.question
    return charts.trend_chart(
        rows, by=ask.by, share=ask.share, stories=ask.stories, language=visit.words.language, title=title, names=visit.group_names(ask.group),
    )  # fmt: skip


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share * 100:.2f} %"


def _period_url(visit: Visit, row: answers.Row) -> str:
    """The search for the documents of one period."""
    start, end = charts.period(row["start"], visit.question.by)
    bounds = {"from": max(start, visit.question.start or date.min), "to": min(end, visit.question.end or date.max)}
    own = {visit.question.group: row["group"]} if visit.question.group else {}
    return visit.question.url("/search", q=row["query"], by=None, group=None, share=None, stories=None, **bounds, **own)


@router.get("/map")
def map_page(request: Request) -> HTMLResponse:
    """Counts by department on the map of Peru."""
    visit = Visit.of(request)
    chart, notice = None, ""
    rows: list[answers.Row] = []
    try:
        counts = answers.departments(visit.desk, visit.question)
        chart = _inline(charts.svg(_map_spec(visit, counts)))
        rows = [
            {"department": name, "count": count, "url": _department_url(visit, name)} for name, count in counts.items()
        ]
    except OUT as error:
        notice = f"{visit.words.t('notice.index')} {error}"
    links = [(form, visit.question.url(f"/map.{form}")) for form in FORMS]
    return visit.page("map.html", "/map", formats=links, notice=notice, chart=chart, rows=rows)


@router.get("/map.{form}")
def map_data(request: Request, form: str) -> Response:
    """The map as SVG, PNG, JSON or CSV."""
    form_of(form, FORMS)
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
