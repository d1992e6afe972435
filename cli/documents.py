"""One document, and the stories that documents tell."""

import getpass
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime

import click
from sqlalchemy import Connection

from cli.arguments import Question
from cli.asking import asked, filter_options
from cli.desk import opened, searching
from cli.output import Row, emit, formats, note
from core.errors import InputError
from core.record import Record
from core.time import lima_iso
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
        if any(item.get("sure", True) for item in row[key]):
            sure = [item for item in row[key] if item.get("sure", True)]
            names = (str(item.get("id") or item.get("name") or item.get("value")) for item in sure)
            lines.append(f"{key}: {', '.join(names)}")
    if row["translation"]:
        told = row["translation"]
        lines += ["", f"[{told['engine']}] {told['title']}", told["text"] or ""]
    return "\n".join(lines)


@click.command("stories", cls=Question)
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
            emit(recent_stories(store, limit), form, _story, columns=STORY)
        return
    node = asked(query or "*", options)
    with searching() as (store, _settings, backend):
        emit(stories_of(store, backend, node, limit), form, _story, columns=STORY)


STORY = ("id", "size", "first", "last", "title", "sources", "documents")


def _story(row: Row) -> str:
    when = row["last"][:16].replace("T", " ")
    return f"{when}  {row['size']:>3}  {row['title']}\n    {row['id']}  {', '.join(row['sources'])}"


@click.group("story")
def story_command() -> None:
    """One story, and a person's word on which documents tell the same: it is kept and can be undone.

    \b
    Examples:
      pututu story show s3f2a...
      pututu story merge s3f2a... s9b1c...
      pututu story split s3f2a... 77aa...
      pututu story decisions
      pututu story undo 4
    """


@story_command.command("show")
@click.argument("story")
@formats
def show_story(story: str, form: str | None) -> None:
    """A story with the ids of its documents; an id that was merged away leads to the one that it is in now.

    \b
    Examples:
      pututu story show s3f2a... --json
    """
    from cli.answers import story_row

    with opened() as (store, _settings):
        row = story_row(store, story)
        if row is None:
            raise InputError(f"There is no story {story!r}.", "`pututu stories` prints their ids.")
        emit([row], form, _story)


@story_command.command("merge")
@click.argument("story")
@click.argument("others", nargs=-1, required=True)
@formats
def merge_command(story: str, others: tuple[str, ...], form: str | None) -> None:
    """These tell the same: the documents of the OTHERS go into STORY, whose id stays; the ids of the others lead to it.

    \b
    Examples:
      pututu story merge s3f2a... s9b1c... s0d4e...
    """
    from store import story_decisions

    _decided(lambda tx, now: story_decisions.merge(tx, story, others, getpass.getuser(), now), form)


@story_command.command("split")
@click.argument("story")
@click.argument("documents", nargs=-1, required=True)
@formats
def split_command(story: str, documents: tuple[str, ...], form: str | None) -> None:
    """These tell something else: the DOCUMENTS (ids or addresses) leave STORY for one of their own, which is printed.

    \b
    Examples:
      pututu story split s3f2a... 77aa... https://rpp.pe/lima/una-noticia-123
    """
    from store import story_decisions

    _decided(lambda tx, now: story_decisions.split(tx, story, documents, getpass.getuser(), now), form)


@story_command.command("undo")
@click.argument("decision", type=int)
@formats
def undo_command(decision: int, form: str | None) -> None:
    """Take a merge or split back, by its number; the documents return to where they were.

    \b
    Examples:
      pututu story undo 4
    """
    from store import story_decisions

    _decided(lambda tx, now: story_decisions.undo(tx, decision, now).story, form)


@story_command.command("decisions")
@formats
def decisions_command(form: str | None) -> None:
    """Every merge and split that a person decided, the latest first.

    \b
    Examples:
      pututu story decisions --json
    """
    from store import story_decisions

    with opened() as (store, _settings):
        with store.read() as tx:
            found = story_decisions.decisions(tx)
        rows = (
            asdict(one) | {"at": lima_iso(one.at), "undone": lima_iso(one.undone) if one.undone else None}
            for one in found
        )
        emit(
            rows,
            form,
            lambda r: (
                f"{r['id']:>4}  {r['at'][:16].replace('T', ' ')}  {r['kind']} {r['story']} {r['other']} ({len(r['documents'])} documents), "
                f"by {r['author']}" + (", undone" if r["undone"] else "")
            ),
            columns=("id", "kind", "story", "other", "documents", "author", "at", "undone"),
        )


def _decided(decide: Callable[[Connection, datetime], str], form: str | None) -> None:
    from cli.answers import story_row

    with opened() as (store, _settings):
        with store.write() as tx:
            story = decide(tx, datetime.now(UTC))
        row = story_row(store, story)
        emit([row] if row else [], form, _story)
    note("`pututu index` brings this into the index; the daemon does it by itself.")
