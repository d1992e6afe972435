"""`pututu sources check`: a live look at sources, with a verdict, its reason and its mend for each."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import click

from cli.desk import opened
from cli.flow import check_sources
from cli.output import emit, formats, note


@click.command("check")
@click.argument("slugs", nargs=-1, metavar="[SLUG...]")
@formats
def check_command(slugs: tuple[str, ...], form: str | None) -> None:
    """Look at sources now: each listing and one article, robots.txt and delays obeyed; without a SLUG at all that are watched.

    The verdict is ok, moved (it yields, at another address), blocked, robots, empty, invalid, layout, network or server.
    A source that yields is polled again at once if it was failing, and verified if it was only guessed. Nothing is
    fetched to keep. The exit code is 1 where a source does not yield.

    \b
    Examples:
      pututu sources check
      pututu sources check rpp el_comercio --json
    """
    from crawler import catalog, probe
    from store import sources

    with opened() as (store, settings):
        catalogue = catalog.load(settings.sources_dir)
        if slugs:
            check_sources(store, settings, slugs, archived=False)
            chosen = [catalog.find(catalogue, slug) for slug in dict.fromkeys(slugs)]
        else:
            with store.read() as tx:
                off = {slug for slug, state in sources.states(tx).items() if not state.enabled}
            chosen = [one for one in catalogue.values() if one.status != "listed" and one.slug not in off]
        note(f"Looking at {len(chosen)} sources, no faster than each allows ...")
        verdicts = probe.probe(settings, chosen)
        now = datetime.now(UTC)
        for source, verdict in zip(chosen, verdicts, strict=True):
            probe.keep(store, source, verdict, now)
    emit([verdict.to_json() for verdict in verdicts], form, _plain, columns=COLUMNS)
    if any(not verdict.is_well for verdict in verdicts):
        raise SystemExit(1)


COLUMNS = ("slug", "verdict", "reason", "mend", "listings", "article", "seconds")


def _plain(row: Mapping[str, Any]) -> str:
    article = row["article"]
    shown = f"  {article['published'] or 'undated'}  {article['title']}" if article else ""
    counts = f"{sum(look['entries'] for look in row['listings'])} items listed"
    lines = [f"{row['slug']:<24} {row['verdict']:<9} {counts}{shown}"]
    lines += [f"{'':24} {row['reason']}"] if row["reason"] else []
    lines += [f"{'':24} -> {row['mend']}"] if row["mend"] else []
    return "\n".join(lines)


COMMANDS = (check_command,)
