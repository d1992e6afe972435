"""`pututu sources`: what is watched, how it does, and how to add one."""

from typing import Any

import click

from cli.desk import opened
from cli.output import emit, formats, note
from cli.source_checks import COMMANDS as CHECKS
from cli.source_files import COMMANDS
from core.errors import InputError
from core.time import lima_iso


@click.group("sources")
def sources_command() -> None:
    """The outlets that are watched.

    \b
    Examples:
      pututu sources list
      pututu sources new https://example.org/feed.xml --slug example --out sources/example.py
    """


for command in (*COMMANDS, *CHECKS):
    sources_command.add_command(command)


@sources_command.command("list")
@formats
def list_(form: str | None) -> None:
    """Every source with its facts and its state: when it was last seen, what failed, when it is due again.

    \b
    Examples:
      pututu sources list
      pututu sources list --json
    """
    from crawler import catalog
    from crawler.health import facts
    from store import completeness, sources

    with opened() as (store, settings):
        catalogue, ours = catalog.load(settings.sources_dir), catalog.own(settings.sources_dir)
        with store.read() as tx:
            states, counted = sources.states(tx), completeness.by_source(tx)
    rows = []
    for slug, source in catalogue.items():
        state = states.get(slug) or sources.SourceState(slug=slug)
        rows.append(_row(source, state, slug in ours) | facts(state) | held(counted.get(slug)))
    emit(rows, form, _plain)


def held(counted: Any) -> dict[str, Any]:
    """How many items its listings named, how many of them we have, and whether all of its months were surveyed."""
    return {
        "listed": counted.listed if counted else None, "have": counted.have if counted else None,
        "completeness": round(counted.share, 4) if counted and counted.share is not None else None,
        "surveyed": not counted.unsurveyed if counted else None,
    }  # fmt: skip


def _row(source: Any, state: Any, own: bool) -> dict[str, Any]:
    def moment(name: str) -> str | None:
        value = getattr(state, name)
        return lima_iso(value) if value else None

    return {
        "slug": source.slug, "name": source.name, "home": source.home, "kind": source.kind, "platform": source.platform,
        "region": source.region, "grade": source.status, "enabled": state.enabled and source.status != "listed", "status": state.status,
        "last_success": moment("last_success"), "last_item": moment("last_item"), "next_poll": moment("next_poll"),
        "interval": round(state.interval), "failures": state.failures, "reason": state.reason or source.reason or None, "error": state.error,
        "last_poll": moment("last_poll"), "last_failure": moment("last_failure"), "language": source.language,
        "feeds": list(source.feeds), "sitemaps": list(source.sitemaps), "archives": list(source.archives),
        "items_a_day": source.items_a_day, "min_interval": source.min_interval, "delay": source.delay,
        "licence": source.licence or None, "terms_reviewed": source.terms_reviewed, "full_in_feed": source.full_in_feed, "own": own,
    }  # fmt: skip


def _plain(row: Any) -> str:
    from crawler.health import in_words

    seen = f"last seen {row['last_success']}" if row["last_success"] else "never seen yet"
    shown = row["status"] if row["enabled"] else "listed" if row["grade"] == "listed" else "disabled"
    figures = [f"{row['seen_a_day']:g} a day"] if row["seen_a_day"] is not None else []
    figures += [f"{row['have']} of {row['listed']} listed"] if row["listed"] else []
    lines = [
        f"{row['slug']:<24} {shown:<10} {seen}"
        + "".join(f", {one}" for one in figures)
        + (f"  ({row['reason']})" if row["reason"] else "")
    ]
    lines += [f"{'':24} {why}" for why in (row["error"], *map(in_words, row["drift"])) if why]
    lines += [f"{'':24} -> {row['mend']}"] if row["mend"] else []
    return "\n".join(lines)


def _turn(name: str, on: bool, help: str) -> None:
    @sources_command.command(name, help=f"{help}\n\n\b\nExamples:\n  pututu sources {name} rpp")
    @click.argument("slug")
    def turn(slug: str) -> None:
        from crawler import catalog
        from store import sources

        with opened() as (store, settings):
            source = catalog.find(catalog.load(settings.sources_dir), slug)
            if on and source.status == "listed":
                raise InputError(
                    f"{slug} is only listed: {source.reason}.",
                    f"`pututu sources export {slug} --format py` prints its file: give it a feed and take `status` and `reason` out, in PUTUTU_SOURCES_DIR.",
                )
            with store.write() as tx:
                (sources.enable if on else sources.disable)(tx, slug)
        note(f"{slug} is {'watched' if on else 'not watched any more; what it gave is kept'}.")


_turn("enable", True, "Watch a source (again).")
_turn("disable", False, "Stop watching a source.")
