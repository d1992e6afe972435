"""`pututu sources`: what is watched, how it does, and how to add one."""

from pathlib import Path
from typing import Any

import click

from cli.desk import opened
from cli.output import emit, formats, note
from core.errors import InputError
from core.settings import Settings
from core.time import lima_iso


@click.group("sources")
def sources_command() -> None:
    """The outlets that are watched.

    \b
    Examples:
      pututu sources list
      pututu sources new https://example.org/feed.xml --slug example --out sources/example.py
    """


@sources_command.command("list")
@formats
def list_(form: str | None) -> None:
    """Every source with its state: when it was last seen, what failed, when it is due again.

    \b
    Examples:
      pututu sources list --json
    """
    from crawler import catalog
    from store import sources

    with opened() as (store, settings):
        catalogue = catalog.load(settings.sources_dir)
        with store.read() as tx:
            rows = [_row(source, sources.state(tx, source.slug)) for source in catalogue.values()]
    emit(rows, form, _plain)


def _row(source: Any, state: Any) -> dict[str, Any]:
    def moment(name: str) -> str | None:
        value = getattr(state, name)
        return lima_iso(value) if value else None

    return {
        "slug": source.slug, "name": source.name, "home": source.home, "kind": source.kind, "platform": source.platform,
        "region": source.region, "grade": source.status, "enabled": state.enabled and source.status != "listed", "status": state.status,
        "last_success": moment("last_success"), "last_item": moment("last_item"), "next_poll": moment("next_poll"),
        "interval": round(state.interval), "failures": state.failures, "reason": state.reason or source.reason or None, "error": state.error,
    }  # fmt: skip


def _plain(row: Any) -> str:
    seen = f"last seen {row['last_success']}" if row["last_success"] else "never seen yet"
    return f"{row['slug']:<24} {row['status'] if row['enabled'] else 'disabled':<10} {seen}" + (
        f"  ({row['reason']})" if row["reason"] else ""
    )


@sources_command.command("new")
@click.argument("url")
@click.option("--slug", help="Small letters, digits and _; by default from the host's name.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write (never overwritten); by default stdout.",
)
def new(url: str, slug: str | None, out: Path | None) -> None:
    """Draft a source file from a live page or feed. It works in PUTUTU_SOURCES_DIR as it stands.

    \b
    Examples:
      pututu sources new https://diariodechimbote.com/
      pututu sources new https://example.org/feed.xml --slug example --out "$PUTUTU_SOURCES_DIR/example.py"
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
        out.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(
            f"{out} cannot be written: {error.strerror}.", "Name a file in a folder you may write in."
        ) from error
    note(f"Written to {out}. `pututu crawl {out.stem}` tries it once its folder is PUTUTU_SOURCES_DIR.")


def _turn(name: str, on: bool, help: str) -> None:
    @sources_command.command(name, help=f"{help}\n\n\b\nExamples:\n  pututu sources {name} rpp")
    @click.argument("slug")
    def turn(slug: str) -> None:
        from crawler import catalog
        from store import sources

        with opened() as (store, settings):
            catalog.find(catalog.load(settings.sources_dir), slug)
            with store.write() as tx:
                (sources.enable if on else sources.disable)(tx, slug)
        note(f"{slug} is {'watched' if on else 'not watched any more; what it gave is kept'}.")


_turn("enable", True, "Watch a source (again).")
_turn("disable", False, "Stop watching a source.")
