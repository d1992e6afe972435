"""A person's corrections: made, taken back, listed, and passed on as gold rows."""

import getpass
from collections.abc import Iterator, Mapping
from typing import Any

import click

from cli.desk import day, opened
from cli.output import Row, emit, formats, json_line, note
from core.time import lima_iso
from store.database import Store


@click.command("correct")
@click.argument("id")
@click.option(
    "--topic",
    "topics",
    multiple=True,
    metavar="±T",
    help="+strike adds (+strike:march with its subtype), -strike removes.",
)
@click.option(
    "--sector", "sectors", multiple=True, metavar="±S", help="+mining adds (+mining:victim), -mining removes."
)
@click.option(
    "--place",
    "places",
    multiple=True,
    metavar="±P",
    help="+Trujillo adds, -Trujillo removes; also a UBIGEO code, or +Lima:mention.",
)
@click.option("--date", "date_", metavar="D", help="The day it was published, in Lima.")
@click.option("--undo", is_flag=True, help="Take the last correction back.")
@formats
def correct_command(
    id: str,
    topics: tuple[str, ...],
    sectors: tuple[str, ...],
    places: tuple[str, ...],
    date_: str | None,
    undo: bool,
    form: str | None,
) -> None:
    """A person's correction of a document's tags. It wins over every step, survives re-enrichment and can be undone.

    ID is an id or an address. What is named may be given several times. The index takes it in with its next work
    (`pututu index`).

    \b
    Examples:
      pututu correct 3f2a... --topic +strike:march --topic -extortion
      pututu correct 3f2a... --place +Trujillo --date 2026-11-20
      pututu correct 3f2a... --undo
    """
    import pipeline
    from core.correcting import change

    asked = change(topics=topics, sectors=sectors, places=places, day=day(date_))
    if bool(asked) == undo:
        raise click.UsageError("Name what to correct, or --undo, but not both.")
    with opened() as (store, _settings):
        record = pipeline.correct(store, id, None if undo else asked, getpass.getuser())
    emit([record.to_json()], form, _stands)


def _stands(row: Row) -> str:
    named = (
        f"  {key}: " + (", ".join(item["name"] for item in row[key]) or "none")
        for key in ("topics", "sectors", "places")
    )
    return "\n".join([f"{row['id']}  {row['title']}", *named])


@click.command("corrections")
@click.argument("id", required=False)
@click.option("--gold", is_flag=True, help="The corrected documents as gold rows, one JSON object a line.")
@formats
def corrections_command(id: str | None, gold: bool, form: str | None) -> None:
    """Every correction that was made, oldest first, with its author; those taken back too. Of one document by its id or address.

    With --gold: each document whose corrections stand, with the lists that a person corrected (topics, sectors, places) as
    its labels: what `pututu evaluate` reads. Whoever corrects a list is taken to have read all of it. The texts are whole
    and unmasked: keep them on this machine.

    \b
    Examples:
      pututu corrections --json
      pututu corrections --gold > mine.jsonl && pututu evaluate mine.jsonl
    """
    from core.errors import InputError
    from store import corrections, documents

    if gold and form == "csv":
        raise click.UsageError("Gold rows are JSON lines: leave --csv out.")
    with opened() as (store, _settings):
        with store.read() as tx:
            known = documents.resolve(tx, id) if id else None
            if id and known is None:
                raise InputError(f"There is no document {id!r}.", "`pututu search` prints ids.")
            made = corrections.made(tx, known)
        if gold:
            for row in _gold(store, made):
                click.echo(json_line(row), nl=False)
            return
    emit((_listed(one) for one in made), form, _line, columns=("document", "at", "author", "change", "undone"))
    if not made:
        note("Nothing was corrected: `pututu correct ID` does, and so does the page of a document.")


def _listed(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "document": one["document"], "at": lima_iso(one["at"]), "author": one["author"], "change": one["change"],
        "undone": one["undone"] and lima_iso(one["undone"]),
    }  # fmt: skip


def _line(row: Row) -> str:
    from core.correcting import told

    undone = f"  (undone {row['undone'][:16]})" if row["undone"] else ""
    return f"{row['at'][:16]}  {row['document']}  {row['author']:<12} {told(row['change'])}{undone}"


def _gold(store: Store, made: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """A row for each document with a standing correction of its tags."""
    from core.correcting import CORRECTED, gold_row
    from store import documents

    keys: dict[str, set[str]] = {}
    for one in made:
        if one["undone"] is None:
            keys.setdefault(one["document"], set()).update(key for key in CORRECTED if key in one["change"])
    wanted = [id for id, corrected in keys.items() if corrected]
    for start in range(0, len(wanted), 500):
        with store.read() as tx:
            records = documents.records(tx, wanted[start : start + 500])
        yield from (gold_row(record, keys[record.id]) for record in records)
