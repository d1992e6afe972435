"""Upkeep: the index, backups, what is wrong, what was done and what runs next."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cli.desk import opened
from cli.flow import as_json, tell
from cli.output import emit, formats, note, progress
from core.settings import TABLE, Settings, origin
from core.time import lima_iso


@click.command("reindex")
@click.option("--back", is_flag=True, help="Put the index that the last rebuild replaced in force again.")
@click.option("--drop-old", is_flag=True, help="Remove that index, and what a killed rebuild left; build nothing.")
@as_json
def reindex_command(back: bool, drop_old: bool, as_json: bool) -> None:
    """Build the index anew beside the serving one, from the store, then swap.

    Search and index work go on meanwhile; what changes is taken in before the swap, and the counts are compared with the
    store's. Killed, it goes on where it was when it is called again. The old index is kept until --drop-old, or until the
    next rebuild.

    \b
    Examples:
      pututu reindex               after an update that changes how words are analysed
      pututu reindex --drop-old    once the new one has proved itself
      pututu reindex --back        the old one again, with all that changed since
    """
    import pipeline
    from search.engines import drop_kept
    from store import documents

    if back and drop_old:
        raise click.UsageError("--back needs the index that --drop-old removes.")
    with opened() as (store, settings):
        if drop_old:
            tell({"dropped": drop_kept(settings)}, as_json)
            return
        with store.read() as tx:
            total = documents.count(tx)
        with progress("indexing", total) as advance:
            receipt = pipeline.reindex(store, settings, back=back, advance=advance)
        tell(receipt, as_json)


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@as_json
def backup_command(file: Path, as_json: bool) -> None:
    """The store in one file, consistent while everything goes on. The index is a cache and is not in it.

    \b
    Examples:
      pututu backup /backups/pututu-$(date +%F).tar.gz
    """
    from store.backup import backup

    with opened() as (store, _settings):
        tell(dict(backup(store, file)), as_json)


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--overwrite", is_flag=True, help="Over what is there; without it a home that is not empty is refused.")
@as_json
def restore_command(file: Path, overwrite: bool, as_json: bool) -> None:
    """Bring a backup back into an empty PUTUTU_HOME; `pututu reindex` then makes the index.

    \b
    Examples:
      PUTUTU_HOME=/srv/pututu pututu restore /backups/pututu-2026-11-20.tar.gz
    """
    from store.backup import restore

    told = dict(restore(Settings.load(), file, overwrite=overwrite))
    tell(told, as_json)
    if told["held"]:
        note(
            f"{told['held']} messages waited when the backup was made; they may have been sent since, so they are parked. `pututu retry deliver` sends them."
        )


@click.command("takedown")
@click.argument("url")
@click.option("--reason", required=True, help="Kept with the tombstone.")
@as_json
def takedown_command(url: str, reason: str, as_json: bool) -> None:
    """Erase a document from store, index and archive, and refuse it from now on.

    \b
    Examples:
      pututu takedown https://example.org/nota/17 --reason 'the family asked'
    """
    import pipeline

    with opened() as (store, settings):
        tell(pipeline.take_down(store, settings, url, reason), as_json)


@click.command("doctor")
@formats
def doctor_command(form: str | None) -> None:
    """What is wrong and what mends it: store, index, mail, translation, sources, parked work, disk.

    \b
    Examples:
      pututu doctor
    """
    from cli.doctor import examine

    with opened() as (store, settings):
        rows = list(examine(store, settings))
    emit(
        rows,
        form,
        lambda r: (
            f"{r['state']:<5} {r['part']:<12} {r['finding']}" + (f"\n{'':18} -> {r['mend']}" if r["mend"] else "")
        ),
    )
    if any(row["state"] == "bad" for row in rows):
        raise SystemExit(1)


@click.command("settings")
@formats
def settings_command(form: str | None) -> None:
    """Every setting: its value, where it comes from, what it means. Secrets are masked.

    \b
    Examples:
      pututu settings
    """
    import os

    values = Settings.load()
    rows = []
    for setting in TABLE:
        value = getattr(values, setting.name.removeprefix("PUTUTU_").lower())
        rows.append(
            {
                "name": setting.name,
                "value": _shown(setting.secret, setting.name, value, os.environ),
                "from": origin(setting.name),
                "help": setting.help,
            }
        )
    emit(rows, form, lambda r: f"{r['name']:<22} {r['value'] or '(none)'}  [{r['from']}]\n{'':22} {r['help']}")


def _shown(secret: bool, name: str, value: Any, environ: Any) -> str:
    if secret and origin(name, environ) != "default":
        return "•••" if value else ""
    if isinstance(value, tuple):
        return ":".join(map(str, value)) if name == "PUTUTU_BIND" else ",".join(map(str, value))
    return "" if value is None else str(value)


@click.command("runs")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True)
@formats
def runs_command(limit: int, form: str | None) -> None:
    """What was done lately: each run with its receipt.

    \b
    Examples:
      pututu runs --limit 5 --json
    """
    from store import runs

    with opened() as (store, _settings), store.read() as tx:
        found = runs.recent(tx, limit)
    rows = [
        {"id": run.id, "kind": run.kind, "state": run.state, "started": lima_iso(run.started),
         "finished": run.finished and lima_iso(run.finished), "receipt": run.receipt}
        for run in found
    ]  # fmt: skip
    emit(rows, form, lambda r: f"{r['started']}  {r['kind']:<10} {r['state']:<12} {_short(r['receipt'])}",
         columns=("id", "kind", "state", "started", "finished", "receipt"))  # fmt: skip
    if not rows:
        note("Nothing was run yet.")


def _short(receipt: Any) -> str:
    import json

    text = json.dumps(receipt or {}, ensure_ascii=False, default=str)
    return text if len(text) <= 160 else text[:157] + "..."


@click.command("schedule")
@formats
def schedule_command(form: str | None) -> None:
    """What the daemon runs next, soonest first.

    \b
    Examples:
      pututu schedule
    """
    from scheduler import home_lock, upcoming

    with opened() as (store, settings):
        holder = home_lock(settings).holder()
        rows = [
            {"name": n.name, "at": n.at and lima_iso(n.at), "why": n.why}
            for n in upcoming(store, settings, datetime.now(UTC))
        ]
    emit(rows, form, lambda r: f"{r['at'] or 'never':<26} {r['name']:<28} {r['why']}")
    note(f"The daemon runs: {holder}." if holder else "No daemon runs on this home: `pututu up` starts it.")
