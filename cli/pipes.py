"""Pipes: a page, a feed, documents or a query in; rows out. They need no data folder and write none."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from cli.arguments import Question
from cli.output import emit, formats, json_line, note
from core.document import Document
from core.errors import InputError, PututuError
from core.settings import Settings
from core.time import lima_iso

if TYPE_CHECKING:
    from crawler.imported.tables import Row


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
            with told(page, failed):
                yield Record(document=extract(read_page(page, settings, url=url), source=source)).to_json()

    emit(rows(), form or "json", lambda row: row["title"])
    end(failed)


@click.command("feed")
@click.argument("pages", nargs=-1, required=True, metavar="FILE|URL...")
@click.option("--url", help="Where a FILE came from.")
@click.option(
    "--source", "slug", help="Read it by that source's facts (selectors of a listing page, keys of a JSON answer)."
)
@formats
def feed_command(pages: tuple[str, ...], url: str | None, slug: str | None, form: str | None) -> None:
    """RSS, Atom, JSON Feed, sitemap, news sitemap, sitemap index or listing -> one entry a line.

    \b
    Examples:
      pututu feed https://rpp.pe/rss
      pututu feed sitemap.xml --url https://elcomercio.pe/sitemap.xml --csv
      pututu feed https://panamericana.pe/politica --source panamericana
    """
    from crawler import catalog
    from crawler.platforms import parse
    from crawler.reading import read_page

    settings = Settings.load()
    source = catalog.find(catalog.load(settings.sources_dir), slug) if slug else None
    failed: list[str] = []

    def rows() -> Iterator[dict[str, Any]]:
        for name in pages:
            with told(name, failed):
                page = read_page(name, settings, url=url)
                listing = parse(page.body, page.url, page.content_type, source=source)
                for remark in listing.notes:
                    note(f"{name}: {remark}")
                yield from (_entry(name, entry) for entry in listing.entries)

    emit(rows(), form or "json", lambda row: row["url"])
    end(failed)


def _entry(file: str, entry: Any) -> dict[str, Any]:
    moment = entry.published
    return {
        "file": file, "url": entry.url, "title": entry.title or None, "published": lima_iso(moment.when) if moment else None,
        "summary": entry.summary or None, "author": list(entry.author), "section": entry.section, "language": entry.language,
        "text": entry.text or None, "native_id": entry.native_id,
    }  # fmt: skip


@click.command("tag")
@click.argument("file", default="-")
@click.option("--json", "_json", is_flag=True, help="One JSON object a line (always so).")
def tag_command(file: str, _json: bool) -> None:
    """Documents (JSONL) -> the same with every tag, in the same order, other keys kept.

    `title` or `text` suffices; `url`, `source`, `published` and `language` help: one of these that cannot be read is told
    on stderr, and the document is tagged without it. A line that holds no document is told with its number and left out;
    the others are written, and the exit code is 1. What was given (a translation too) is kept: only tags are made anew.

    \b
    Examples:
      echo '{"title": "Paro de transportistas en Comas"}' | pututu tag
      pututu tag documents.jsonl > tagged.jsonl
    """
    from enrich.steps import Chain

    failed: list[str] = []
    with opened_file(file) as stream:
        chain = Chain(Settings.load())
        try:
            for place, row, document in _documents(file, stream, failed):
                record, errors = chain.tag(document, _translation(row))
                if errors:
                    failed.append(place)
                    note(f"{place}: " + "; ".join(f"step {name}: {error}" for name, error in errors.items()))
                click.echo(json_line(_tagged(row, record.to_json())), nl=False)
        finally:
            chain.close()
    end(failed)


def _translation(row: Mapping[str, Any]) -> dict[str, Any] | None:
    given = row.get("translation")
    return given if isinstance(given, dict) else None


def _tagged(row: Mapping[str, Any], tagged: dict[str, Any]) -> dict[str, Any]:
    """Every key of a document in its order, then the row's own. What the row says stands, but for the tags made now."""
    from core.record import TAGS

    given = {key: value for key, value in row.items() if value is not None and key not in TAGS}
    if tagged["author"]:
        del given["author"]  # names in one string are read as a list
    return tagged | given


