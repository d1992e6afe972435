"""Extraction beside its peers, in the same run: text, title, author and date on labelled real pages, and pages a second.

    python bench/extraction.py [--data DIR] [--peers PYTHON] [--before CHECKOUT] [--only NAME]... [--out FILE]

`--data` is the folder of real data (default: PUBLIC_PAGES, else ../shared/data beside the checkout): `html_es` (strings that must and
must not be in the text, title, author, date) and `html_en` (whole bodies; precision and recall over shingles of four words, each page
weighing the same, as the benchmark they come from counts). `--peers` is the interpreter of an environment that has newspaper4k and
news-please; a peer that is missing is said so. `no cheap road` is pututu with trafilatura reading every page. `--before` measures an earlier checkout of this project beside this one.
Speed is of one core: processor time of extraction alone, over all pages and over those of 100 kB and more.
Prints a table and writes JSON (default bench/extraction.json).
"""

import argparse
import gzip
import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

HERE = Path(__file__).resolve().parent
WORKER = HERE / "extractors.py"
LARGE = 100_000
SHINGLE = 4
PEERS = {"newspaper4k": "newspaper", "news-please": "newsplease"}
"""Extractor -> the module that its environment must have."""


@dataclass(frozen=True, slots=True)
class Run:
    """One extractor: its name in the table, the interpreter, and the checkout it is imported from."""

    label: str
    extractor: str
    python: str
    path: Path = HERE.parent


def jobs(data: Path, language: str) -> list[dict[str, str]]:
    """The pages of `html_es` or `html_en`: key, address, file, language."""
    if language == "es":
        gold = json.loads((data / "html_es/gold.json").read_text("utf-8"))
        return [
            {"key": key, "url": key if key.startswith("http") else "https://example.org/x", "language": "es",
             "file": str(data / "html_es/pages" / (row["file"] + ".gz"))}
            for key, row in sorted(gold.items())
        ]  # fmt: skip
    gold = json.loads((data / "html_en/ground-truth.json").read_text("utf-8"))
    return [
        {"key": key, "url": row["url"], "language": "en", "file": str(data / f"html_en/html/{key}.html.gz")}
        for key, row in sorted(gold.items())
    ]


