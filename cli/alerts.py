"""`pututu alerts`: saved questions, their owners, and what they found and sent."""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from cli.desk import opened, searching
from cli.output import emit, formats, note
from cli.telling import channels_command, feed_command, mutes_command
from core.errors import StoreError, UnavailableError
from core.time import lima_iso

LANGUAGES, RHYTHMS = ("es", "en"), ("instant", "daily", "weekly")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
KINDS = ("documents", "volume", "operator")
THRESHOLDS = ("count", "ratio", "sources", "cooldown")
Function = TypeVar("Function", bound=Callable[..., Any])


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
        "created": lima_iso(alert.created), "kind": alert.kind, "day": alert.day, "quiet": alert.quiet,
        "volume": dict(alert.volume) if alert.volume else None, "every": alert.every,
    }  # fmt: skip


def _plain(row: Any) -> str:
    why = f" ({row['reason']})" if row["reason"] else ""
    when = {"instant": "", "daily": f" at {row['at']}", "weekly": f" on {row['day']} at {row['at']}"}[row["rhythm"]]
    quiet = f", quiet {row['quiet']}" if row["quiet"] else ""
    kind = "" if row["kind"] == "documents" else f"{row['kind']}, "
    asked = "\n    " + row["query"] if row["query"] else ""
    return f"{row['id']}  {row['name']}  [{row['state']}{why}]  {kind}{row['rhythm']}{when}{quiet} to {', '.join(row['channels'])}{asked}"


def _options(*, new: bool) -> Callable[[Function], Function]:
    """The options of a subscription; `new` ones have defaults, an edit leaves alone what is not named."""

    def default(value: str) -> dict[str, Any]:
        return {"default": value, "show_default": True} if new else {}

    options = (
        click.option("--query", help="The search language, all of it but date: and seen:."),
        click.option("--language", type=click.Choice(LANGUAGES), help="Language of the mails.", **default("es")),
        click.option("--rhythm", type=click.Choice(RHYTHMS), help="instant, unless the template says another." if new else None),
        click.option("--at", metavar="HH:MM", help="When a daily or weekly mail goes out, Lima time.", **default("07:00")),
        click.option("--day", type=click.Choice(DAYS), help="Of a weekly mail.", **default("monday")),
        click.option("--quiet", metavar="HH:MM-HH:MM", help="Hours in Lima in which nothing is sent, e.g. 22:00-07:00; what waits goes out at their end." + ("" if new else ' "" ends them.')),
        click.option("--channel", "channels", multiple=True, metavar="URL", help="mailto:ADDRESS (by default the owner's), https://... (webhook), feed:, or a chat as Apprise writes it; " + ("" if new else "instead of those it has; ") + "may be given again."),
        click.option("--every/--no-every", default=False if new else None, help="Tell every document of a story, also those that bring nothing new."),
        click.option("--count", type=int, help="Kind volume: documents in a day, at least (5)."),
        click.option("--ratio", type=float, help="Kind volume: how many times the usual, at least (3)."),
        click.option("--sources", type=int, help="Kind volume: outlets that share it, at least (2)."),
        click.option("--cooldown", type=int, metavar="HOURS", help="Kind volume: silence after it was told (24)."),
        click.option("--yes", is_flag=True, help="No back-test and no confirmation."),
    )  # fmt: skip

    def added(function: Function) -> Function:
        for option in reversed(options):
            function = option(function)
        return function

    return added


