"""`pututu alerts`: saved questions, their owners, and what they found and sent."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from cli.desk import opened, searching
from cli.output import emit, formats, note
from cli.telling import channels_command, feed_command, mutes_command
from core.errors import QueryError, StoreError, UnavailableError
from core.time import lima_iso

if TYPE_CHECKING:
    from alerts.rules import Alert

LANGUAGES, RHYTHMS = ("es", "en"), ("instant", "daily", "weekly")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
KINDS = ("documents", "volume", "operator")
COLUMNS = (
    "id", "name", "query", "owner", "language", "rhythm", "at", "channels", "state", "reason", "created", "kind", "day", "quiet", "volume",
    "every", "next",
)  # fmt: skip
LEDGER = (
    "id", "kind", "state", "prepared", "sent", "channel", "address", "part", "parts", "entries", "documents", "counted", "checked", "attempts",
    "message_id", "reason", "error",
)  # fmt: skip
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
    from alerts.rhythm import next_due

    return {
        "id": alert.id, "name": alert.name, "query": alert.query, "owner": alert.owner, "language": alert.language,
        "rhythm": alert.rhythm, "at": alert.at, "channels": list(alert.channels), "state": alert.state, "reason": alert.reason,
        "created": lima_iso(alert.created), "kind": alert.kind, "day": alert.day, "quiet": alert.quiet,
        "volume": dict(alert.volume) if alert.volume else None, "every": alert.every,
        "next": lima_iso(next_due(alert, datetime.now(UTC))) if alert.state == "active" else None,
    }  # fmt: skip


def _plain(row: Any) -> str:
    why = f" ({row['reason']})" if row["reason"] else ""
    when = {"instant": "", "daily": f" at {row['at']}", "weekly": f" on {row['day']} at {row['at']}"}[row["rhythm"]]
    quiet = f", quiet {row['quiet']}" if row["quiet"] else ""
    kind = "" if row["kind"] == "documents" else f"{row['kind']}, "
    asked = "\n    " + row["query"] if row["query"] else ""
    following = f"\n    next {row['next'][:16].replace('T', ' ')}" if row["next"] and row["rhythm"] != "instant" else ""
    return f"{row['id']}  {row['name']}  [{row['state']}{why}]  {kind}{row['rhythm']}{when}{quiet} to {', '.join(row['channels'])}{following}{asked}"


def _thresholds(function: Function) -> Function:
    """The options that only an alert on volume has."""
    options = (
        click.option("--count", type=int, help="Kind volume: documents in a day, at least (5)."),
        click.option("--ratio", type=float, help="Kind volume: how many times the usual, at least (3)."),
        click.option("--sources", type=int, help="Kind volume: outlets that share it, at least (2)."),
        click.option("--cooldown", type=int, metavar="HOURS", help="Kind volume: silence after it was told (24)."),
    )
    for option in reversed(options):
        function = option(function)
    return function


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
        _thresholds,
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
    if not yes and alert.kind != "operator":
        _confirm(lambda: _test_of(alert, now), "Save this alert?")
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


def _test_of(alert: "Alert", now: datetime) -> tuple[str, bool]:
    row = _tested(alert.kind, alert.query, alert.volume, now)
    return _plain_test(row), row.get("busy", False)


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
    emit(map(_row, found), form, _plain, columns=COLUMNS)
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
        if not yes and (after.query, after.volume) != (before.query, before.volume):
            _confirm(lambda: _change_of(before, after, now), "Change this alert?")
        emit([_row(subscriptions.edit(store, before.id, now, allowed=settings.allow_private, **given))], form, _plain)


@alerts_command.command("owner")
@click.argument("address")
@click.option("--owner", metavar="ADDRESS", help="The owner's new address; mail that went to the old one goes there.")
@click.option("--language", type=click.Choice(LANGUAGES), help="Language of the mails.")
@click.option("--quiet", metavar="HH:MM-HH:MM", help='Hours in Lima in which nothing is sent; "" ends them.')
@click.option(
    "--channel", "channels", multiple=True, metavar="URL", help="Instead of those they have; may be given again."
)
@formats
def owner_(address: str, form: str | None, **changes: Any) -> None:
    """All alerts of one owner; with options, these are changed in each of them, or, where one refuses, in none.

    \b
    Examples:
      pututu alerts owner ana@example.org
      pututu alerts owner ana@example.org --quiet 22:00-07:00 --language en
      pututu alerts owner ana@example.org --channel mailto:ana@example.org --channel feed:
    """
    from alerts import subscriptions

    given = {name: value for name, value in changes.items() if value not in (None, ())}
    with opened() as (store, settings):
        found = subscriptions.edit_owner(store, address, datetime.now(UTC), allowed=settings.allow_private, **given)
    emit(map(_row, found), form, _plain, columns=COLUMNS)


def _change_of(before: "Alert", after: "Alert", now: datetime) -> tuple[str, bool]:
    tested = _tested(after.kind, after.query, after.volume, now)
    try:
        row = _compared(before, after.query, after.volume, now)
    except QueryError:
        return "\n".join(["What it asked before can no longer be asked.", _plain_test(tested)]), tested.get(
            "busy", False
        )
    shown = [_plain_change(row)]
    shown += [f"  + {one['source']}  {one['title']}" for one in row.get("gained_samples", ())]
    shown += [f"  - {one['source']}  {one['title']}" for one in row.get("lost_samples", ())]
    return "\n".join([*shown, _plain_test(tested)]), tested.get("busy", False)


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
@click.option("--kind", type=click.Choice(KINDS[:2]), help="Of a query: what it would tell of (documents).")
@_thresholds
@formats
def test(alert: str, query: str | None, kind: str | None, form: str | None, **least: Any) -> None:
    """Back-test: how often this alert (or this query) would have fired in the last 30 days, its sources, and ten samples. Of kind
    volume: each day that it would have told, with its evidence.

    \b
    Examples:
      pututu alerts test buses
      pututu alerts test 'extorsión combi'
      pututu alerts test buses --query 'extorsión (bus OR combi)'
      pututu alerts test topic:extortion --kind volume --count 10 --ratio 4
    """
    now = datetime.now(UTC)
    given = {name: value for name, value in least.items() if value is not None}
    asked = _asked(alert, kind, given, strict=query is not None, now=now)
    if query is not None:
        emit([_compared(asked, query, asked.volume, now)], form, _plain_change)
    else:
        emit([_tested(asked.kind, asked.query, asked.volume, now)], form, _plain_test)


def _asked(alert: str, kind: str | None, given: Mapping[str, Any], *, strict: bool, now: datetime) -> "Alert":
    """The alert of that name, with other thresholds where some are given; or, unless `strict`, one that would ask that query."""
    from alerts import rules
    from core.errors import InputError
    from store import alerts

    with opened() as (store, _settings), store.read() as tx:
        try:
            kept = alerts.get(tx, alert)
        except InputError:
            if strict:
                raise
            kept = None
    if kept is None:
        named = rules.create(
            name="test", owner="test@example.org", query=alert, kind=kind or "documents", volume=given, now=now
        )
        return named
    if kept.kind not in KINDS[:2]:
        raise InputError(f"An alert of kind {kept.kind} cannot be back-tested.", "It asks nothing; see what it tells with `pututu doctor`.")  # fmt: skip
    if kind is not None and kind != kept.kind:
        raise click.UsageError(f"The alert {kept.name!r} is of kind {kept.kind}.")
    return replace(kept, volume=rules.thresholds(kept.kind, {**(kept.volume or {}), **given}))


def _tested(kind: str, query: str, least: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    from alerts import volume
    from alerts.backtest import backtest

    with searching() as (store, _settings, backend):
        if kind == "volume":
            return volume.backtest(query, least or {}, backend, store, now).to_json()
        return backtest(query, backend, store, now).to_json()


def _compared(before: "Alert", query: str, least: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    from alerts import volume
    from alerts.backtest import compared

    with searching() as (store, _settings, backend):
        if before.kind != "volume":
            return compared(before.query, query, backend, store, now).to_json()
        old = volume.backtest(before.query, before.volume or {}, backend, store, now)
        return volume.compared(old, volume.backtest(query, least or {}, backend, store, now))


def _plain_change(row: Any) -> str:
    days = isinstance(row["gained"], list)
    named = {name: (", ".join(row[name]) or "none") if days else row[name] for name in ("gained", "lost")}
    return f"In the last 30 days: {'days' if days else 'documents'} gained {named['gained']}, lost {named['lost']}, kept {row['kept']}."


def _plain_surges(row: Any) -> str:
    lines = [f"{row['from']} to {row['to']}: it would have been told {row['fired']} times."]
    for one in row["surges"]:
        lines.append(f"  {one['start']}  {one['count']} documents, {one['ratio']} times the usual ({one['expected']}), {one['sources']} sources")  # fmt: skip
        lines += [f"    - {shown['source']}  {shown['title']}" for shown in one["evidence"]]
    return "\n".join(lines)


def _plain_test(row: Any) -> str:
    from alerts.backtest import BUSY

    if "surges" in row:
        return _plain_surges(row)
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
    emit(found, form, _plain_opened if delivery else _plain_delivery, columns=LEDGER)
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
