"""`pututu alerts`: saved questions, their owners, and what they found and sent."""

from datetime import UTC, datetime
from typing import Any

import click

from cli.desk import opened, searching
from cli.output import emit, formats, note
from cli.telling import channels_command, feed_command, mutes_command
from core.time import lima_iso

LANGUAGES, RHYTHMS = ("es", "en"), ("instant", "daily", "weekly")


@click.group("alerts")
def alerts_command() -> None:
    """Saved questions, asked of each new document, and their mails.

    \b
    Examples:
      pututu alerts add --name buses --query 'extorsión sector:public_transport' --owner ana@example.org
      pututu alerts list
      pututu alerts ledger buses
    """


def _row(alert: Any) -> dict[str, Any]:
    return {
        "id": alert.id, "name": alert.name, "query": alert.query, "owner": alert.owner, "language": alert.language,
        "rhythm": alert.rhythm, "at": alert.at, "channels": list(alert.channels), "state": alert.state, "reason": alert.reason,
        "created": lima_iso(alert.created), "every": alert.every,
    }  # fmt: skip


def _plain(row: Any) -> str:
    why = f" ({row['reason']})" if row["reason"] else ""
    return f"{row['id']}  {row['name']}  [{row['state']}{why}]  {row['rhythm']} to {', '.join(row['channels'])}\n    {row['query']}"


@alerts_command.command("add")
@click.option("--name", required=True, help="One line; it stands in the subject of the mails.")
@click.option("--query", required=True, help="The search language, all of it but date: and seen:.")
@click.option("--owner", required=True, metavar="ADDRESS", help="The mail address of who asks.")
@click.option(
    "--language", type=click.Choice(LANGUAGES), default="es", show_default=True, help="Language of the mails."
)
@click.option("--rhythm", type=click.Choice(RHYTHMS), default="instant", show_default=True)
@click.option(
    "--at", default="07:00", show_default=True, metavar="HH:MM", help="When a daily or weekly mail goes out, Lima time."
)
@click.option(
    "--channel",
    "channels",
    multiple=True,
    metavar="URL",
    help="mailto:ADDRESS (by default the owner's), https://... (webhook), feed:, or a chat as Apprise writes it. May be given again.",
)
@click.option("--every/--no-every", help="Tell every document of a story, also those that bring nothing new.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation on a terminal.")
@formats
def add(yes: bool, form: str | None, **fields: Any) -> None:
    """Save a question. On a terminal it first shows how often it would have fired and asks.

    \b
    Examples:
      pututu alerts add --name paros --query 'paro OR huelga' --owner ana@example.org
      pututu alerts add --name leyes --query 'topic:legislation extorsión' --owner b@example.org --rhythm daily --at 06:30
    """
    import sys

    from alerts import rules, subscriptions
    from core.settings import Settings

    now = datetime.now(UTC)
    if not yes and sys.stdin.isatty() and sys.stdout.isatty():
        rules.create(**fields, now=now, allowed=Settings.load().allow_private)  # an error is told before the question
        note(_backtest(fields["query"], now))
        click.confirm("Save this alert?", default=True, abort=True, err=True)
    with opened() as (store, settings):
        emit([_row(subscriptions.add(store, now, allowed=settings.allow_private, **fields))], form, _plain)


@alerts_command.command("list")
@formats
def list_(form: str | None) -> None:
    """Every alert that was not removed.

    \b
    Examples:
      pututu alerts list --json
    """
    from store import alerts

    with opened() as (store, _settings), store.read() as tx:
        found = alerts.listed(tx)
    emit(map(_row, found), form, _plain)
    if not found:
        note("No alert yet; `pututu alerts add` saves one.")


@alerts_command.command("show")
@click.argument("alert")
@formats
def show(alert: str, form: str | None) -> None:
    """One alert, by its id or name.

    \b
    Examples:
      pututu alerts show buses
    """
    from store import alerts

    with opened() as (store, _settings), store.read() as tx:
        emit([_row(alerts.get(tx, alert))], form, _plain)


