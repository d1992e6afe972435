"""Questions: search, and what happened to an address."""

from typing import Any

import click

from cli.arguments import Question
from cli.asking import asked, filter_options
from cli.desk import day, opened, searching
from cli.held import held
from cli.output import Row, emit, formats, note
from core.masking import find

FACETS = (
    "topic", "subtype", "sector", "place", "department", "province", "district", "source", "language", "kind", "section", "status",
    "person", "organisation", "norm", "road", "term", "year", "month",
)  # fmt: skip


@click.command("search", cls=Question)
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
@click.option(
    "--stories", is_flag=True, help="Stories instead of documents: each as its newest document, with its outlets."
)
@formats
def search_command(
    query: str, sort: Any, limit: int, only_count: bool, facets: str | None, stories: bool, form: str | None, **options: Any
) -> None:  # fmt: skip
    """Documents that answer a query, newest first unless told otherwise.

    The language is Lucene's: words, "phrases", field:value, OR, NOT, extors*, date:>=2024-10; see docs/query-language.md.
    A filter given several times takes any of its values.

    \b
    Examples:
      pututu search 'extorsión transportistas'
      pututu search '"paro de transportistas" -topic:extortion' --from 2026-11-01 --json
      pututu search 'topic:strike' --facets department,source
      pututu search 'huelga OR paro' --source rpp --source correo --count
      pututu search 'topic:extortion' --stories
    """
    from cli.answers import ask

    if stories and sort == "relevance":
        raise click.UsageError("--stories are told newest first: leave --sort relevance out.")
    slugs, span = options["source"], (day(options["from_"]), day(options["to"]))
    node = asked(query, options)
    with searching() as (store, _settings, backend):
        rests = held(store, slugs, *span) if only_count or facets else None
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
            shown = emit(answer.rows(), form, plain_hit, columns=answer.columns())
            if answer.total > shown:
                note(f"{shown} of {answer.total}; --limit shows more.")
            if not answer.total:
                from search.suggest import suggestions

                note("No hit." + "".join(f" Did you mean {word}?" for word in suggestions(backend, node)))
                if find(query) or find(f"tel. {query}"):
                    note(
                        "Phones, accounts, DNI, plates and addresses are no words of the index: `pututu hidden` finds them."
                    )
    if rests:
        note(rests)


def plain_hit(row: Row) -> str:
    """A hit for a person: headline, outlet, time in Lima, and where it is kept; `*` around the words that matched."""
    when = (row["published"] or "undated")[:16].replace("T", " ")
    tags = ", ".join(dict.fromkeys([t["name"] for t in row["topics"]] + [p["name"] for p in row["places"]]))
    english = (row["translation"] or {}).get("title")
    marks = row.get("marks") or []
    lines = [
        marked(row["title"], [(s, e) for field, s, e in marks if field == "title"]),
        f"  {when}  {row['source']}" + (f"  [{tags}]" if tags else ""),
    ]
    if english:
        lines.append("  en: " + marked(english, [(s, e) for field, s, e in marks if field == "translation.title"]))
    if len(row.get("outlets") or ()) > 1:
        lines.append(f"  told by {', '.join(row['outlets'])}")
    if "similarity" in row:
        lines.append(f"  similarity {row['similarity']:.2f}")
    return "\n".join([*lines, f"  {row['id']}  {row['url']}"])


def marked(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with `*` around each span."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}*{text[start:end]}*{text[end:]}"
    return text


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
