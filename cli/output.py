"""How rows leave a command: JSON lines, CSV, or a plain line each; everything that is no result goes to stderr."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import click

Row = Mapping[str, Any]
Plain = Callable[[Row], str]
Function = TypeVar("Function", bound=Callable[..., Any])


def formats(function: Function) -> Function:
    """The options `--json` and `--csv`, given to the command as `form`: "json", "csv" or "plain"."""
    function = click.option("--csv", "form", flag_value="csv", help="Comma-separated values with a header line.")(
        function
    )
    return click.option("--json", "form", flag_value="json", default=None, help="One JSON object a line.")(function)


def emit(rows: Iterable[Row], form: str | None, plain: Plain, *, columns: Iterable[str] = ()) -> int:
    """Print the rows as they come and return how many there were. `columns` is the CSV header where no row comes."""
    count = 0
    writer: Any = None
    if form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
    for row in rows:
        if form == "json":
            sys.stdout.write(json_line(row))
        elif writer is not None:
            if not count:
                writer.writerow(list(row))
            writer.writerow([flat(value) for value in row.values()])
        else:
            sys.stdout.write(plain(row) + "\n")
        count += 1
    if writer is not None and not count and columns:
        writer.writerow(list(columns))
    sys.stdout.flush()
    return count


def json_line(row: Row) -> str:
    """One object on one line. U+2028 and its kind are escaped: some readers take them for the end of a line."""
    text = json.dumps(row, ensure_ascii=False, default=str)
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")  # half a pair of surrogates stays an escape
    return text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085") + "\n"


def flat(value: Any) -> Any:
    """A cell: lists and objects as JSON, nothing for None; a leading formula sign is disarmed for spreadsheets."""
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value


def note(text: str) -> None:
    """A line for the person, on stderr."""
    click.echo(text, err=True)


@contextmanager
def progress(label: str, total: int | None) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal, silence elsewhere. The value given is called with how many more are done."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda done: bar.advance(task, done)


def receipt_lines(receipt: Mapping[str, Any]) -> str:
    """A receipt for a person: one line a part, nested parts indented."""
    return "\n".join(_receipt_lines(receipt, ""))


def _receipt_lines(part: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in part.items():
        if isinstance(value, Mapping):
            yield f"{indent}{key}:" + ("" if value else " nothing")
            yield from _receipt_lines(value, indent + "  ")
        elif isinstance(value, list):
            yield f"{indent}{key}:" + ("" if value else " none")
            yield from (f"{indent}  - {item}" for item in value)
        else:
            yield f"{indent}{key}: {value}"
