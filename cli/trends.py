"""Figures: trends, spikes, changes of level and trending terms, each as rows, the first as a chart too."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cli.arguments import Question
from cli.asking import days, filter_options, narrowing
from cli.desk import searching
from cli.held import held
from cli.output import emit, formats, note
from core.errors import InputError
from search.query import parse
from search.trends import COLUMNS, GROUPS, Known
from store.database import Store


@click.command("trends", cls=Question)
@click.argument("queries", nargs=-1, required=True, metavar="QUERY...")
@click.option("--by", type=click.Choice(["day", "week", "month"]), default="day", show_default=True)
@click.option("--group", type=click.Choice(GROUPS), help="A row for each value as well.")
@click.option("--top", type=click.IntRange(1), help="With --group: only the largest values of each query.")
@click.option("--share", is_flag=True, help="The chart shows shares of coverage instead of counts.")
@click.option("--stories", is_flag=True, help="Count stories instead of documents.")
@click.option("--panel", is_flag=True, help="Only sources that have something in every seven days of the whole time.")
@filter_options
@click.option("--svg", type=click.Path(dir_okay=False, path_type=Path), help="Also draw the chart into this file.")
@click.option("--png", type=click.Path(dir_okay=False, path_type=Path), help="Also draw the chart into this file.")
@click.option("--lang", type=click.Choice(["es", "en"]), default="es", show_default=True, help="The chart's language.")
@click.option("--width", type=click.IntRange(300, 2400), default=760, show_default=True, help="The chart's, in pixels.")
@formats
def trends_command(
    queries: tuple[str, ...], by: Any, group: str | None, top: int | None, share: bool, stories: bool, panel: bool, svg: Path | None,
    png: Path | None, lang: str, width: int, form: str | None, **options: Any,
) -> None:  # fmt: skip
    """How many documents a period, and their share of all: a row for every period, empty ones too. Days are Lima's.

    The filters narrow the query and the whole that the share is of; with --group source that is what the source itself
    published. `outage` and `down` say which sources were down in a
    period, `completeness` which part is held of what the sources listed in its months, where that was counted.

    \b
    Examples:
      pututu trends '"paro agrario"' --by day --from 2020-12-01 --to 2020-12-31
      pututu trends extorsión huelga --by month --share --svg chart.svg
      pututu trends 'topic:strike' --by week --group source --csv
      pututu trends extorsión --by month --panel --stories
    """
    from search.trends import trends

    start, end = days(options)
    sources = options["source"]
    within = narrowing(options)
    with searching() as (store, _settings, backend):
        asked = [(query, parse(query)) for query in dict.fromkeys(queries)]
        answer = trends(backend, asked, by=by, group=group, stories=stories, start=start, end=end, narrowing=within,
                        known=_known(store, sources), panel=panel, top=top)  # fmt: skip
        rests = held(store, sources, start, end)
    if svg or png:
        from web.charts import heading

        title = heading((query for query, _ in asked), within, panel, lang)
        look = {
            "by": by,
            "group": group,
            "share": share,
            "stories": stories,
            "language": lang,
            "width": width,
            "title": title,
        }
        for path, kind in ((svg, "svg"), (png, "png")):
            if path:
                _draw(path, kind, answer.rows, **look)
    emit(answer.rows, form, _trend, columns=COLUMNS)
    for query, number in answer.undated_by.items():
        if number:
            what = "stories" if stories else "documents"
            note(f"{number} undated {what} match {query} and stand in no period.")
    if rests:
        note(rests)
    if answer.panel is not None:
        note(f"Constant panel of {len(answer.panel)} sources: {', '.join(answer.panel)}.")


def _known(store: Store, slugs: Sequence[str]) -> Known:
    """What the store knows of the sources asked about, of all where none is named."""
    from store import completeness, sources

    with store.read() as tx:
        outages = sources.outages(tx, datetime.min.replace(tzinfo=UTC), datetime.now(UTC))
        counted = completeness.rows(tx, slugs or None)
    return Known(outages=[one for one in outages if not slugs or one.source in slugs], completeness=counted)


def _trend(row: Mapping[str, Any]) -> str:
    share = "-" if row["share"] is None else f"{row['share']:.3%}"  # of nothing there is no share
    words = [row["start"], f"{row['count']:>7}", f"{share:>8}", row["query"]]
    words += [row["group"]] if row["group"] else []
    words += [f"(down: {', '.join(row['down'])})"] if row["down"] else []
    words += (
        [f"({row['completeness']:.0%} held)"] if row["completeness"] is not None and row["completeness"] < 1 else []
    )
    words += ["(partial)"] if row["partial"] else []
    return "  ".join(words)


def _draw(path: Path, kind: str, rows: Any, **options: Any) -> None:
    from web import charts

    spec = charts.trend_chart(rows, **options)
    data = charts.svg(spec).encode() if kind == "svg" else charts.png(spec)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror}.", "Name a file in a folder you may write in."
        ) from error
    note(f"Drawn into {path}.")


@click.command("spikes", cls=Question)
@click.argument("query", default="*")
@click.option("--by", type=click.Choice(["day", "week", "month"]), default="day", show_default=True)
@filter_options
@formats
def spikes_command(query: str, by: Any, form: str | None, **options: Any) -> None:
    """Days, weeks or months with far more documents than usual, from at least two sources, with their evidence.

    --from and --to say which spikes are told; what is usual is learned from the time around as well.

    \b
    Examples:
      pututu spikes '"paro agrario"'
      pututu spikes 'topic:extortion' --by week --from 2026-01-01 --json
    """
    from cli.answers import evidence
    from search.spikes import spikes

    start, end = days(options)
    sources = options["source"]
    within = narrowing(options)
    with searching() as (store, _settings, backend):
        found = spikes(backend, parse(query), by=by, narrowing=within, start=start, end=end)
        rows = [row | {"query": query, "evidence": evidence(store, row["evidence"])} for row in found]
        rests = held(store, sources, start, end) if rows else None
    shown = emit(rows, form, lambda r: f"{r['start']}  {r['count']} (usual {r['expected']:.1f}, x{r['ratio']:.1f}) from {r['sources']} sources" + _titles(r),
         columns=("query", "start", "count", "expected", "ratio", "sources", "evidence"))  # fmt: skip
    if not shown:
        note("No spike.")
    elif rests:
        note(rests)


def _titles(row: Mapping[str, Any]) -> str:
    return "".join(f"\n    {one['title']}" for one in row["evidence"])


@click.command("changes", cls=Question)
@click.argument("queries", nargs=-1, required=True, metavar="QUERY...")
@click.option("--by", type=click.Choice(["day", "week", "month"]), default="week", show_default=True)
@filter_options
@formats
def changes_command(queries: tuple[str, ...], by: Any, form: str | None, **options: Any) -> None:
    """From when on a query was written about more, or less, for good: a new level of its share, not a spike.

    \b
    Examples:
      pututu changes extorsión --by month
      pututu changes '"Pedro Castillo"' 'topic:strike' --from 2021-01-01 --json
    """
    from search.changes import COLUMNS as CHANGES
    from search.changes import changes

    start, end = days(options)
    sources = options["source"]
    within = narrowing(options)
    with searching() as (store, _settings, backend):
        asked = [(query, parse(query)) for query in dict.fromkeys(queries)]
        rows = changes(backend, asked, by=by, narrowing=within, start=start, end=end)
        rests = held(store, sources, start, end) if rows else None
    shown = emit(rows, form, lambda r: f"{r['start']}  {r['before']:.1f} -> {r['after']:.1f} a {by} (x{r['ratio']:.2f} of its share)  {r['query']}",
         columns=CHANGES)  # fmt: skip
    if not shown:
        note("No change of level.")
    elif rests:
        note(rests)


@click.command("terms", cls=Question)
@click.argument("query", default="*")
@click.option("--background", type=click.IntRange(1), metavar="DAYS",
              help="How many days before are held against the window; by default four times as many, at least 28.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1, 300), default=20, show_default=True, help="How many at most.")
@filter_options
@formats
def terms_command(query: str, background: int | None, limit: int, form: str | None, **options: Any) -> None:
    """Trending terms: words and names far more frequent from --from to --to (by default the last seven days that have
    anything) than in the days before, by log-likelihood (G2), each from at least two sources, with its evidence.

    \b
    Examples:
      pututu terms --from 2026-11-20 --to 2026-11-20
      pututu terms 'topic:extortion' --background 365 --json
    """
    from cli.answers import evidence
    from search.trending import COLUMNS as TERMS
    from search.trending import trending

    start, end = days(options)
    sources = options["source"]
    within = narrowing(options)
    with searching() as (store, _settings, backend):
        found = trending(
            backend, parse(query), start=start, end=end, background=background, narrowing=within, limit=limit
        )
        rows = [row | {"query": query, "evidence": evidence(store, row["evidence"])} for row in found]
        rests = held(store, sources, start, end) if rows else None
    shown = emit(rows, form, lambda r: f"{r['count']:>6}  x{r['ratio']:<8.1f} G2 {r['score']:<8.1f} {r['term']}" + ("" if r["kind"] == "term" else f" ({r['kind']})")
         + f", {r['sources']} sources", columns=TERMS)  # fmt: skip
    if not shown:
        note("No term stands out.")
    elif rests:
        note(rests)
