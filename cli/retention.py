"""`pututu retention`: what the disk's budgets would drop, dropping it, and marking the documents whose pages must stay."""

import getpass
from typing import Any

import click

from cli.desk import opened
from cli.flow import as_json, recorded, tell
from cli.output import emit, formats, note
from core.errors import StoreError
from core.home import spend_reserve
from core.settings import Settings
from core.sizes import shown
from core.time import lima_iso


@click.group("retention", invoke_without_command=True)
@click.option("--apply", is_flag=True, help="Do it. Without it nothing is changed.")
@as_json
@click.pass_context
def retention_command(context: click.Context, apply: bool, as_json: bool) -> None:
    """Hold the archive of pages and the database to their budgets; says what would be dropped, and drops it with --apply.

    Pages go first that are about none of the topics and older than 30 days, the oldest first; then the oldest of any.
    Documents stay, searchable, and say that their page was dropped. Pages of evidence are never dropped: documents that
    are marked with `keep`, that an alert hit, or that a person corrected. The daemon does this every day.

    \b
    Examples:
      pututu retention
      pututu retention --apply
      pututu retention keep 3f2a... --reason 'case 117'
      PUTUTU_ARCHIVE_BUDGET=5GB pututu retention --json
    """
    if context.invoked_subcommand:
        return
    try:
        receipt = _retain(apply)
    except StoreError:
        if not (apply and spend_reserve(Settings.load().home)):
            raise
        receipt = _retain(apply)  # the disk was so full that the store could not be opened
    tell(receipt, as_json)
    pages, budget = receipt["archive"], receipt["archive"]["budget"]
    if not apply and (pages["dropped"] or receipt["store"]["cleared"]):
        note("Nothing was changed. `pututu retention --apply` does it.")
    if budget is not None and pages["after"] > budget:
        left = f"{shown(pages['after'] - budget)} beyond its budget"
        note(f"The archive {'is' if apply else 'would stay'} {left}: what is left is evidence or in use. Raise PUTUTU_ARCHIVE_BUDGET, or take marks off.")  # fmt: skip
    if receipt["store"]["budget"] is not None and receipt["store"]["size"] > receipt["store"]["budget"]:
        note("The database is beyond its budget. Documents are never dropped: raise PUTUTU_STORE_BUDGET, or move it to a larger disk (PUTUTU_STORE).")  # fmt: skip


def _retain(apply: bool) -> dict[str, Any]:
    import pipeline

    with opened() as (store, settings):
        if apply:
            return recorded(store, "retention", lambda: pipeline.retain(store, settings))
        return pipeline.retain(store, settings, apply=False)


@retention_command.command("keep")
@click.argument("documents", nargs=-1, required=True, metavar="DOCUMENT...")
@click.option("--reason", default="", help="Kept with the mark.")
def keep_command(documents: tuple[str, ...], reason: str) -> None:
    """Mark documents (by id or address) as evidence: their pages are never dropped.

    \b
    Examples:
      pututu retention keep 3f2a... --reason 'case 117'
      pututu retention keep https://example.org/nota/17
    """
    from datetime import UTC, datetime

    from store import retention

    with opened() as (store, _settings), store.write() as tx:
        for id in retention.keep(tx, documents, getpass.getuser(), reason, datetime.now(UTC)):
            click.echo(id)


@retention_command.command("unkeep")
@click.argument("documents", nargs=-1, required=True, metavar="DOCUMENT...")
def unkeep_command(documents: tuple[str, ...]) -> None:
    """Take the mark off again.

    \b
    Examples:
      pututu retention unkeep 3f2a...
    """
    from store import retention

    with opened() as (store, _settings), store.write() as tx:
        for id in retention.unkeep(tx, documents):
            click.echo(id)


@retention_command.command("kept")
@formats
def kept_command(form: str | None) -> None:
    """The documents that are marked as kept, the latest mark first.

    \b
    Examples:
      pututu retention kept --json
    """
    from store import documents, retention

    with opened() as (store, _settings), store.read() as tx:
        marks = retention.kept_documents(tx)
        titles = {one.id: one for one in documents.many(tx, [mark.document for mark in marks])}
    rows = [
        {
            "id": mark.document, "title": titles[mark.document].title if mark.document in titles else None,
            "archive": titles[mark.document].archive if mark.document in titles else None,
            "by": mark.by, "reason": mark.reason, "at": lima_iso(mark.at),
        }
        for mark in marks
    ]  # fmt: skip
    columns = ("id", "title", "archive", "by", "reason", "at")
    emit(rows, form, lambda r: f"{r['id']}  {r['at']}  {r['by']}  {r['reason']}\n    {r['title']}", columns=columns)
