"""`pututu sources new|test|import|export`: source files as a person writes, checks and passes them on."""

import csv
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from cli.output import emit, flat, formats, json_line, note
from core.errors import InputError
from core.settings import Settings

if TYPE_CHECKING:
    from crawler.golden import Field
    from crawler.source import Source

SHOWN = 100
"""Characters of a value that is as expected."""


@click.command("new")
@click.argument("url")
@click.option("--slug", help="Small letters, digits and _; by default from the host's name.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="The file to write (never overwritten); by default stdout.")  # fmt: skip
def new_command(url: str, slug: str | None, out: Path | None) -> None:
    """Draft a source file from a live page or feed. It works in PUTUTU_SOURCES_DIR as it stands.

    The page may be a front page, a feed, a sitemap, a JSON listing, or a public account, channel or community on
    Mastodon, Bluesky, YouTube, Telegram or Reddit. robots.txt is obeyed.

    \b
    Examples:
      pututu sources new https://diariodechimbote.com/
      pututu sources new https://example.org/feed.xml --slug example --out "$PUTUTU_SOURCES_DIR/example.py"
      pututu sources new https://t.me/s/canal_publico --out "$PUTUTU_SOURCES_DIR/canal.py"
    """
    from crawler.draft import draft

    if out and out.exists():
        raise InputError(f"{out} is already there.", "Name another file, or move that one away.")
    text = draft(url, slug or (out.stem if out else None), Settings.load())
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise InputError(
            f"{out} cannot be written: {error.strerror}.", "Name a file in a folder you may write in."
        ) from error
    note(
        f"Written to {out}. With PUTUTU_SOURCES_DIR={out.parent}, `pututu sources test {out.stem} --save URL` keeps one of its "
        f"pages to check against, and `pututu crawl {out.stem}` tries it."
    )


@click.command("test")
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@click.option("--save", "url", metavar="URL", help="Fetch this article (once, politely) and keep it, with what it gives, beside the source's file.")  # fmt: skip
@formats
def test_command(slugs: tuple[str, ...], url: str | None, form: str | None) -> None:
    """What a source's saved page gives against what is expected, offline, as a diff. Ends with 1 where they differ.

    A bundled source's page is hand-made; your own source's is kept by --save in PUTUTU_SOURCES_DIR/SLUG/, where
    `expected.json` says what must come of it: correct it, then mend the source's selectors until nothing differs.
    Without SLUG, every source that has a saved page is tried.

    \b
    Examples:
      pututu sources test rpp
      pututu sources test mi_diario --save https://midiario.example/2026/11/20/una-nota/
      pututu sources test --json
    """
    from crawler import catalog, golden

    settings = Settings.load()
    catalogue = catalog.load(settings.sources_dir)
    if url is not None:
        _save(catalogue, slugs, url, settings)
    chosen = slugs or tuple(slug for slug in catalogue if golden.folder_of(slug, settings.sources_dir))
    differ: list[str] = []

    def rows() -> Iterator[dict[str, Any]]:
        for slug in chosen:
            source, folder = catalog.find(catalogue, slug), golden.folder_of(slug, settings.sources_dir)
            if folder is None:
                raise InputError(
                    f"{slug} has no saved page.", f"`pututu sources test {slug} --save URL` keeps one of its articles."
                )
            fields = golden.compare(source, folder)
            wrong = sum(not field.same for field in fields)
            differ.extend([slug] if wrong else [])
            if form is None:
                yield {"line": f"{slug}: " + (f"{wrong} of {len(fields)} fields differ" if wrong else f"{len(fields)} fields, all as expected")}  # fmt: skip
            for field in fields:
                if form is None:
                    yield from ({"line": line} for line in _diff(field))
                else:
                    yield {"slug": slug, "field": field.name, "same": field.same, "expected": field.expected, "got": field.got}  # fmt: skip

    emit(rows(), form, lambda row: str(row["line"]), columns=("slug", "field", "same", "expected", "got"))
    if differ:
        raise InputError(
            f"{', '.join(differ)}: the saved page does not give what is expected.",
            "Mend the source's file (selectors, article), or expected.json where that is wrong.",
        )


def _save(catalogue: dict[str, "Source"], slugs: tuple[str, ...], url: str, settings: Settings) -> None:
    from crawler import catalog, keep

    if len(slugs) != 1:
        raise click.UsageError("--save keeps a page of one source: name it.")
    if settings.sources_dir is None:
        raise InputError(
            "There is no folder to keep the page in.", "Set PUTUTU_SOURCES_DIR to the folder of your own source files."
        )
    folder = keep.keep(catalog.find(catalogue, slugs[0]), url, settings.sources_dir / slugs[0], settings)
    note(f"Kept in {folder}. Read its expected.json and correct what is wrong there: it is what the page gives today.")


def _diff(field: "Field") -> Iterator[str]:
    """A field as lines: two spaces before what is as expected, - before what is missing, + before what came instead."""
    import difflib

    if field.same:
        text = " / ".join(field.expected) if isinstance(field.expected, list) else str(field.expected)
        yield f"  {field.name}: {text if len(text) <= SHOWN else text[:SHOWN] + '…'}"
        return
    if isinstance(field.expected, list) and isinstance(field.got, list):
        yield f"! {field.name}:"
        yield from (f"{line[0]}   {line[2:]}" for line in difflib.ndiff(field.expected, field.got) if line[0] in "-+ ")
        return
    yield f"- {field.name}: {field.expected}"
    yield f"+ {field.name}: {field.got}"


@click.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--replace", is_flag=True, help="Overwrite source files of your own that have the same slug.")
@formats
def import_command(file: IO[bytes], replace: bool, form: str | None) -> None:
    """Write source files into PUTUTU_SOURCES_DIR from JSON lines, CSV, or an OPML list of feeds. `-` is standard input.

    `name`, `home` and `feeds` suffice. What is watched already is left alone; each row is told, with the reason.

    \b
    Examples:
      pututu sources import feeds.opml
      pututu sources export --own | ssh otra-maquina pututu sources import -
    """
    from crawler import passing

    settings = Settings.load()
    if settings.sources_dir is None:
        raise InputError(
            "There is no folder to write source files in.", "Set PUTUTU_SOURCES_DIR to a folder of your own."
        )
    refused: list[Any] = []

    def rows() -> Iterator[dict[str, Any]]:
        assert settings.sources_dir is not None
        for row in passing.take_in(file.read(), file.name, settings.sources_dir, replace=replace):
            refused.extend([row] if row["result"] == "refused" else [])
            yield row

    emit(rows(), form, lambda row: f"{row['slug'] or row['place']:<24} {row['result']}" + (f"  ({row['reason']})" if row["reason"] else ""))  # fmt: skip
    if refused:
        raise InputError(
            f"{len(refused)} rows were refused.", "Mend them and import the file again; the others are in."
        )


@click.command("export")
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@click.option("--own", is_flag=True, help="Only the sources of PUTUTU_SOURCES_DIR.")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv", "opml", "py"]), default="jsonl", show_default=True, help="JSON lines and CSV keep every field; OPML only names and feeds; py is one source as its file.")  # fmt: skip
def export_command(slugs: tuple[str, ...], own: bool, form: str) -> None:
    """Sources as rows that `pututu sources import` reads, to stdout.

    \b
    Examples:
      pututu sources export --own > fuentes.jsonl
      pututu sources export --format opml > fuentes.opml
      pututu sources export bluesky_example --format py > "$PUTUTU_SOURCES_DIR/mi_cuenta.py"
    """
    from crawler import catalog, passing, source_file

    settings = Settings.load()
    catalogue = catalog.load(settings.sources_dir)
    ours = catalog.own(settings.sources_dir)
    named = [catalog.find(catalogue, slug) for slug in slugs] or list(catalogue.values())
    chosen = [source for source in named if not own or source.slug in ours]
    if form == "py":
        if len(chosen) != 1:
            raise click.UsageError("--format py prints one source: name it.")
        click.echo(source_file.render(chosen[0], "a copy; correct what differs."), nl=False)
    elif form == "opml":
        click.echo(passing.opml(chosen), nl=False)
    elif form == "csv":
        _csv(source.to_json() for source in chosen)
    else:
        click.echo("".join(json_line(source.to_json()) for source in chosen), nl=False)


def _csv(rows: Iterable[dict[str, Any]]) -> None:
    from crawler.source import Source

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(Source.__dataclass_fields__)
    writer.writerows([flat(value) for value in row.values()] for row in rows)


COMMANDS = (new_command, test_command, import_command, export_command)
