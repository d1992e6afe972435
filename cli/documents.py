"""One document, and the stories that documents tell."""

import click

from cli.asking import asked, filter_options
from cli.desk import opened, searching
from cli.output import Row, emit, formats
from core.errors import InputError
from core.record import Record
from store.database import Store


@click.command("show")
@click.argument("id")
@click.option(
    "--similar", is_flag=True, help="The documents most like it instead, each with its `similarity` (0 to 1)."
)
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="With --similar: how many.")
@formats
def show_command(id: str, similar: bool, limit: int, form: str | None) -> None:
    """One document by its id or address, with everything said of it.

    \b
    Examples:
      pututu show https://rpp.pe/lima/una-noticia-123
      pututu show 3f2a9c... --json
      pututu show 3f2a9c... --similar
    """
    if not similar:
        with opened() as (store, _settings):
            emit([_found(store, id).to_json()], form, _whole)
        return
    from cli.answers import similar as nearest
    from cli.questions import plain_hit

    with searching() as (store, _settings, backend):
        found = nearest(store, backend, _found(store, id), limit)
        emit((record.to_json() | {"similarity": score} for record, score in found), form, plain_hit)


def _found(store: Store, id: str) -> Record:
    from store import documents

    with store.read() as tx:
        known = documents.resolve(tx, id)
        record = documents.record(tx, known) if known else None
    if record is None:
        raise InputError(
            f"There is no document {id!r}.",
            "`pututu search` prints ids; `pututu why URL` says what became of an address.",
        )
    return record


def _whole(row: Row) -> str:
    lines = [row["title"], f"{row['published'] or 'undated'}  {row['source']}  {row['url']}", ""]
    lines += [row["text"] or row["summary"] or "", ""]
    for key in ("topics", "sectors", "places", "entities", "norms", "amounts"):
        if row[key]:
            names = (str(item.get("id") or item.get("name") or item.get("value")) for item in row[key])
            lines.append(f"{key}: {', '.join(names)}")
    if row["translation"]:
        told = row["translation"]
        lines += ["", f"[{told['engine']}] {told['title']}", told["text"] or ""]
    return "\n".join(lines)


@click.command("stories")
@click.argument("query", required=False)
@filter_options
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="How many at most.")
@formats
def stories_command(query: str | None, limit: int, form: str | None, **options: object) -> None:
    """The stories with the latest news: how many documents tell each, and from which outlets.

    With a QUERY or filters, the stories of which a document answers.

    \b
    Examples:
      pututu stories --limit 5
      pututu stories 'topic:strike' --place Trujillo --json
    """
    from cli.answers import recent_stories, stories_of

    if query is None and not any(options.values()):
        with opened() as (store, _settings):
            emit(recent_stories(store, limit), form, _story)
        return
    node = asked(query or "*", options)
    with searching() as (store, _settings, backend):
        emit(stories_of(store, backend, node, limit), form, _story)


def _story(row: Row) -> str:
    when = row["last"][:16].replace("T", " ")
    return f"{when}  {row['size']:>3}  {row['title']}\n    {row['id']}  {', '.join(row['sources'])}"