def _given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What was named: thresholds together, channels None where there are none."""
    volume = {name: fields[name] for name in THRESHOLDS if fields[name] is not None}
    given = {name: value for name, value in fields.items() if name not in THRESHOLDS and value not in (None, ())}
    return given | ({"volume": volume} if volume else {})


@alerts_command.command("add")
@click.option("--name", help="One line; it stands in the subject of the mails.")
@click.option("--owner", required=True, metavar="ADDRESS", help="The mail address of who asks.")
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    help="What it tells of: documents that match (the default), an unusual volume of them, or what an operator must know.",
)
@click.option("--template", metavar="NAME", help="A ready question; `pututu alerts templates` lists them.")
@click.option("--value", default="", help="What fills the template's blank, e.g. the number of a bill.")
@_options(new=True)
@formats
def add(template: str | None, value: str, yes: bool, form: str | None, **fields: Any) -> None:
    """Save a question. It first shows how often it would have fired in the last 30 days; a terminal is asked to confirm.

    \b
    Examples:
      pututu alerts add --name paros --query 'paro OR huelga' --owner ana@example.org
      pututu alerts add --name leyes --query 'topic:legislation extorsión' --owner b@example.org --rhythm daily --at 06:30
      pututu alerts add --template bill --value 11735/2024-CR --owner b@example.org --quiet 22:00-07:00
      pututu alerts add --kind volume --name alza --query topic:extortion --count 10 --owner b@example.org
      pututu alerts add --kind operator --name operación --owner ops@example.org
    """
    from alerts import rules, subscriptions
    from core.settings import Settings

    now = datetime.now(UTC)
    given = _given(fields)
    if template:
        from alerts.questions import question

        given = question(template).fields(given.get("language", "es"), value) | given
    elif value:
        raise click.UsageError("--value fills the blank of a template: name one with --template.")
    if "name" not in given:
        raise click.UsageError("Missing option '--name'.")
    if not template and "query" not in given and given.get("kind") != "operator":
        raise click.UsageError("Missing option '--query' (or '--template').")
    alert = rules.create(
        **given, now=now, allowed=Settings.load().allow_private
    )  # an error is told before the question
    if not yes and alert.kind == "documents":
        _confirm(lambda: _test_of(alert.query, now), "Save this alert?")
    with opened() as (store, settings):
        emit([_row(subscriptions.add(store, now, allowed=settings.allow_private, **given))], form, _plain)


def _confirm(test: Callable[[], tuple[str, bool]], question: str) -> None:
    """Show a back-test and ask, on a terminal. Elsewhere only a word where it would fire very often. An index that is down,
    or is not there yet, stops nobody."""
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    try:
        told, busy = test()
    except (UnavailableError, StoreError) as error:
        if terminal:
            note(f"No back-test: {error}")
        return
    if busy or terminal:
        note(told)
    if terminal:
        click.confirm(question, default=not busy, abort=True, err=True)


def _test_of(query: str, now: datetime) -> tuple[str, bool]:
    row = _tested(query, now)
    return _plain_test(row), row["busy"]


@alerts_command.command("templates")
@click.option("--language", type=click.Choice(LANGUAGES), default="es", show_default=True)
@formats
def templates(language: str, form: str | None) -> None:
    """Ready questions: extortion, strikes, blocked roads, a bill's progress, a place, a surge.

    \b
    Examples:
      pututu alerts templates --language en
      pututu alerts add --template freight-extortion --owner ana@example.org
    """
    from alerts.questions import QUESTIONS

    emit((one.to_json(language) for one in QUESTIONS), form,
         lambda r: f"{r['template']}  {r['name']}" + (f"  (--value {r['example']})" if r["blank"] else "") + f"\n    {r['help']}\n    {r['query']}")  # fmt: skip


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
@click.option("--owner", metavar="ADDRESS")
@_options(new=False)
@formats
def edit(alert: str, yes: bool, form: str | None, **changes: Any) -> None:
    """Change an alert; what is not named stays. With another query it shows what is gained and lost in the last 30 days.

    \b
    Examples:
      pututu alerts edit buses --query 'extorsión (bus OR combi)' --rhythm daily
      pututu alerts edit buses --rhythm weekly --day friday --at 17:00 --quiet 22:00-07:00
    """
    from alerts import rules, subscriptions
    from store import alerts

    given = _given(changes)
    if not given:
        raise click.UsageError("Nothing to change was named.")
    now = datetime.now(UTC)
    with opened() as (store, settings):
        with store.read() as tx:
            before = alerts.get(tx, alert)
        after = rules.edited(before, settings.allow_private, **given)
        if not yes and after.query != before.query and after.kind == "documents":
            _confirm(lambda: _change_of(before.query, after.query, now), "Change this alert?")
        emit([_row(subscriptions.edit(store, before.id, now, allowed=settings.allow_private, **given))], form, _plain)


def _change_of(before: str, query: str, now: datetime) -> tuple[str, bool]:
    from alerts.backtest import backtest, compared

    with searching() as (store, _settings, backend):
        row = compared(before, query, backend, store, now).to_json()
        tested = backtest(query, backend, store, now).to_json()
    shown = [f"In the last 30 days {row['gained']} documents are gained, {row['lost']} lost, {row['kept']} kept."]
    shown += [f"  + {one['source']}  {one['title']}" for one in row["gained_samples"]]
    shown += [f"  - {one['source']}  {one['title']}" for one in row["lost_samples"]]
    return "\n".join([*shown, _plain_test(tested)]), tested["busy"]


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
@click.option("--query", help="Another query for this alert: what it would gain and lose.")
@formats
def test(alert: str, query: str | None, form: str | None) -> None:
    """Back-test: how often this alert (or this query) would have fired in the last 30 days, its sources, and ten samples.

    \b
    Examples:
      pututu alerts test buses
      pututu alerts test 'extorsión combi'
      pututu alerts test buses --query 'extorsión (bus OR combi)'
    """
    from core.errors import InputError
    from store import alerts

    now = datetime.now(UTC)
    with opened() as (store, _settings), store.read() as tx:
        try:
            asked = alerts.get(tx, alert).query
        except InputError:
            if query is not None:
                raise
            asked = alert
    if query is not None:
        from alerts.backtest import compared

        with searching() as (store, _settings, backend):
            row = compared(asked, query, backend, store, now).to_json()
        emit([row], form, lambda r: f"gained {r['gained']}, lost {r['lost']}, kept {r['kept']}")
        return
    emit([_tested(asked, now)], form, _plain_test)


def _tested(query: str, now: datetime) -> dict[str, Any]:
    from alerts.backtest import backtest

    with searching() as (store, _settings, backend):
        return backtest(query, backend, store, now).to_json()


def _plain_test(row: Any) -> str:
    from alerts.backtest import BUSY

    samples = "".join(f"\n  - {one['source']}  {one['title']}" for one in row["samples"])
    sources = ", ".join(f"{one['source']} {one['count']}" for one in row["sources"])
    busy = f"\nThat is more than {BUSY} a day: narrow it, or let it be told daily." if row["busy"] else ""
    return f"{row['from']} to {row['to']}: {row['total']} documents, {row['per_day']} a day; {sources or 'no source'}.{samples}{busy}"


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
    for one in row["bulletins"]:
        evidence = [f"   - {shown['headline']}  ({shown['facts']})" for shown in one["evidence"]]
        lines += [one["headline"], *(f"   {text}" for text in one["lines"]), *evidence]
    return "\n".join(lines)


for command in (channels_command, feed_command, mutes_command):
    alerts_command.add_command(command)
