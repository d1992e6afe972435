"""The commands that stay: `up`, the daemon with its page, and `demo`, the same job on the bundled press."""

import contextlib
import json
import re
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from cli.flow import recorded
from cli.output import json_line, note, receipt_lines
from core.errors import PututuError
from core.settings import Settings
from core.time import lima_iso


class _Left(BaseException):
    """SIGTERM or Ctrl-C: leave, with exit code 0, closing what is open on the way."""


@contextlib.contextmanager
def _until_told() -> Iterator[None]:
    def leave(*_: object) -> None:
        raise _Left

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with contextlib.suppress(_Left):
            yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@click.command("up")
@click.option(
    "--or-demo", is_flag=True, help="Where no source can be reached, say which and why, and go on with the demo."
)
@click.option("--no-page", is_flag=True, help="Only the schedule: the page is served by another process.")
@click.option("--no-schedule", is_flag=True, help="Only the page: the schedule runs in another process.")
def up_command(or_demo: bool, no_page: bool, no_schedule: bool) -> None:
    """The daemon: crawls on its schedule, does all the work that waits, and serves the page, until SIGTERM or Ctrl-C.

    \b
    Examples:
      pututu up
      PUTUTU_BIND=127.0.0.1:9000 PUTUTU_SMTP=smtp://127.0.0.1:25 pututu up
      pututu up --no-page        and, in another process or container:  pututu up --no-schedule
    """
    if no_page and no_schedule:
        raise click.UsageError("--no-page and --no-schedule together leave nothing to do.")
    if or_demo and (no_page or no_schedule):
        raise click.UsageError("--or-demo needs the schedule and the page.")
    from store.database import Store
    from web.app import serve
    from web.desk import Desk

    settings = Settings.load()
    with Store.open(settings) as store, _until_told(), contextlib.ExitStack() as open_things:
        desk = Desk(settings, store)
        if not no_schedule:
            from scheduler import Daemon

            teller = open_things.enter_context(contextlib.closing(_Teller(desk, settings, or_demo)))
            open_things.enter_context(Daemon(store, settings, teller.told))
            note("Looking at the sources; what comes in is said here.")
            _offer_model(settings)
        if no_page:
            threading.Event().wait()
        serve(desk, *settings.bind, ready=_say_where)


def _offer_model(settings: Settings) -> None:
    """Where no translation model is here, say what one costs and how to have it; everything else works without."""
    from enrich.engines.pulling import OPUS_MT_SIZE
    from enrich.models import OPUS_MT, chosen

    if "none" in (settings.translate, settings.translation):
        return
    try:
        engine = chosen(settings)
    except PututuError as error:
        note(f"Nothing is translated: {error}")
        return
    if engine is None or engine.folder is None:
        now = (
            "Apertium translates, word by word"
            if engine
            else "Nothing is translated; documents show an English line of their tags"
        )
        note(f"{now}. `pututu models pull` fetches a better translator, {OPUS_MT} ({OPUS_MT_SIZE}).")


class _Teller:
    """Says what came in after each job, and turns to the demo when the first look reached no source at all."""

    def __init__(self, desk: Any, settings: Settings, or_demo: bool) -> None:
        self._desk, self._settings, self._or_demo = desk, settings, or_demo
        self._demo: _DemoBehind | None = None
        self._troubles: dict[str, list[str]] = {}

    def told(self, job: str, receipt: dict[str, Any]) -> None:
        """Called by the daemon when a job has ended, each from a thread of its own."""
        if job == "collect":
            for line in _by_source(receipt.get("sources", {})):
                note(f"{_now()} {line}")
        elif done := _in_short(receipt):
            note(f"{_now()} {job}: {done}")
        self._say_troubles(job, [receipt["error"]] if receipt.get("error") else list(receipt.get("failed") or ()))
        if job == "collect" and self._or_demo and self._demo is None and _reached_nothing(receipt) and self._is_empty():
            self._or_demo = False
            note(
                "No source can be reached from here (see above): going on with the demo, a fictional press, in a folder of its own."
            )
            self._demo = _DemoBehind(self._desk, self._settings)

    def _say_troubles(self, job: str, troubles: list[str]) -> None:
        """What fails is said once, not every minute that it lasts, and once more when it is over."""
        if troubles == self._troubles.get(job, []):
            return
        self._troubles[job] = troubles
        for trouble in troubles:
            note(f"{_now()} {job} failed: {trouble}")
        if not troubles:
            note(f"{_now()} {job} works again.")

    def _is_empty(self) -> bool:
        from store import documents

        with self._desk.store.read() as tx:
            return not documents.count(tx)

    def close(self) -> None:
        """End the demo's job if it still runs."""
        if self._demo:
            self._demo.close()


