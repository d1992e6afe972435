"""Who holds the data folder finds the documents that carry a number, a plate or an address which everywhere else is masked."""

import sys

import click

from cli.desk import opened
from cli.output import emit, formats, note
from core.time import lima_iso


@click.command("hidden")
@click.argument("values", nargs=-1, required=True, metavar="VALUE...")
@formats
def hidden_command(values: tuple[str, ...], form: str | None) -> None:
    """Documents that carry a phone, account, Yape or Plin number, DNI, plate or mail address, newest first.

    However it is printed: with or without +51, spaces, dashes, dots, in words; a fixed line with or without its area. Only
    on this machine: the page, the API and search know no such number. `-` reads values from standard input, one a line, so
    that they stand in no list of commands.

    \b
    Examples:
      pututu hidden '987 654 321'
      pututu hidden '+51 987654321' 'ABC-123' --json
      pututu hidden - < numbers.txt
    """
    import pipeline

    given = [line for value in values for line in (sys.stdin.read().splitlines() if value == "-" else [value])]
    asked = [value for line in given if (value := line.strip())]
    with opened() as (store, settings):
        found, behind = pipeline.carrying(store, settings, asked)
    rows = [
        {"value": value, "kinds": kinds, "id": document.id, "url": document.url, "title": document.title,
         "source": document.source, "published": document.published and lima_iso(document.published)}
        for value, document, kinds in found
    ]  # fmt: skip
    shown = emit(
        rows,
        form,
        lambda r: (
            f"{r['value']}  {(r['published'] or 'undated')[:16].replace('T', ' ')}  {r['source']}  ({', '.join(r['kinds'])})\n"
            f"  {r['title']}\n  {r['id']}  {r['url']}"
        ),
        columns=("value", "kinds", "id", "url", "title", "source", "published"),
    )
    if not shown:
        note("No document carries it.")
    if behind:
        note(f"{behind} documents were tagged before this, or under another machine's hidden.key: `pututu enrich --stale` brings them in.")  # fmt: skip
