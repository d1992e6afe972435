"""`export`: everything that answers a query, without a cap, as a data package."""

from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from cli.arguments import Question
from cli.asking import asked, filter_options
from cli.desk import lacking, searching
from cli.output import json_line, note, progress
from search.backend import Backend, scan
from search.export import FORMATS, Format


@click.command("export", cls=Question)
@click.argument("query")
@click.option("--format", "form", type=click.Choice(FORMATS), required=True, help="What the rows are written as.")
@click.option("--out", type=click.Path(path_type=Path), required=True, metavar="DIR", help="The folder to make.")
@click.option(
    "--with-text",
    is_flag=True,
    help="Whole texts too, for your own use; without it only those whose licence allows it.",
)
@click.option("--replace", is_flag=True, help="Put the new package in the place of an older one.")
@filter_options
@click.option("--json", "as_json", is_flag=True, help="Print what datapackage.json says.")
def export_command(
    query: str, form: Format, out: Path, with_text: bool, replace: bool, as_json: bool, **options: Any
) -> None:  # fmt: skip
    """Everything that answers a query, newest first, as a data package: rows, datapackage.json and a README.

    The package appears whole or not at all. Rows are masked, handles of posts are pseudonyms. Add seen:<=DAY to the query
    to get again what was known on a day.

    \b
    Examples:
      pututu export 'topic:extortion' --format csv --out extortion-2026
      pututu export 'paro seen:<=2026-11-20' --format parquet --out paro --from 2026-01-01
      pututu export 'source:el_peruano' --format jsonl --out gazette --with-text --json
    """
    from core.licences import allows_text
    from core.pseudonyms import Pseudonyms, key_in, owners
    from crawler import catalog
    from search.export import About, Rule, export
    from store import documents

    node = asked(query, options)
    with searching() as (store, settings, backend):
        sources = catalog.load(settings.sources_dir)
        accounts = owners({url for source in sources.values() for url in (source.home, *source.feeds)})
        rule = Rule(
            pseudonyms=Pseudonyms(key_in(settings.home), accounts), with_text=with_text,
            open_text=lambda slug: slug in sources and allows_text(sources[slug].licence),
        )  # fmt: skip
        matched = backend.count(node)
        about = About(
            query=query, tree=str(node), at=datetime.now(UTC), versions=_versions(backend), matched=matched, lacking=lacking(store, backend),
            sources={slug: {"path": source.home, "licence": source.licence or "not known"} for slug, source in sources.items()},
        )  # fmt: skip
        with progress("exporting", matched) as advance:
            described = export(
                out, form, documents.each(store, scan(backend, node)), rule, about, replace=replace, advance=advance
            )
    figures = described["pututu"]
    if as_json:
        click.echo(json_line(described), nl=False)
    else:
        click.echo(
            f"{out}: {figures['documents']} documents, {figures['stories']} stories, {figures['texts']} whole texts"
        )
    if figures["documents"] < matched:
        note(
            f"{matched - figures['documents']} more are in the index and no longer in the store: `pututu index` catches up."
        )


def _versions(backend: Backend) -> dict[str, str]:
    health = backend.health()
    return {"pututu": version("pututu"), "index": f"{health['engine']} {health['version']}"}
