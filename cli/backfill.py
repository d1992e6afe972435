"""`pututu backfill`: the past of a source, with an estimate first; killed, it goes on where it was when it is called again."""

import sys
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from cli.desk import opened
from cli.flow import recorded, tell
from cli.output import json_line, note, progress
from core.errors import InputError, PututuError
from core.time import lima_day, parse_days

if TYPE_CHECKING:
    from crawler.backfill import Estimate
    from crawler.past import Past


@click.command("backfill")
@click.argument("source")
@click.option("--from", "from_", metavar="DAY", required=True, help="First day in Lima: 2024-01-01, or 2024-01.")
@click.option("--to", metavar="DAY", required=True, help="Last day in Lima, inclusive: 2024-03-31, or 2024-03.")
@click.option("--estimate", "only_estimate", is_flag=True, help="Say what it would cost, and fetch nothing.")
@click.option("--undated", is_flag=True, help="Fetch also addresses that say no date.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation on a terminal.")
@click.option("--json", "as_json", is_flag=True, help="Estimate and receipt as one JSON object.")
def backfill_command(
    source: str, from_: str, to: str, only_estimate: bool, undated: bool, yes: bool, as_json: bool
) -> None:
    """Fetch what a source published in the past: by its sitemaps, dated archives, or WordPress's own lists.

    First it says how many items there are, how many requests they need and how long these take at the source's delay.
    What comes in is marked as a backfill: it is searched and counted like all else, and no mail tells of it but in one
    counted line. Killed at any point and called again, it goes on where it was.

    \b
    Examples:
      pututu backfill elcomercio --from 2024-10 --to 2024-12
      pututu backfill diario_de_chimbote --from 2025-01-01 --to 2025-01-31 --estimate
    """
    import pipeline
    from crawler.past import Past

    first, last = _days(from_, to)
    past = Past(first=first, last=last, undated=undated)
    with opened() as (store, settings):
        note(f"Reading what lists {source} from {past.first} to {past.last} ...")
        estimate, trouble = pipeline.estimate_backfill(store, settings, source, past)
        _tell_estimate(estimate, past, trouble)
        if only_estimate or not _goes_on(estimate, yes):
            if as_json:
                click.echo(json_line(_row(source, past, estimate) | {"receipt": None}), nl=False)
            return
        with progress(f"{source}, the past", estimate.fetch or None) as advance:
            job = lambda: pipeline.backfill(store, settings, source, past, advance=advance)  # noqa: E731
            receipt = recorded(store, "backfill", job)
    if as_json:
        click.echo(json_line(_row(source, past, estimate) | {"receipt": receipt}), nl=False)
    else:
        tell(receipt, False)
    if receipt["error"]:
        raise PututuError(f"The backfill did not end well: {receipt['error']}", "What came in is kept; run it again.")
    if receipt["waiting"]:
        note(f"{receipt['waiting']} items wait still: run it again, or leave them to `pututu up`.")


def _days(from_: str, to: str) -> tuple[date, date]:
    first, last = parse_days(from_)[0], min(parse_days(to)[1], lima_day(datetime.now(UTC)))
    if first > last:
        raise InputError(f"--from {from_} is after --to {to}, or ahead of today.", "Give days of the past, in order.")
    return first, last


def _goes_on(estimate: "Estimate", yes: bool) -> bool:
    """Whether to begin: a person on a terminal is asked, a script has said so by calling."""
    if not yes and estimate.requests and sys.stdin.isatty() and sys.stdout.isatty():
        click.confirm("Begin?", default=True, abort=True, err=True)
    return True


def _tell_estimate(estimate: "Estimate", past: "Past", trouble: list[str]) -> None:
    about = "" if estimate.exact else "≈ "
    for reason in trouble:
        note(f"  {reason}")
    note(
        f"{about}{estimate.items} items from {past.first} to {past.last}, {estimate.have} of them here; {about}{estimate.fetch} to fetch: "
        f"{about}{estimate.requests} requests, {_lasting(estimate.seconds)} at the source's delay."
    )  # fmt: skip
    if estimate.undated and not past.undated:
        note(f"{estimate.undated} addresses say no date and are left out; --undated fetches them too.")


def _lasting(seconds: int) -> str:
    return f"at least {timedelta(seconds=seconds)}" if seconds else "no time to wait"


def _row(source: str, past: "Past", estimate: "Estimate") -> dict[str, Any]:
    days = {"from": past.first.isoformat(), "to": past.last.isoformat()}
    return {"source": source} | days | {"estimate": estimate.to_json()}
