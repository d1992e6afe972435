"""The flow: one command a stage, each doing all of its work that waits, and `run`, which is one pass of them all."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import click

from cli.desk import opened
from cli.output import json_line, note, progress, receipt_lines
from core.document import ARRIVALS, Arrival, Document
from core.errors import InputError, PututuError
from core.settings import Settings
from store.database import Store

if TYPE_CHECKING:
    from cli.importing import Report

as_json = click.option("--json", "as_json", is_flag=True, help="The receipt as one JSON object.")


def recorded(store: Store, kind: str, job: Callable[[], Mapping[str, Any]]) -> dict[str, Any]:
    """Do a stage; its receipt is kept in the run history."""
    from pipeline import utc_now
    from store.runs import recorded as kept

    return kept(store, kind, job, utc_now)


def tell(receipt: dict[str, Any], as_json: bool) -> None:
    """Print a receipt for a script or for a person."""
    click.echo(json_line(receipt) if as_json else receipt_lines(receipt), nl=not as_json)


@click.command("run")
@as_json
def run_command(as_json: bool) -> None:
    """One pass of everything that is due: collect, enrich, index, match, deliver; prints the receipt.

    \b
    Examples:
      pututu run
      pututu run --json | jq .sources
    """
    import pipeline

    with opened() as (store, settings):
        receipt = recorded(store, "run", lambda: pipeline.run(store, settings))
        tell(receipt, as_json)
    if receipt["failed"]:
        raise SystemExit(1)


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--arrival", type=click.Choice(ARRIVALS), default="import", show_default=True, help="How they count for alerts."
)
@click.option("--rejects", type=click.Path(dir_okay=False), help="Write everything left out to this file, one JSON object a line.")  # fmt: skip
@as_json
def import_command(files: tuple[str, ...], arrival: str, rejects: str | None, as_json: bool) -> None:
    """Store documents that others collected: JSONL, CSV (both also gzipped), WARC or ARC. Repeating it adds nothing.

    `url` and `title` suffice; `outlet` and `date` are read as `source` and `published`; a bare date is that day in Lima.
    Pages of a WARC file are extracted. What cannot be used is told with its place and reason, and stops nothing.

    \b
    Examples:
      pututu import headlines.jsonl
      pututu import notes.csv --arrival live --rejects left-out.jsonl
      pututu import crawl-2019.warc.gz --json | jq .reasons
      zcat old.jsonl.gz | pututu import -
    """
    from cli.importing import Report, incoming

    with Report.to(rejects) as report, opened() as (store, settings), progress("importing", None) as advance:
        documents = incoming(files, settings, cast(Arrival, arrival), report)
        receipt = recorded(store, "import", lambda: _take_in(store, documents, report, advance))
    report.tell()
    tell(receipt, as_json)
    if report.refused:
        raise SystemExit(1)


def _take_in(
    store: Store, documents: Iterator[Document], report: "Report", advance: Callable[[int], None]
) -> dict[str, Any]:
    import pipeline

    counts: Counter[str] = Counter()
    for changed in pipeline.take_in(store, documents):
        counts += changed
        advance(changed.total())
    return {name: counts[name] for name in ("new", "version", "meta", "same")} | report.to_json()


@click.command("crawl")
@click.argument("sources", nargs=-1, metavar="[SOURCE...]")
@as_json
def crawl_command(sources: tuple[str, ...], as_json: bool) -> None:
    """Fetch and extract what is new from the sources named (due or not), or from all that are due.

    What an earlier crawl left fetched but unextracted is extracted too. It fails (exit 1) where a source named could not
    be had: none of its listings, or none of several pages. What robots.txt forbids, and a single page, stand in the receipt.

    \b
    Examples:
      pututu crawl            all sources that are due
      pututu crawl rpp        this one, now
    """
    import pipeline

    with opened() as (store, settings):
        check_sources(store, settings, sources, archived=False)
        receipt = recorded(store, "crawl", lambda: pipeline.collect(store, settings, sources))
    tell(receipt, as_json)
    if receipt["error"]:
        raise PututuError(f"The crawl did not end well: {receipt['error']}", "What came in is kept; run it again.")
    if sources and (lost := [name for name, part in receipt["sources"].items() if gave_nothing(part)]):
        raise PututuError(
            f"{', '.join(lost)} could not be crawled.",
            "The receipt above says why; what was seen is kept and tried again.",
        )


def gave_nothing(part: Mapping[str, Any]) -> bool:
    """Whether a source's part of a receipt is a failure: none of its listings could be had, or no page of several.

    A link that robots.txt forbids, or one page that could not be had, is told there and fails nothing.
    """
    return bool(part.get("down")) or (part.get("failed", 0) > 1 and not part.get("fetched"))


def check_sources(store: Store, settings: Settings, slugs: Sequence[str], *, archived: bool) -> None:
    """Raises click.UsageError for a name that is no source; with `archived`, one that pages are kept of will do."""
    from crawler import catalog
    from store import frontier

    known = catalog.load(settings.sources_dir)
    for slug in slugs:
        with store.read() as tx:
            kept = archived and bool(frontier.fetched_rows(tx, [slug], 0, 1))
        if not kept:
            try:
                catalog.find(known, slug)
            except InputError as error:
                raise click.UsageError(str(error)) from error


@click.command("extract-again")
@click.argument("sources", nargs=-1, metavar="[SOURCE...]")
@as_json
def extract_again_command(sources: tuple[str, ...], as_json: bool) -> None:
    """Extract again, from the archive, what was fetched from the sources named, or from all.

    \b
    Examples:
      pututu extract-again el_comercio
    """
    import pipeline

    with opened() as (store, settings):
        check_sources(store, settings, sources, archived=True)
        tell(recorded(store, "extract-again", lambda: pipeline.extract_again(store, settings, sources)), as_json)


@click.command("enrich")
@click.option("--stale", is_flag=True, help="Also documents that an older step, word list or setting tagged.")
@as_json
def enrich_command(stale: bool, as_json: bool) -> None:
    """Run the steps (language, topics, sectors, places, norms, translation ...) over what waits, then find each one's story.

    \b
    Examples:
      pututu enrich
      pututu enrich --stale    after an update or a changed word list
    """
    import pipeline

    with opened() as (store, settings):
        with progress("enriching", pipeline.waiting(store, "enrich")) as advance:
            receipt = recorded(store, "enrich", lambda: pipeline.enrich(store, settings, stale=stale, advance=advance))
        tell(receipt, as_json)


@click.command("index")
@as_json
def index_command(as_json: bool) -> None:
    """Index all that waits; returns when what it wrote can be found.

    \b
    Examples:
      pututu index
      PUTUTU_INDEX=http://127.0.0.1:9200 pututu index
    """
    import pipeline

    with opened() as (store, settings), progress("indexing", pipeline.waiting(store, "index")) as advance:
        receipt = recorded(store, "index", lambda: pipeline.index(store, settings, advance=advance))
    tell(receipt, as_json)


@click.command("match")
@as_json
def match_command(as_json: bool) -> None:
    """Ask every active alert of every document version that waits.

    \b
    Examples:
      pututu match
    """
    import pipeline

    with opened() as (store, settings):
        tell(recorded(store, "match", lambda: pipeline.match(store, settings)), as_json)


@click.command("deliver")
@as_json
def deliver_command(as_json: bool) -> None:
    """Send every mail that is due now.

    \b
    Examples:
      PUTUTU_SMTP=smtp://127.0.0.1:25 pututu deliver
    """
    import pipeline

    with opened() as (store, settings):
        receipt = recorded(store, "deliver", lambda: pipeline.deliver(store, settings))
    tell(receipt, as_json)
    if receipt["parked"]:
        note(f"{receipt['parked']} mails were refused for good and wait for you: `pututu doctor` lists them.")
    if receipt["failed"] or receipt["mend"]:
        reasons = "; ".join(receipt["failed"]) or f"{receipt['waiting']} entries are due and there is no mail server."
        raise PututuError(reasons, receipt["mend"] or "")


@click.command("retry")
@click.argument("kind", required=False, type=click.Choice(["fetch", "enrich", "index", "match", "deliver"]))
@as_json
def retry_command(kind: str | None, as_json: bool) -> None:
    """Put parked work back in its queue: all of it, or one kind.

    \b
    Examples:
      pututu retry
      pututu retry index
    """
    import pipeline

    with opened() as (store, _settings):
        tell(pipeline.retry(store, kind), as_json)
