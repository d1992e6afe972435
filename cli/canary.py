"""`pututu canary`: a synthetic article sent the whole way now, and whether its mail arrived."""

import time
from datetime import UTC, datetime
from typing import Any

import click

from cli.desk import opened
from cli.output import emit, formats, note
from core.time import lima_iso

LOOK = 2.0  # seconds between two looks into the mailbox


@click.command("canary")
@click.option(
    "--wait",
    type=click.IntRange(0, 3600),
    default=300,
    show_default=True,
    help="Seconds to wait for the mail to arrive.",
)
@formats
def canary_command(wait: int, form: str | None) -> None:
    """Send a synthetic article the whole way (steps, matcher, mail server, mailbox) to PUTUTU_CANARY, and wait for it.

    It shows in no count, search or export, and is erased once it has arrived. Exit 1 where it does not arrive.

    \b
    Examples:
      PUTUTU_CANARY=canario@example.org pututu canary
      pututu canary --wait 60 --json
    """
    import pipeline
    from core.errors import SettingError
    from store import canaries

    with opened() as (store, settings):
        if not settings.canary:
            raise SettingError(
                "PUTUTU_CANARY is not set: nobody would receive it.", "Set it to the address of a test mailbox."
            )
        pipeline.fly_canary(store, settings, at_once=True)
        with store.read() as tx:
            sent = canaries.recent(tx)[0]
        receipt = pipeline.process(store, settings, by_hand=False)
        for failed in receipt["failed"]:
            note(failed)
        until = time.monotonic() + wait
        while True:
            pipeline.fly_canary(store, settings)
            with store.read() as tx:
                found = next(one for one in canaries.recent(tx, 20) if one.id == sent.id)
            if found.arrived or time.monotonic() >= until:
                break
            time.sleep(LOOK)
    emit([_row(found, bool(settings.canary_mailbox))], form, _plain)
    if not found.arrived:
        raise click.ClickException(f"the canary did not arrive within {wait} s.")


def _row(one: Any, proven: bool) -> dict[str, Any]:
    """`proven`: the mailbox itself was asked, not only the mail server."""
    moments = {
        name: lima_iso(at) if (at := getattr(one, name)) else None
        for name in ("injected", "matched", "sent", "arrived")
    }
    took = (one.arrived or datetime.now(UTC)) - one.injected
    return {"id": one.id, **moments, "seconds": round(took.total_seconds(), 1), "proven": proven}


def _plain(row: Any) -> str:
    if not row["arrived"]:
        reached = [name for name in ("injected", "matched", "sent") if row[name]][-1]
        return f"canary {row['id']}: not arrived; it came as far as: {reached}"
    return f"canary {row['id']} arrived after {row['seconds']} s" + (
        "" if row["proven"] else " (as the mail server says)"
    )