def answers(run: Run, pages: Sequence[Mapping[str, str]]) -> dict[str, dict[str, Any]]:
    """What an extractor found, by key. Raises RuntimeError with its last words when its process fails."""
    done = subprocess.run(
        [run.python, str(WORKER), run.extractor], input="".join(json.dumps(page) + "\n" for page in pages),
        capture_output=True, text=True, env=os.environ | {"PYTHONPATH": str(run.path)}, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{run.label}: {done.stderr.strip()[-300:]}")
    return {row["key"]: row for row in map(json.loads, done.stdout.splitlines())}


def flat(value: object) -> str:
    return re.sub(r"\s+", " ", str(value or "")).strip()


def spanish(data: Path, found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Strings kept and left out, and exact title, author and date, over the pages whose label is known."""
    gold = json.loads((data / "html_es/gold.json").read_text("utf-8"))
    kept = left_in = missed = 0
    exact = {name: [0, 0] for name in ("title", "author", "date")}
    for key, row in gold.items():
        text = flat(found[key]["text"])
        hits = sum(flat(part) in text for part in row["with"])
        kept, missed = kept + hits, missed + len(row["with"]) - hits
        left_in += sum(flat(part) in text for part in row["without"])
        for name, counts in exact.items():
            got = ", ".join(found[key]["author"]) if name == "author" else found[key][name]
            counts[0] += bool(row.get(name)) and flat(got).lower() == flat(row[name]).lower()
            counts[1] += bool(row.get(name))
    precision, recall = kept / max(1, kept + left_in), kept / max(1, kept + missed)
    return _scores(precision, recall) | {name: f"{right}/{known}" for name, (right, known) in exact.items()}


def english(data: Path, found: Mapping[str, Mapping[str, Any]], keys: Iterable[str]) -> dict[str, Any]:
    """Precision and recall over shingles of four words, the mean of all pages."""
    gold = json.loads((data / "html_en/ground-truth.json").read_text("utf-8"))
    pairs = [_shingled(gold[key]["articleBody"], found[key]["text"]) for key in keys]
    return _scores(mean(p for p, _ in pairs), mean(r for _, r in pairs))


def _shingled(true: str, got: str) -> tuple[float, float]:
    wanted, given = _shingles(true), _shingles(got)
    common = sum((wanted & given).values())
    if not wanted and not given:
        return 1.0, 1.0
    return common / max(1, sum(given.values())), common / max(1, sum(wanted.values()))


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    words = re.findall(r"\w+", text)
    return (
        Counter(tuple(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1)))
        if words
        else Counter()
    )


def _scores(precision: float, recall: float) -> dict[str, Any]:
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return {"f1": round(f1, 3), "precision": round(precision, 3), "recall": round(recall, 3)}


def speed(found: Mapping[str, Mapping[str, Any]], keys: Iterable[str]) -> float:
    """Pages a second of one core."""
    seconds = [found[key]["seconds"] for key in keys]
    return round(len(seconds) / max(sum(seconds), 1e-9), 1)


def measure(run: Run, data: Path) -> dict[str, Any]:
    """The figures of one extractor."""
    es, en = jobs(data, "es"), jobs(data, "en")
    large = [page["key"] for page in en if len(gzip.decompress(Path(page["file"]).read_bytes())) >= LARGE]
    found_es, found_en = answers(run, es), answers(run, en)
    return {
        "html_es": spanish(data, found_es) | {"pages_per_s": speed(found_es, found_es)},
        "html_en": english(data, found_en, found_en) | {"pages_per_s": speed(found_en, found_en)},
        "html_en_large": english(data, found_en, large) | {"pages": len(large), "pages_per_s": speed(found_en, large)},
        "failed": sum(bool(row["error"]) for row in (*found_es.values(), *found_en.values())),
    }


def runs(arguments: argparse.Namespace) -> list[Run]:
    """What is to be measured; a peer that its interpreter does not have is said so and left out."""
    found = [Run(name, name, sys.executable) for name in ("pututu", "no cheap road", "trafilatura", "trafilatura fast")]
    if arguments.before:
        found.insert(1, Run("pututu before", "pututu", sys.executable, Path(arguments.before).resolve()))
    for name, module in PEERS.items():
        if arguments.only and name not in arguments.only:
            continue
        if subprocess.run([arguments.peers, "-c", f"import {module}"], capture_output=True, check=False).returncode:
            print(f"{name} is missing: {arguments.peers} cannot import {module} (see --peers)", file=sys.stderr)
        else:
            found.append(Run(name, name, arguments.peers))
    return [run for run in found if not arguments.only or run.label in arguments.only]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=Path, default=Path(os.environ.get("PUBLIC_PAGES", HERE.parents[1] / "shared/data"))
    )
    parser.add_argument("--peers", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--before", metavar="CHECKOUT")
    parser.add_argument("--only", action="append", metavar="NAME", default=[])
    parser.add_argument("--out", type=Path, default=HERE / "extraction.json")
    arguments = parser.parse_args()
    for needed in ("html_es/gold.json", "html_en/ground-truth.json"):
        if not (arguments.data / needed).is_file():
            sys.exit(f"{arguments.data / needed} is missing: name the folder of real data with --data")
    result = {}
    print(
        f"{'':17}{'es F1':>6}{'title':>7}{'author':>7}{'date':>6}{'p/s':>6} |{'en F1':>6}{'P':>6}{'R':>6}{'p/s':>6} |{'100kB+ F1':>10}{'p/s':>6}{'failed':>7}"
    )
    for run in runs(arguments):
        result[run.label] = row = measure(run, arguments.data)
        es, en, large = row["html_es"], row["html_en"], row["html_en_large"]
        print(
            f"{run.label:17}{es['f1']:6.3f}{es['title']:>7}{es['author']:>7}{es['date']:>6}{es['pages_per_s']:6} |"
            f"{en['f1']:6.3f}{en['precision']:6.3f}{en['recall']:6.3f}{en['pages_per_s']:6} |{large['f1']:10.3f}{large['pages_per_s']:6}{row['failed']:7}",
            flush=True,
        )
    arguments.out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