@click.command("translate")
@click.argument("file", default="-")
@click.option("--to", type=click.Choice(["en"]), default="en", show_default=True, help="The language to translate to.")
@click.option("--engine", help="Engine by name; by default the best that is here.")
@click.option("--json", "_json", is_flag=True, help="One JSON object a line (always so).")
def translate_command(file: str, to: str, engine: str | None, _json: bool) -> None:
    """Documents (JSONL) -> the same with `translation`, in the same order.

    A line that holds no document is told with its number and left out; the others are written, and the exit code is 1; so
    it is where the engine fails on one, which is then written as it came. A document that is not in Spanish keeps the
    translation that it has. Engines: opus-mt, transformers, apertium, or a model of `pututu models list` by name.

    \b
    Examples:
      echo '{"title": "Paro de transportistas"}' | pututu translate --to en
      pututu translate documents.jsonl --engine apertium > translated.jsonl
    """
    from enrich.translate import translate_documents

    rows: list[dict[str, Any]] = []
    failed: list[str] = []

    def documents(stream: IO[bytes]) -> Iterator[Document]:
        for _, row, document in _documents(file, stream, failed):
            rows.append(row)
            yield document

    with opened_file(file) as stream:
        done = translate_documents(documents(stream), Settings.load(), engine)
        for number, (_document, translation, reason) in enumerate(done, 1):
            row = rows.pop(0)
            if reason:
                failed.append(f"document {number}")
                note(f"document {number} is not translated: {reason}")
            click.echo(json_line({**row, "translation": translation or row.get("translation")}), nl=False)
    end(failed)


@click.command("query", cls=Question)
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


@contextmanager
def opened_file(file: str) -> Iterator[IO[bytes]]:
    """A file's bytes, or standard input's for `-`. Raises InputError."""
    if file == "-":
        yield sys.stdin.buffer
        return
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(Path(file).open("rb"))
        except OSError as error:
            mend = "Name a readable file, or - for standard input."
            raise InputError(f"{file} cannot be read: {error.strerror}.", mend) from error
        yield stream


def _documents(file: str, stream: IO[bytes], failed: list[str]) -> Iterator[tuple[str, dict[str, Any], Document]]:
    """The place, the row and the document made of it, of each line. A line that is none is told, and its place kept in `failed`."""
    from crawler.imports import loose_document

    for place, read in read_rows(file, stream, failed):
        with told(place, failed):
            document, faults = loose_document(read.cells, read.line, now=datetime.now(UTC))
            for fault in faults:
                note(f"{place}: {fault} It is read without that.")
            yield place, dict(read.cells), document


def read_rows(file: str, stream: IO[bytes], failed: list[str]) -> Iterator[tuple[str, "Row"]]:
    """The place and the row of each line of JSON lines. A line that is none is told, and its place kept in `failed`."""
    from crawler.imports import LeftOut, Noted, json_rows

    name = "standard input" if file == "-" else file
    for read in json_rows(name, stream):
        if isinstance(read, Noted):
            note(f"{name}: {read.what}.")
        elif isinstance(read, LeftOut):
            with told(read.place, failed):
                raise InputError(read.reason)
        else:
            yield f"{name}:{read.line}", read


@contextmanager
def told(place: str, failed: list[str]) -> Iterator[None]:
    """An input that cannot be used is told on stderr; the others go on, and the command ends with 1."""
    try:
        yield
    except PututuError as error:
        failed.append(place)
        note(f"{place}: {error}")


def end(failed: list[str]) -> None:
    """Exit code 1 where something was told and left out."""
    if failed:
        raise SystemExit(1)
