"""`pututu alerts channels`, `feed`, `mutes`: how alerts reach their owners, and what owners answered."""

from datetime import UTC, datetime
from typing import Any

import click

from cli.desk import opened
from cli.output import emit, formats, note
from core.time import lima_iso

STATE = ("url", "state", "failures", "since", "paused", "next", "error")
KINDS = ("story", "source", "place")


@click.command("channels")
@click.option(
    "--resume", is_flag=True, help="They are mended: try again what was paused or refused, all of it or of one URL."
)
@click.argument("url", required=False)
@formats
def channels_command(resume: bool, url: str | None, form: str | None) -> None:
    """The channels that fail or are paused, with the last error. One that works is not listed.

    \b
    Examples:
      pututu alerts channels
      pututu alerts channels --resume
      pututu alerts channels --resume mailto:ana@example.org
    """
    from store import channels, deliveries

    if url and not resume:
        raise click.UsageError("A URL goes with --resume.")
    with opened() as (store, _settings), store.write() as tx:
        back = deliveries.retry_deliveries(tx, [url] if url else None) if resume else 0
        found = list(channels.states(tx).values())
    if resume:
        note(f"{back} messages that were refused are put back; `pututu deliver` sends what waits.")
    emit((_state(one) for one in found), form, _plain_state, columns=STATE)
    if not found:
        note("No channel fails.")


def _state(one: Any) -> dict[str, Any]:
    return {
        "url": one.url, "state": "paused" if one.paused else "failing", "failures": one.failures, "since": _iso(one.since),
        "paused": _iso(one.paused), "next": _iso(one.not_before), "error": one.error,
    }  # fmt: skip


def _plain_state(row: Any) -> str:
    return f"{row['url']}  {row['state']} since {row['paused'] or row['since']}, {row['failures']} failures, tried again {row['next']}\n    {row['error']}"


@click.command("feed")
@click.argument("alert")
@click.option("--renew", is_flag=True, help="Give it another address; the old one leads nowhere from now on.")
@click.option("--revoke", is_flag=True, help="Give it none, until --renew.")
@formats
def feed_command(alert: str, renew: bool, revoke: bool, form: str | None) -> None:
    """The secret addresses of an alert's feed, and the secret that signs its webhooks.

    \b
    Examples:
      pututu alerts feed buses
      pututu alerts feed buses --renew
    """
    from alerts.channels.webhook import secret
    from store import alerts, answers

    if renew and revoke:
        raise click.UsageError("--renew and --revoke exclude each other.")
    with opened() as (store, settings), store.write() as tx:
        found = alerts.get(tx, alert)
        keys = answers.renew_feed(tx, found.id, revoke=revoke) if renew or revoke else answers.made_keys(tx, found.id)
    base = f"{settings.public_url}/feeds/{keys.feed}" if keys.feed else None
    row = {
        "id": found.id, "name": found.name, "atom": f"{base}.atom" if base else None, "json": f"{base}.json" if base else None,
        "webhook_secret": secret(keys.webhook),
    }  # fmt: skip
    emit([row], form, lambda r: f"Atom     {r['atom'] or 'revoked'}\nJSON     {r['json'] or 'revoked'}\nWebhooks are signed with {r['webhook_secret']}")  # fmt: skip


@click.command("mutes")
@click.argument("alert")
@click.option("--remove", "gone", metavar="KIND:VALUE", help="Hear of it again, e.g. source:faro.")
@formats
def mutes_command(alert: str, gone: str | None, form: str | None) -> None:
    """What an alert's owner no longer wants to hear of: stories, sources, places. What they match is only counted.

    \b
    Examples:
      pututu alerts mutes buses
      pututu alerts mutes buses --remove source:faro
    """
    from alerts.actions import label
    from core.errors import InputError
    from store import alerts, answers

    with opened() as (store, _settings), store.write() as tx:
        found = alerts.get(tx, alert)
        if gone is not None:
            kind, _, value = gone.partition(":")
            if kind not in KINDS or not answers.unmute(tx, found.id, kind, value):
                raise InputError(f"{found.name} has not muted {gone!r}.", f"`pututu alerts mutes {found.id}` lists what it has; write KIND:VALUE, KIND being {', '.join(KINDS)}.")  # fmt: skip
        muted = answers.muted(tx, [found.id])
        hits = alerts.hits_of(tx, found.id, limit=2_000) if muted else []
    emit(
        ({"kind": one.kind, "value": one.value, "name": label(hits, one.kind, one.value), "at": lima_iso(one.at)} for one in muted), form,
        lambda row: f"{row['kind']}:{row['value']}  {row['name']}  since {row['at']}", columns=("kind", "value", "name", "at"),
    )  # fmt: skip
    if not muted:
        note("Nothing is muted.")


def _iso(moment: datetime | None) -> str | None:
    return lima_iso(moment.astimezone(UTC)) if moment else None
