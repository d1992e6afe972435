"""Pipes: a page, a feed, documents or a query in; rows out. They need no data folder and write none."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import IO, Any

import click

from cli.output import emit, formats, json_line, note
from core.document import Document
from core.errors import InputError, PututuError
from core.settings import Settings
from core.time import lima_iso


@click.command("extract")
@click.argument("pages", nargs=-1, required=True, metavar="FILE|URL...")
@click.option("--url", help="Where a FILE came from.")
@click.option("--source", "slug", help="Use that source's selectors.")
@formats
def extract_command(pages: tuple[str, ...], url: str | None, slug: str | None, form: str | None) -> None:
    """A page -> one Document a line (no tags, no store). `-` reads standard input.

    \b
    Examples:
      pututu extract page.html --url https://rpp.pe/lima/una-noticia-123
      pututu extract https://rpp.pe/lima/una-noticia-123 --json
    """
    from core.record import Record
    from crawler import catalog
    from crawler.extract import extract
    from crawler.reading import read_page

    settings = Settings.load()
    source = catalog.find(catalog.load(settings.sources_dir), slug) if slug else None
    failed: list[str] = []

    def rows() -> Iterator[dict[str, Any]]:
        for page in pages:
            with _told(page, failed):
                yield Record(document=extract(read_page(page, settings, url=url), source=source)).to_json()

    emit(rows(), form or "json", lambda row: row["title"])
    _end(failed)


@click.command("feed")
@click.argument("pages", nargs=-1, required=True, metavar="FILE|URL...")
@click.option("--url", help="Where a FILE came from.")
@formats
def feed_command(pages: tuple[str, ...], url: str | None, form: str | None) -> None:
    """RSS, Atom, JSON Feed, sitemap, news sitemap, sitemap index or listing -> one entry a line.

    \b
    Examples:
      pututu feed https://rpp.pe/rss
      pututu feed sitemap.xml --url https://elcomercio.pe/sitemap.xml --csv
    """
    from crawler.platforms import parse
    from crawler.reading import read_page

    settings = Settings.load()
    failed: list[str] = []

    def rows() -> Iterator[dict[str, Any]]:
        for name in pages:
            with _told(name, failed):
                page = read_page(name, settings, url=url)
                for entry in parse(page.body, page.url, page.content_type).entries:
                    yield _entry(name, entry)

    emit(rows(), form or "json", lambda row: row["url"])
    _end(failed)


def _entry(file: str, entry: Any) -> dict[str, Any]:
    moment = entry.published
    return {
        "file": file, "url": entry.url, "title": entry.title or None, "published": lima_iso(moment.when) if moment else None,
        "summary": entry.summary or None, "author": list(entry.author), "section": entry.section, "language": entry.language,
        "text": entry.text or None, "native_id": entry.native_id,
    }  # fmt: skip


@click.command("tag")
@click.argument("file", default="-", type=click.File("rb"))
@click.option("--json", "_json", is_flag=True, help="One JSON object a line (always so).")
def tag_command(file: IO[bytes], _json: bool) -> None:
    """Documents (JSONL) -> the same with every tag, in the same order, other keys kept.

    `title` or `text` suffices; `url`, `source`, `published` and `language` help.

    \b
    Examples:
      echo '{"title": "Paro de transportistas en Comas"}' | pututu tag
      pututu tag documents.jsonl > tagged.jsonl
    """
    from enrich.steps import build

    chain = build(Settings.load())
    kept = (
        "id",
        "url",
        "source",
        "title",
        "summary",
        "text",
        "published",
        "arrival",
        "version",
        "completeness",
        "fetched",
    )
    for row, document in _documents(file):
        tagged = chain.tag(document).to_json()
        row = {key: value for key, value in row.items() if value is not None}
        known = {key: row[key] for key in kept if key in row} | (
            {"language": row["language"]} if row.get("language") else {}
        )
        click.echo(json_line({**row, **tagged, **known}), nl=False)


@click.command("translate")
@click.argument("file", default="-", type=click.File("rb"))
@click.option("--to", type=click.Choice(["en"]), default="en", show_default=True, help="The language to translate to.")
@click.option("--engine", help="Engine by name; by default the best that is here.")
@click.option("--json", "_json", is_flag=True, help="One JSON object a line (always so).")
def translate_command(file: IO[bytes], to: str, engine: str | None, _json: bool) -> None:
    """Documents (JSONL) -> the same with `translation`, in the same order.

    \b
    Examples:
      echo '{"title": "Paro de transportistas"}' | pututu translate --to en
      pututu translate documents.jsonl --engine apertium > translated.jsonl
    """
    from enrich.translate import translate_documents

    rows: list[dict[str, Any]] = []

    def documents() -> Iterator[Document]:
        for row, document in _documents(file):
            rows.append(row)
            yield document

    for _document, translation in translate_documents(documents(), Settings.load(), engine):
        click.echo(json_line({**rows.pop(0), "translation": translation}), nl=False)


@click.command("query")
@click.argument("query")
@click.option("--explain", is_flag=True, help="Also what each backend and the alert matcher are asked.")
@formats
def query_command(query: str, explain: bool, form: str | None) -> None:
    """Parse a query and print its tree; a query that does not parse is an error that names the character.

    \b
    Examples:
      pututu query 'paro transportistas -cardíaco'
      pututu query '"cobro de cupos"~3 place:Trujillo' --explain
    """
    from search.explain import explained
    from search.query import parse

    tree = parse(query)
    row: dict[str, Any] = {"query": str(tree), "tree": repr(tree)}
    emit(
        [row | explained(tree) if explain else row],
        form,
        lambda r: "\n".join(f"{k}: {_pretty(v)}" for k, v in r.items()),
    )


def _pretty(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2, default=str)


def _documents(file: IO[bytes]) -> Iterator[tuple[dict[str, Any], Document]]:
    """Each row with the Document made of it. A line that is none ends the pipe with its place: order must hold."""
    from crawler.imports import loose_document

    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                row = json.loads(line)
                if not isinstance(row, dict):
                    raise ValueError("no JSON object")
                yield row, loose_document(row, number, now=datetime.now(UTC))
            except (ValueError, RecursionError, InputError) as error:
                raise InputError(
                    f"{file.name}:{number}: {error}", "Write one JSON object with `title` or `text` a line."
                ) from error


@contextmanager
def _told(place: str, failed: list[str]) -> Iterator[None]:
    """An input that cannot be used is told on stderr; the others go on, and the command ends with 1."""
    try:
        yield
    except PututuError as error:
        failed.append(place)
        note(f"{place}: {error}")


def _end(failed: list[str]) -> None:
    if failed:
        raise SystemExit(1)
