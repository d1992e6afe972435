"""Word lists: what a changed one would gain and lose among the documents that are stored."""

import dataclasses
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cli.desk import opened
from cli.output import Row, emit, formats, note, progress
from core.settings import Settings
from store.database import Store

BATCH = 500
COLUMNS = ("id", "url", "title", "kind", "gained", "lost")


@click.group("lexicon")
def lexicon_command() -> None:
    """The word lists of the steps.

    \b
    Examples:
      pututu lexicon diff ~/lists/ports.toml
    """


@lexicon_command.command("diff")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option("--limit", type=click.IntRange(1), help="Read only so many documents.")
@formats
def diff_command(file: Path, limit: int | None, form: str | None) -> None:
    """The documents that gain or lose a tag if FILE stood in PUTUTU_LEXICON_DIR, in the place of one of the same name.

    Nothing is changed. A line for each document and kind of tag (topics, sectors, places, entities, strike); the sums are told
    on stderr. What a person corrected stays as it is.

    \b
    Examples:
      pututu lexicon diff ports.toml
      sed 's/0.8/0.5/' ports.toml | pututu lexicon diff -
      pututu lexicon diff ports.toml --json | jq -r 'select(.lost != []) | .url'
    """
    from enrich import lexicon as lexicons

    tried = lexicons.load(Settings.load().lexicon_dir, Path("/dev/stdin") if file == Path("-") else file)
    with opened() as (store, settings):
        sums: Counter[tuple[str, str, str]] = Counter()
        rows = _compared(store, settings, tried, limit, sums)
        found = emit(rows, form, _line, columns=COLUMNS)
    for (kind, name), (gained, lost) in _summed(sums).items():
        note(f"{kind} {name}: +{gained} -{lost}")
    note(f"{found or 'No'} changes in {sums['', '', 'read']} documents.")


def _compared(
    store: Store, settings: Settings, tried: Any, limit: int | None, sums: Counter[tuple[str, str, str]]
) -> Iterator[Row]:
    from core.record import HUMAN
    from enrich.rewording import changed
    from enrich.steps import Chain
    from store import annotations, documents

    quiet = dataclasses.replace(settings, translate="none")
    before, after, last = Chain(quiet), Chain(quiet, lexicon=tried), ""
    with store.read() as tx:
        total = min(limit or documents.count(tx), documents.count(tx))
    with progress("comparing", total) as advance:
        while (left := total - sums["", "", "read"]) > 0:
            with store.read() as tx:
                ids = documents.ids(tx, after=last, limit=min(BATCH, left))
                known, batch = annotations.of(tx, ids), documents.many(tx, ids)
            if not ids:
                return
            last = ids[-1]
            for document in batch:
                human = next((one for one in known.get(document.id, ()) if one.step == HUMAN), None)
                for one in changed(before, after, document, human):
                    sums.update((one.kind, name, "gained") for name in one.gained)
                    sums.update((one.kind, name, "lost") for name in one.lost)
                    yield {
                        "id": document.id, "url": document.url, "title": document.title, "kind": one.kind,
                        "gained": list(one.gained), "lost": list(one.lost),
                    }  # fmt: skip
            sums["", "", "read"] += len(ids)
            advance(len(ids))


def _summed(sums: Counter[tuple[str, str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
    names = sorted({(kind, name) for kind, name, _ in sums if kind})
    return {(kind, name): (sums[kind, name, "gained"], sums[kind, name, "lost"]) for kind, name in names}


def _line(row: Row) -> str:
    signs = [f"+{name}" for name in row["gained"]] + [f"-{name}" for name in row["lost"]]
    return f"{row['id']}  {' '.join(signs)}  {row['title']}"
