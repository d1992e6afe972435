"""Exports: everything that answers a query as a data package that can be cited, re-run and read without us.

A package is a folder: the rows (CSV, JSON lines or Parquet), `datapackage.json` (Frictionless Data Package: the query,
the time, counts, versions, each column's meaning, a checksum) and a README. It appears whole or not at all: it is made
beside its place, in `NAME.part`, and renamed when everything is on the disk. Rows are masked, handles of posts are
pseudonyms, whole texts are there only when asked for or where the source's licence allows them.
"""

import csv
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from core.errors import InputError, StoreError
from core.pseudonyms import Pseudonyms
from core.record import Record
from core.time import lima_iso
from search.lock import Lock
from search.table import COLUMNS, NAMES, cells, flat

Format = Literal["csv", "jsonl", "parquet"]
FORMATS: tuple[Format, ...] = ("csv", "jsonl", "parquet")
MEDIA = {"csv": "text/csv", "jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet"}
ABOUT = "datapackage.json"
BATCH = 5_000
LICENCE_RULE = (
    "Titles, summaries and addresses are given for research and citation; the texts belong to their publishers. Whole texts "
    "are included only where the source's licence allows it, or because they were asked for (`with_text`): then they are "
    "for the use of whoever exported them, not to be passed on. Tags, counts and story identifiers may be used freely."
)
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What may leave: `with_text` everything's text, `open_text` says of a source whether its licence allows it."""

    pseudonyms: Pseudonyms
    with_text: bool = False
    open_text: Callable[[str], bool] = lambda source: False

    def row(self, record: Record) -> Row:
        """The document's JSON as it may leave the machine."""
        text = self.with_text or self.open_text(record.document.source)
        return self.pseudonyms.record(record.masked()).to_json(with_text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a package says of itself: the query as typed and as understood, the moment, the software's versions, and how
    many documents the index lacked then, so that they could not be found."""

    query: str
    tree: str
    at: datetime
    versions: Mapping[str, str]
    matched: int
    lacking: int = 0
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Totals:
    """What went into a package."""

    documents: int = 0
    undated: int = 0
    with_text: int = 0
    stories: set[str] = field(default_factory=set)
    sources: Counter[str] = field(default_factory=Counter)
    steps: dict[str, Counter[str]] = field(default_factory=dict)
    first: str | None = None
    last: str | None = None

    def add(self, row: Row) -> None:
        """Count one row."""
        self.documents += 1
        self.with_text += row["text"] is not None
        self.stories.add(row["story"]["id"] if row["story"] else f"document:{row['id']}")
        self.sources[row["source"]] += 1
        for step, version in row["steps"].items():
            self.steps.setdefault(step, Counter())[version] += 1
        if (day := (row["published"] or "")[:10]) == "":
            self.undated += 1
        else:
            self.first, self.last = min(self.first or day, day), max(self.last or day, day)


def export(
    out: Path, form: Format, records: Iterable[Record], rule: Rule, about: About, *, replace: bool = False,
    advance: Callable[[int], None] = lambda done: None,
) -> Row:  # fmt: skip
    """Write the package into the folder `out`; returns what `datapackage.json` says.

    Raises InputError where `out` is taken (`replace` puts the new package in an older one's place), StoreError where it
    cannot be written. Whatever happens, `out` is either as it was or complete.
    """
    _check(out, replace)
    with _draft(out) as folder:
        totals, file = Totals(), folder / f"documents.{form}"
        _write(file, form, _counted(map(rule.row, records), totals, advance))
        described = _described(file, form, rule, about, totals)
        (folder / ABOUT).write_text(json.dumps(described, ensure_ascii=False, indent=1) + "\n", "utf-8")
        (folder / "README.md").write_text(_readme(described, totals), "utf-8")
        for path in folder.iterdir():
            _to_disk(path)
    return described


def _check(out: Path, replace: bool) -> None:
    if out.exists() and not out.is_dir():
        raise InputError(f"{out} is a file.", "Name a folder that is not there yet.")
    if out.is_dir() and any(out.iterdir()):
        if not replace:
            raise InputError(
                f"{out} is not empty.", "Name another folder, or give --replace to put the new package in its place."
            )
        if not (out / ABOUT).is_file():
            raise InputError(f"{out} holds no package of ours (no {ABOUT}).", "Name another folder.")


@contextmanager
def _draft(out: Path) -> Iterator[Path]:
    """The folder beside `out` where the package is made; at the end it takes its place, after an error it is gone."""
    out = out.absolute()
    folder = out.with_name(f"{out.name}.part")
    lock = Lock(folder.with_name(f".{folder.name}.lock"), f"The export {out}")
    lock.take(patience=0)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        yield folder
        _put(folder, out)
    except OSError as error:
        raise StoreError(
            f"{out} cannot be written: {error.strerror or error}.", "Check the disk and the folder's owner."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.file.unlink(missing_ok=True)
        lock.free()


def _put(folder: Path, out: Path) -> None:
    """The draft in the place of what stands there: the old package is gone only when the new one is there."""
    old = out.with_name(f"{out.name}.old")
    if out.exists():
        shutil.rmtree(old, ignore_errors=True)
        out.rename(old)
    folder.rename(out)
    _to_disk(out.parent)
    shutil.rmtree(old, ignore_errors=True)


def _to_disk(path: Path) -> None:
    with suppress(PermissionError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _counted(rows: Iterable[Row], totals: Totals, advance: Callable[[int], None]) -> Iterator[Row]:
    for row in rows:
        totals.add(row)
        advance(1)
        yield row


def _write(file: Path, form: Format, rows: Iterator[Row]) -> None:
    if form == "parquet":
        _write_parquet(file, rows)
        return
    with file.open("w", encoding="utf-8", newline="") as handle:
        handle.writelines(csv_lines(rows) if form == "csv" else jsonl_lines(rows))


def jsonl_lines(rows: Iterable[Row]) -> Iterator[str]:
    """One JSON object a line; the line ends that some readers see in U+2028, U+2029 and U+0085 are escaped."""
    for row in rows:
        text = json.dumps(row, ensure_ascii=False)
        yield text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085") + "\n"


class _Lines:
    """A file for `csv` that hands each line over."""

    def __init__(self) -> None:
        self.line = ""

    def write(self, text: str) -> int:
        """Keep the line."""
        self.line = text
        return len(text)


def csv_lines(rows: Iterable[Row]) -> Iterator[str]:
    """A header and one line for each row, with the columns of `search.table`; a formula is disarmed by an apostrophe."""
    lines = _Lines()
    writer = csv.DictWriter(lines, NAMES, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    yield lines.line
    for row in rows:
        writer.writerow(cells(flat(row)))
        yield lines.line


def _write_parquet(file: Path, rows: Iterator[Row]) -> None:
    """Row groups of BATCH rows; moments are in UTC with Lima as their zone, lists are lists."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        raise InputError(
            "Parquet needs pyarrow, which is not installed.", "pip install 'pututu[parquet]', or take csv or jsonl."
        ) from error
    kinds = {
        "string": pa.string(), "integer": pa.int64(), "boolean": pa.bool_(), "datetime": pa.timestamp("us", tz="America/Lima"),
        "date": pa.date32(), "list": pa.list_(pa.string()),
    }  # fmt: skip
    schema = pa.schema(
        [pa.field(column.name, kinds[column.kind], metadata={"meaning": column.meaning}) for column in COLUMNS]
    )
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while batch := [_typed(flat(row)) for row in islice(rows, BATCH)]:
            writer.write_table(pa.Table.from_pylist(batch, schema))


def _typed(values: Row) -> Row:
    for column in COLUMNS:
        value = values[column.name]
        if column.kind == "datetime" and value:
            values[column.name] = datetime.fromisoformat(value)
        elif column.kind == "date":
            values[column.name] = _day(value)
    return values


def _day(value: Any) -> Any:
    try:
        return datetime.fromisoformat(str(value)).date() if value else None
    except ValueError:
        return None


def _described(file: Path, form: Format, rule: Rule, about: About, totals: Totals) -> Row:
    """`datapackage.json`: Frictionless keys, and ours under `pututu`."""
    with file.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    types = {"list": "string"} if form == "csv" else {"list": "array"}
    fields = [{"name": c.name, "type": types.get(c.kind, c.kind), "description": c.meaning} for c in COLUMNS]
    resource = {
        "name": "documents", "path": file.name, "format": form, "mediatype": MEDIA[form], "encoding": "utf-8",
        "bytes": file.stat().st_size, "hash": f"sha256:{digest}",
    }  # fmt: skip
    return {
        "profile": "data-package", "name": "pututu-export", "title": f"Pututu: {about.query}", "created": lima_iso(about.at),
        "licenses": [{"name": "other", "title": LICENCE_RULE}],
        "sources": [{"title": name} | dict(about.sources.get(name, {})) for name in sorted(totals.sources)],
        "resources": [resource if form == "jsonl" else resource | {"schema": {"fields": fields, "missingValues": [""], "primaryKey": "id"}}],
        "pututu": {
            "query": about.query, "tree": about.tree, "matched": about.matched, "not_indexed": about.lacking, "documents": totals.documents,
            "stories": len(totals.stories), "undated": totals.undated, "first_day": totals.first, "last_day": totals.last,
            "by_source": dict(totals.sources.most_common()), "masked": True, "pseudonyms": True, "with_text": rule.with_text,
            "texts": totals.with_text, "versions": dict(about.versions),
            "steps": {step: dict(versions.most_common()) for step, versions in sorted(totals.steps.items())},
        },
    }  # fmt: skip


def _readme(described: Mapping[str, Any], totals: Totals) -> str:
    """The same for people."""
    about, resource = described["pututu"], described["resources"][0]
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    day = described["created"][:10]
    columns = "\n".join(f"| `{column.name}` | {column.kind} | {column.meaning} |" for column in COLUMNS)
    gone, lacking = about["matched"] - about["documents"], about["not_indexed"]
    return f"""# Pututu: an export

{about["documents"]} documents that tell {about["stories"]} stories, exported on {described["created"]} (Lima).

| | |
|---|---|
| query | {_code(about["query"])} |
| as understood | {_code(about["tree"])} |
| days | {about["first_day"] or "none"} to {about["last_day"] or "none"}; {about["undated"]} documents are undated |
| sources | {len(totals.sources)} |
| rows | `{resource["path"]}`, {resource["bytes"]} bytes, {resource["hash"]} |
| whole texts | {about["texts"]} of {about["documents"]} documents |
| made by | {versions} |

{f"{gone} more answered the query in the index and were no longer in the store." if gone > 0 else ""}
{f"**Not complete**: {lacking} documents of the store were not in the index then and could not be found." if lacking > 0 else ""}
To run it again as things were known then, add `seen:<={day}` to the query: it leaves out what was first seen on later days.
What was first seen in the rest of that day comes in; an export of days that are over (`seen:<{day}`) stays as it is.

## What may be done with it

{LICENCE_RULE}

Phone numbers, mail addresses, accounts, identity numbers and plates are replaced by `•`, one for one. Handles of posts by
private people are pseudonyms, the same in every export of one data folder, and their addresses and mentions are left
out; whoever knows the post can still recognise it. Tags and translations are made by machine: `steps` says by which version.
In CSV, a text that a spreadsheet would run as a formula begins with an apostrophe.

## Columns

{"JSON lines hold the whole document as the API prints it (docs/api.md); as a table its columns are:" if resource["format"] == "jsonl" else ""}

| name | type | meaning |
|---|---|---|
{columns}
"""


def _code(text: str) -> str:
    """A query in a cell of a Markdown table, whatever stands in it."""
    return "`" + " ".join(text.split()).replace("|", "\\|").replace("`", "'") + "`"