@alerts_command.command("edit")
@click.argument("alert")
@click.option("--name")
@click.option("--query")
@click.option("--owner", metavar="ADDRESS")
@click.option("--language", type=click.Choice(LANGUAGES))
@click.option("--rhythm", type=click.Choice(RHYTHMS))
@click.option("--at", metavar="HH:MM")
@click.option(
    "--channel", "channels", multiple=True, metavar="URL", help="Instead of those it has; may be given again."
)
@click.option(
    "--every/--no-every", default=None, help="Tell every document of a story, or only what brings something new."
)
@formats
def edit(alert: str, form: str | None, **changes: Any) -> None:
    """Change an alert; what is not named stays.

    \b
    Examples:
      pututu alerts edit buses --query 'extorsión (bus OR combi)' --rhythm daily
    """
    from alerts import subscriptions

    given = {name: value for name, value in changes.items() if value not in (None, ())}
    if not given:
        raise click.UsageError("Nothing to change was named.")
    with opened() as (store, settings):
        now = datetime.now(UTC)
        emit([_row(subscriptions.edit(store, alert, now, allowed=settings.allow_private, **given))], form, _plain)


def _turn(name: str, help: str) -> None:
    @alerts_command.command(name, help=f"{help}\n\n\b\nExamples:\n  pututu alerts {name} buses")
    @click.argument("alert")
    @formats
    def turn(alert: str, form: str | None) -> None:
        from alerts import subscriptions

        with opened() as (store, _settings):
            emit([_row(getattr(subscriptions, name)(store, alert, datetime.now(UTC)))], form, _plain)


_turn("pause", "Stop asking and mailing; what arrives meanwhile is not matched.")
_turn("resume", "Ask again.")
_turn("remove", "Ask and mail no more; what it found is kept.")


@alerts_command.command("test")
@click.argument("alert")
@formats
def test(alert: str, form: str | None) -> None:
    """Back-test: how often this alert (or this query) would have fired in the last 30 days, and ten samples.

    \b
    Examples:
      pututu alerts test buses
      pututu alerts test 'extorsión combi'
    """
    from core.errors import InputError
    from store import alerts

    with opened() as (store, _settings), store.read() as tx:
        try:
            query = alerts.get(tx, alert).query
        except InputError:
            query = alert
    emit([_tested(query, datetime.now(UTC))], form, _plain_test)


def _tested(query: str, now: datetime) -> dict[str, Any]:
    from alerts.backtest import backtest

    with searching() as (store, _settings, backend):
        return backtest(query, backend, store, now).to_json()


def _backtest(query: str, now: datetime) -> str:
    return _plain_test(_tested(query, now))


def _plain_test(row: Any) -> str:
    samples = "".join(f"\n  - {one['source']}  {one['title']}" for one in row["samples"])
    sources = ", ".join(f"{one['source']} {one['count']}" for one in row["sources"])
    return f"{row['from']} to {row['to']}: {row['total']} documents, {row['per_day']} a day; {sources or 'no source'}.{samples}"


@alerts_command.command("ledger")
@click.argument("alert")
@click.option("--delivery", metavar="ID", help="Open one: its receipt and everything it told.")
@formats
def ledger(alert: str, delivery: str | None, form: str | None) -> None:
    """Every message of an alert: when, to whom, how many entries, its state and Message-ID. With --delivery, one of them opened.

    \b
    Examples:
      pututu alerts ledger buses --csv
      pututu alerts ledger buses --delivery 8f14e45fceea167a5a36dedd4bea2543
    """
    from alerts.ledger import ledger as rows
    from alerts.ledger import opened as unfolded
    from store import alerts

    with opened() as (store, _settings), store.read() as tx:
        kept = alerts.get(tx, alert)
        found = [unfolded(tx, kept, delivery)] if delivery else list(rows(tx, kept))
    emit(found, form, _plain_opened if delivery else _plain_delivery)
    if not found:
        note("Nothing was sent yet.")


def _plain_delivery(row: Any) -> str:
    error = f"  {row['error']}" if row["error"] else ""
    told = f"{row['entries']} entries, {row['documents']} documents"
    return f"{row['sent'] or row['state']}  {row['address']}  {told}  {row['id']}  {row['message_id']}{error}"


def _plain_opened(row: Any) -> str:
    receipt = row["receipt"] or {}
    lines = [_plain_delivery(row)]
    if receipt:
        down = ", ".join(receipt["down"]) or "none"
        lines.append(
            f"checked {receipt['checked']}, matched {receipt['matched']}, late {receipt['late']}; sources down: {down}"
        )
    lines += [f"only counted, {kind}: {number}" for kind, number in row["not_listed"].items()]
    for number, entry in enumerate(row["told"], 1):
        lines += [
            f"{number}. {one['headline']}  ({one['outlet']}, {one['published'] or 'undated'})\n   {one['why']}"
            for one in entry["documents"]
        ]
    return "\n".join(lines)


for command in (channels_command, feed_command, mutes_command):
    alerts_command.add_command(command)
