"""Questions: search, trends, spikes, one document, stories, and what happened to an address."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from cli.desk import day, opened, searching
from cli.output import Row, emit, formats, note
from core.document import SECTORS, TOPICS
from core.errors import InputError
from search.filters import filters
from search.nodes import All, Node, both
from search.query import parse
from search.suggest import suggestions

Function = TypeVar("Function", bound=Callable[..., Any])
FACETS = (
    "topic",
    "subtype",
    "sector",
    "department",
    "province",
    "district",
    "source",
    "language",
    "kind",
    "person",
    "organisation",
    "norm",
)


def range_options(function: Function) -> Function:
    """`--from` and `--to`: inclusive days in Lima."""
    function = click.option("--to", metavar="DAY", help="Last day in Lima, inclusive: 2026-11-20.")(function)
    return click.option("--from", "from_", metavar="DAY", help="First day in Lima, inclusive: 2026-11-01.")(function)


def filter_options(function: Function) -> Function:
    """The filters that every question takes."""
    function = click.option("--language", help="es, en, pt, qu ...")(function)
    function = click.option("--source", help="A source's slug.")(function)
    function = click.option("--place", help="Department, province or district.")(function)
    function = click.option(
        "--sector", type=click.Choice(SECTORS), metavar="SECTOR", help="Victims or actors, e.g. public_transport."
    )(function)
    function = click.option("--topic", type=click.Choice(TOPICS), help="One of the mission's three topics.")(function)
    return range_options(function)


@click.command("search")
@click.argument("query")
@filter_options
@click.option(
    "--sort",
    type=click.Choice(["date", "relevance"]),
    default="date",
    show_default=True,
    help="Newest first, or best match first.",
)
@click.option("--limit", type=click.IntRange(0), default=20, show_default=True, help="How many at most; any number.")
@click.option("--count", "only_count", is_flag=True, help="Print the bare number.")
@click.option("--facets", metavar="F,...", help="Count by these instead of listing: " + ", ".join(FACETS) + ".")
@click.option("--stories", is_flag=True, help="Stories instead of documents: one row each, its newest document.")
@formats
def search_command(
    query: str,
    sort: Any,
    limit: int,
    only_count: bool,
    facets: str | None,
    stories: bool,
    form: str | None,
    **options: Any,
) -> None:
    """Documents that answer a query, newest first unless told otherwise.

    The language is Lucene's: words, "phrases", field:value, OR, NOT, extors*, date:>=2024-10; see docs/query-language.md.

    \b
    Examples:
      pututu search 'extorsión transportistas'
      pututu search '"paro de transportistas" -topic:extortion' --from 2026-11-01 --json
      pututu search 'topic:strike' --facets department,source
      pututu search 'huelga OR paro' --count
    """
    from cli.answers import ask

    with searching() as (store, _settings, backend):
        node = asked(query, options)
        if only_count:
            click.echo(ask(store, backend, node, limit=0, by_story=True).total if stories else backend.count(node))
        elif facets:
            names = [name.strip() for name in facets.split(",") if name.strip()]
            counted = backend.facets(node, names, size=None)
            rows = [{"facet": name, "value": value, "count": count} for name in names for value, count in counted[name]]
            emit(
                rows,
                form,
                lambda r: f"{r['count']:>8}  {r['facet']}: {r['value']}",
                columns=("facet", "value", "count"),
            )
        else:
            answer = ask(store, backend, node, sort=sort, limit=limit, by_story=stories)
            shown = emit(answer.rows(), form, plain_hit)
            if answer.total > shown:
                note(f"{shown} of {answer.total}; --limit shows more.")
            if not answer.total:
                note("No hit." + "".join(f" Did you mean {word}?" for word in suggestions(backend, node)))


def plain_hit(row: Row) -> str:
    """A hit for a person: headline, outlet, time in Lima, and where it is kept; `*` around the words that matched."""
    when = (row["published"] or "undated")[:16].replace("T", " ")
    tags = ", ".join(dict.fromkeys([t["name"] for t in row["topics"]] + [p["name"] for p in row["places"]]))
    english = (row["translation"] or {}).get("title")
    lines = [
        marked(row["title"], [(s, e) for field, s, e in row["marks"] if field == "title"]),
        f"  {when}  {row['source']}" + (f"  [{tags}]" if tags else ""),
    ]
    if english:
        lines.append(
            "  en: " + marked(english, [(s, e) for field, s, e in row["marks"] if field == "translation.title"])
        )
    return "\n".join([*lines, f"  {row['id']}  {row['url']}"])


def marked(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with `*` around each span."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}*{text[start:end]}*{text[end:]}"
    return text


def asked(query: str, options: dict[str, Any]) -> Node:
    """The tree of a query and the filters named beside it."""
    start, end = day(options.pop("from_")), day(options.pop("to"))
    if start and end and start > end:
        raise InputError(f"--from {start} is after --to {end}.", "Exchange them.")
    return both(parse(query), filters(start=start, end=end, **options))


@click.command("trends")
@click.argument("queries", nargs=-1, required=True, metavar="QUERY...")
@click.option("--by", type=click.Choice(["day", "week", "month"]), default="day", show_default=True)
@click.option(
    "--group", type=click.Choice(["topic", "sector", "place", "source"]), help="A row for each value as well."
)
@click.option("--share", is_flag=True, help="The chart shows the share of all documents instead of counts.")
@click.option("--stories", is_flag=True, help="Count stories instead of documents.")
@range_options
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Also draw the chart into this file.")
@click.option("--png", type=click.Path(dir_okay=False, path_type=Path), help="Also draw the chart into this file.")
@formats
def trends_command(
    queries: tuple[str, ...],
    by: Any,
    group: str | None,
    share: bool,
    stories: bool,
    from_: str | None,
    to: str | None,
    svg: Path | None,
    png: Path | None,
    form: str | None,
) -> None:
    """How many documents a period, and their share of all: a row for every period, empty ones too. Days are Lima's.

    \b
    Examples:
      pututu trends '"paro agrario"' --by day --from 2020-12-01 --to 2020-12-31
      pututu trends extorsión huelga --by month --share --svg chart.svg
      pututu trends 'topic:strike' --by week --group source --csv
    """
    from search.trends import trends
    from store import sources

    with searching() as (store, _settings, backend):
        with store.read() as tx:
            outages = sources.outages(tx, datetime.min.replace(tzinfo=UTC), datetime.now(UTC))
        answer = trends(backend, [(query, parse(query)) for query in queries], by=by, group=group, stories=stories,
                        start=day(from_), end=day(to), outages=outages)  # fmt: skip
    for path, kind in ((svg, "svg"), (png, "png")):
        if path:
            _draw(path, kind, answer.rows, by=by, share=share)
    emit(answer.rows, form, lambda r: f"{r['start']}  {r['count']:>7}  {r['share'] or 0:>8.3%}  {r['query']}" + (f"  {r['group']}" if r["group"] else "")
         + ("  (outage)" if r["outage"] else ""), columns=TREND)  # fmt: skip
    if answer.undated:
        note(f"{answer.undated} undated documents match and stand in no period.")


TREND = ("query", "group", "start", "count", "total", "share", "outage")


def _draw(path: Path, kind: str, rows: Any, *, by: str, share: bool) -> None:
    from web import charts

    spec = charts.trend_chart(rows, by=by, share=share)
    data = charts.svg(spec).encode() if kind == "svg" else charts.png(spec)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", "Name a file in a folder you may write in."
        ) from error
    note(f"Drawn into {path}.")


@click.command("spikes")
@click.argument("query", default="*")
@click.option("--by", type=click.Choice(["day", "week"]), default="day", show_default=True)
@range_options
@formats
def spikes_command(query: str, by: Any, from_: str | None, to: str | None, form: str | None) -> None:
    """Days or weeks with far more documents than usual, from at least two sources, with their evidence.

    \b
    Examples:
      pututu spikes '"paro agrario"'
      pututu spikes 'topic:extortion' --by week --json
    """
    from cli.answers import evidence
    from search.spikes import spikes

    narrowing = filters(start=day(from_), end=day(to))
    with searching() as (store, _settings, backend):
        found = spikes(backend, All() if query == "*" else parse(query), by=by, narrowing=narrowing)
        rows = [row | {"query": query, "evidence": evidence(store, row["evidence"])} for row in found]
    emit(rows, form, lambda r: f"{r['start']}  {r['count']} (usual {r['expected']:.1f}, x{r['ratio']:.1f}) from {r['sources']} sources"
         + "".join(f"\n    {e['title']}" for e in r["evidence"]), columns=("query", "start", "count", "expected", "ratio", "sources", "evidence"))  # fmt: skip


@click.command("show")
@click.argument("id")
@formats
def show_command(id: str, form: str | None) -> None:
    """One document by its id or address, with everything said of it.

    \b
    Examples:
      pututu show https://rpp.pe/lima/una-noticia-123
      pututu show 3f2a9c... --json
    """
    from store import documents

    with opened() as (store, _settings), store.read() as tx:
        found = documents.resolve(tx, id)
        record = documents.record(tx, found) if found else None
    if record is None:
        raise InputError(
            f"There is no document {id!r}.",
            "`pututu search` prints ids; `pututu why URL` says what became of an address.",
        )
    emit([record.to_json()], form, _whole)


def _whole(row: Row) -> str:
    lines = [row["title"], f"{row['published'] or 'undated'}  {row['source']}  {row['url']}", ""]
    lines += [row["text"] or row["summary"] or "", ""]
    for key in ("topics", "sectors", "places", "entities", "norms", "amounts"):
        if row[key]:
            lines.append(
                f"{key}: "
                + ", ".join(str(item.get("id") or item.get("name") or item.get("value")) for item in row[key])
            )
    if row["translation"]:
        lines += [
            "",
            f"[{row['translation']['engine']}] {row['translation']['title']}",
            row["translation"]["text"] or "",
        ]
    return "\n".join(lines)


@click.command("stories")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@formats
def stories_command(limit: int, form: str | None) -> None:
    """The stories with the latest news: how many documents tell each, and from which outlets.

    \b
    Examples:
      pututu stories --limit 5
    """
    from cli.answers import story_rows

    with opened() as (store, _settings):
        emit(
            story_rows(store, limit),
            form,
            lambda r: (
                f"{r['last'][:16].replace('T', ' ')}  {r['size']:>3}  {r['title']}\n    {r['id']}  {', '.join(r['sources'])}"
            ),
        )


@click.command("why")
@click.argument("url")
@click.argument("alert", required=False)
@formats
def why_command(url: str, alert: str | None, form: str | None) -> None:
    """What happened to an address, stage by stage; with an ALERT, which clause of its query did not match.

    \b
    Examples:
      pututu why https://rpp.pe/lima/una-noticia-123
      pututu why https://rpp.pe/lima/una-noticia-123 buses
    """
    from cli.reasons import reasons

    with opened() as (store, _settings):
        emit(reasons(store, url, alert), form, lambda r: f"{r['at'] or '':<26} {r['stage']:<11} {r['what']}")