class _DemoBehind:
    """The demo's job in a process of its own; when it is done, the page shows the demo."""

    def __init__(self, desk: Any, settings: Settings) -> None:
        self._desk, self._settings = desk, settings
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cli", "demo", "--once", "--json"], stdout=subprocess.PIPE, text=True
        )
        threading.Thread(target=self._show, daemon=True).start()

    def _show(self) -> None:
        from demo.settings import demo_settings
        from store.database import Store
        from web.desk import Desk

        out, _ = self._process.communicate()
        if self._process.returncode:
            note("The demo did not come up either; see above.")
            return
        settings = demo_settings(self._settings)
        row = json.loads(out.splitlines()[-1])
        self._desk.switch(Desk(settings, Store.open(settings), demo=True, reason="unreachable"))
        note(
            f"The page now shows the demo: {row['documents']} fictional documents, {row['mails']} mails in {row['mailbox']}."
        )

    def close(self) -> None:
        """Ask the job to end, and wait for it."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait()


def _reached_nothing(receipt: dict[str, Any]) -> bool:
    parts = receipt.get("sources", {}).values()
    return bool(parts) and all(part["errors"] and not part["listed"] and not part["unchanged"] for part in parts)


CAME_IN = (
    ("listed", "listed"),
    ("new", "new"),
    ("fetched", "fetched"),
    ("extracted", "documents"),
    ("waiting", "waiting"),
)
FEW = 3
"""Sources from which a reason that they share is said once."""
_DETAIL = re.compile(r"^\S+: | \([^()]*\)$")
"""What differs between sources in one reason: the address before it, the system's words behind it."""


def _by_source(parts: dict[str, dict[str, Any]]) -> Iterator[str]:
    """A line for each source; one for all that could not be reached for the same reason, as without a network."""
    alike: dict[str, list[str]] = defaultdict(list)
    for slug, part in parts.items():
        if part["reasons"] and not any(part[name] for name, _ in CAME_IN):
            alike[_DETAIL.sub("", part["reasons"][0])].append(slug)
    for reason, slugs in alike.items():
        if len(slugs) >= FEW:
            yield f"{len(slugs)} of {len(parts)} sources not reached: {reason}: {', '.join(slugs)}"
    told = {slug for slugs in alike.values() if len(slugs) >= FEW for slug in slugs}
    yield from (f"{slug}: {_came_in(part)}" for slug, part in parts.items() if slug not in told)


def _came_in(part: dict[str, Any]) -> str:
    """One source's part of a receipt for a person: what came in, and the first thing that went wrong."""
    parked = sum(part["parked"].values())
    words = [f"{part[name]} {word}" for name, word in CAME_IN if part[name]] + ([f"{parked} parked"] if parked else [])
    if part["reasons"]:
        more = len(part["reasons"]) - 1
        words.append(f"not reached: {part['reasons'][0]}" + (f" (and {more} more)" if more else ""))
    return ", ".join(words) or "nothing new"


def _in_short(receipt: dict[str, Any]) -> str:
    words = [
        f"{number} {name}"
        for part in receipt.values()
        if isinstance(part, dict)
        for name, number in part.items()
        if isinstance(number, int) and number
    ]
    return ", ".join(words)


def _now() -> str:
    return lima_iso(datetime.now(UTC))[11:19]


def _say_where(address: str) -> None:
    note(f"The page is at {address} (Ctrl-C ends it).")


@click.command("demo")
@click.option(
    "--once", is_flag=True, help="No page: do the job, print {home, documents, stories, alerts, mails, mailbox}, end."
)
@click.option("--json", "as_json", is_flag=True, help="With --once: the figures as one JSON object.")
def demo_command(once: bool, as_json: bool) -> None:
    """The whole job on a bundled, clearly fictional press: crawled, translated, tagged, indexed, matched, mailed; and the page on it.

    Everything is kept in PUTUTU_HOME/demo. Run again, it adds and mails nothing.

    \b
    Examples:
      pututu demo
      pututu demo --once --json
    """
    from demo.stage import press
    from store.database import Store
    from web.app import serve
    from web.desk import Desk

    settings = Settings.load()
    with _until_told(), press(settings) as stage, Store.open(stage.settings) as store:
        figures = _job(stage, store)
        if once:
            click.echo(json_line(figures) if as_json else receipt_lines(figures), nl=not as_json)
            return
        note(receipt_lines(figures))
        serve(Desk(stage.settings, store, demo=True), *settings.bind, ready=_say_where)


def _job(stage: Any, store: Any) -> dict[str, Any]:
    """The pipeline over the fictional press, as `pututu run` does it; its alerts are saved before the first document comes."""
    import mailbox

    import pipeline
    from alerts import subscriptions
    from demo.alerts import ALERTS
    from store import alerts, documents, stories

    with store.read() as tx:
        new = not alerts.listed(tx, removed=True)
    for alert in ALERTS if new else ():
        subscriptions.add(
            store,
            datetime.now(UTC),
            name=alert.name,
            query=alert.query,
            owner=alert.owner,
            language=alert.language,
            rhythm=alert.rhythm,
        )
    receipt = recorded(store, "run", lambda: pipeline.run(store, stage.settings, stage.slugs))
    if receipt["failed"]:
        raise PututuError(
            "The demo's job did not end well: " + "; ".join(receipt["failed"]), "Its folder is kept; run it again."
        )
    with store.read() as tx:
        totals = {"documents": documents.count(tx), "stories": stories.count(tx), "alerts": len(alerts.listed(tx))}
    mails = len(mailbox.mbox(stage.mailbox_path)) if stage.mailbox_path.exists() else 0
    return {"home": str(stage.settings.home), **totals, "mails": mails, "mailbox": str(stage.mailbox_path)}
