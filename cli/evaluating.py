"""How good the steps are: gold rows and the sets of a folder of real data, scored; the page that says so."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from cli.output import Row, emit, formats, note
from cli.pipes import end, opened_file, read_rows, told
from core.errors import InputError
from core.settings import Settings


@click.command("evaluate")
@click.argument("gold", nargs=-1, metavar="GOLD.jsonl...")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder of public sets: score these too (docs/tagging.md).",
)
@click.option("--errors", is_flag=True, help="List each wrong row: what is missing, what is false.")
@click.option(
    "--report",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Also write the figures as a page (docs/quality.md).",
)
@formats
def evaluate_command(
    gold: tuple[str, ...], data: Path | None, errors: bool, report: Path | None, form: str | None
) -> None:
    """Score every step against gold rows: precision, recall and F1 of each kind of tag and of each class.

    A gold row is a JSON object with `title` or `text` and labels (topics, sectors, places, norms, amounts, strike ...): see
    docs/tagging.md. What a row does not say is not scored. A line that cannot be used is told with its number and the mend; the
    others are scored, and the exit code is 1. `-` is standard input.

    \b
    Examples:
      pututu evaluate gold.jsonl
      pututu evaluate gold.jsonl --errors --json
      pututu corrections --gold | pututu evaluate -
      pututu evaluate gold.jsonl --data ../shared/data --report docs/quality.md
    """
    from enrich.steps import Chain
    from proof import public
    from proof.report import markdown
    from proof.rows import Measured, by_set, lines, measure

    if not gold and data is None:
        raise click.UsageError("Name a file of gold rows, or a folder of sets with --data.")
    if data is not None and not data.is_dir():
        raise InputError(f"{data} is no folder.", "--data names a folder with headlines/, ner/, translation/.")
    settings = Settings.load()
    chain, failed = Chain(dataclasses.replace(settings, translate="none")), list[str]()
    rows = by_set(_rows(gold, failed))
    if gold and not rows:
        note("There is no row to score.")
    measured: list[Measured] = []

    def all_sets() -> Iterator[Measured]:
        for name, of_set in rows.items():
            yield measure(chain, name, of_set)
        if data is not None:
            yield from public.measured(chain, settings, data)

    def kept() -> Iterator[Row]:
        for one in all_sets():
            measured.append(one)
            if form is None:
                click.echo("\n".join(_plain(one, errors)))
            yield from (
                (line if errors or form == "json" else line | {"wrong": []} for line in lines([one])) if form else ()
            )

    emit(kept(), form, str)
    if report is not None:
        asked = [*gold, *(["--data", str(data)] if data else []), "--report", str(report)]
        command = " ".join(["pututu evaluate", *(Path(one).name if Path(one).is_absolute() else one for one in asked)])
        report.write_text(markdown(measured, {step.name: step.version for step in chain.steps}, command), "utf-8")
        note(f"Written: {report}")
    end(failed)


def _rows(files: Sequence[str], failed: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of each file that can be scored, with the file's name. A line that cannot is told, its place kept in `failed`."""
    from enrich.gold import checked

    for file in files:
        with opened_file(file) as stream:
            for place, read in read_rows(file, stream, failed):
                with told(place, failed):
                    yield "gold" if file == "-" else Path(file).stem, checked(read.cells, read.line)


def _plain(one: Any, errors: bool) -> Iterator[str]:
    yield f"\n{one.name}: " + (f"not scored: {one.reason}" if one.reason else f"{one.size:,} {one.unit}")
    yield from (f"  {name}: {value:,.3f}" for name, value in one.figures.items())
    if one.scores:
        yield f"  {'':22}{'P':>7}{'R':>7}{'F1':>7}  {'95 %':15}{'true':>6}{'false':>6}{'missing':>8}"
    for kind, score in one.scores.items():
        yield _score(kind, score, one.size)
        yield from (_score(f"  {name}", of_class, one.size) for name, of_class in sorted(score.classes.items()))
        for id, missing, false in score.wrong if errors else ():
            yield f"      {id}: missing {', '.join(missing) or '-'}; false {', '.join(false) or '-'}"


def _score(name: str, score: Any, size: int) -> str:
    low, high = score.interval(size)
    return f"  {name:22}{score.precision:7.3f}{score.recall:7.3f}{score.f1:7.3f}  {low:.3f} to {high:.3f} {score.true:6}{score.false:6}{score.missing:8}"
