"""Topics, sectors, norms, amounts, strikes and casualties on labelled rows, false alarms on real headlines, and documents a second.

    python bench/tagging.py [--rows FILE]... [--data DIR] [--errors] [--out FILE]

`--rows` are files of labelled rows (default: tests/enrich/rows.jsonl, hand-made and fictional, by its sets, and `gold/peru.jsonl` of
the folder of real data). `--data` is that folder (default ../shared/data beside the checkout): of its headlines by section, those of
sports, show business, world and technology should get no topic. Speed is of one core: processor time of the chain without models
over real articles cut to 400 words. Prints a table and writes JSON (default bench/tagging.json).
"""

import argparse
import dataclasses
import gzip
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # bench/enrich.py would hide the room `enrich`

from core import garbage
from core.settings import Settings
from enrich import gold
from enrich.scores import scores
from enrich.steps import Chain

ROOT = Path(__file__).resolve().parents[1]
WORDS = 400
QUIET = ("deportes", "espectaculos", "mundo", "tecnologia")


def said(chain: Chain, row: Mapping[str, Any]) -> dict[str, Any]:
    """What every step says of a row, one dict. Raises InputError where a step fails."""
    return gold.said(chain, gold.document(row))


def labelled(files: Iterable[Path]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The rows of each file, by its sets."""
    for file in files:
        sets: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for line in file.read_text("utf-8").split("\n"):
            if line.strip():
                row = json.loads(line)
                sets[row.get("set", file.stem)].append(row)
        yield from sets.items()


def quality(chain: Chain, files: Iterable[Path], errors: bool) -> dict[str, Any]:
    """Precision, recall and F1 of each kind of tag on each set."""
    report = {}
    for name, rows in labelled(files):
        found = scores((row, said(chain, row)) for row in rows)
        print(f"\n{name}: {len(rows)} rows\n{'':18}{'P':>7}{'R':>7}{'F1':>7}{'true':>7}{'false':>7}{'missing':>9}")
        for kind, score in found.items():
            print(f"{kind:18}{score.precision:7.3f}{score.recall:7.3f}{score.f1:7.3f}{score.true:7}{score.false:7}{score.missing:9}")  # fmt: skip
            for row, missing, false in score.wrong if errors else ():
                print(f"    {row}: missing {', '.join(missing) or '-'}; false {', '.join(false) or '-'}")
        report[name] = {"rows": len(rows)} | {
            kind: {"precision": s.precision, "recall": s.recall, "f1": s.f1, "true": s.true, "false": s.false, "missing": s.missing}
            for kind, s in found.items()
        }  # fmt: skip
    return report


def alarms(chain: Chain, data: Path) -> dict[str, Any]:
    """How many headlines of each section get which topic."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    lines = (data / "headlines/section_labels.tsv").read_text("utf-8").splitlines()[1:]
    for number, line in enumerate(lines):
        section, _, _, day, title, _ = line.split("\t")
        date = f"{day[:4]}-{day[4:6]}-{day[6:8]}"
        tags = said(chain, {"id": number, "title": title, "date": date, "lang": "es"})
        counts[section]["headlines"] += 1
        counts[section].update(topic["name"] for topic in tags["topics"])
    print("\ntopics given to real headlines, by their section")
    for section, found in sorted(counts.items()):
        print(f"{section:14}{dict(found)}")
    quiet = sum(sum(counts[name].values()) - counts[name]["headlines"] for name in QUIET)
    total = sum(counts[name]["headlines"] for name in QUIET)
    print(f"sections that should have none: {quiet} topics in {total} headlines")
    return {section: dict(found) for section, found in counts.items()}


def speed(chain: Chain, data: Path) -> dict[str, float]:
    """Documents a second of processor time, over articles cut to WORDS words, scaled to that length."""
    documents = []
    with gzip.open(data / "texts/articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            row = json.loads(line)
            words = list(re.finditer(r"\S+", row.get("text") or ""))
            if len(words) >= WORDS // 2:
                text = row["text"][: words[min(WORDS, len(words)) - 1].end()]
                documents.append(
                    gold.document({"id": number, "title": row.get("title") or "", "text": text, "date": "2024-03-20"})
                )
    for one in documents[:20]:
        chain.run(one)
    garbage.freeze()  # as a worker of the enrichment does
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        for one in documents:
            chain.run(one)
        best = min(best, time.process_time() - began)
    words = sum(len(one.text.split()) for one in documents)
    rate = len(documents) / best
    print(
        f"\n{len(documents)} articles of {words // len(documents)} words: {rate:.0f} documents/s, {words / WORDS / best:.0f} at {WORDS} words"
    )
    return {"documents_per_second": rate, f"at_{WORDS}_words": words / WORDS / best}


def main() -> None:
    """Run what the data at hand allows; what is missing is said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=Path, action="append")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data")
    parser.add_argument("--errors", action="store_true", help="list every wrong row")
    parser.add_argument("--out", type=Path, default=ROOT / "bench/tagging.json")
    options = parser.parse_args()
    chain = Chain(dataclasses.replace(Settings.load({}), translate="none"))
    files = options.rows or [ROOT / "tests/enrich/rows.jsonl", options.data / "gold/peru.jsonl"]
    for file in files:
        if not file.exists():
            print(f"not there, left out: {file}")
    report: dict[str, Any] = {"quality": quality(chain, [f for f in files if f.exists()], options.errors)}
    if options.data.is_dir():
        report["alarms"] = alarms(chain, options.data)
        report["speed"] = speed(chain, options.data)
    else:
        print(f"not there, left out: {options.data} (headlines by section, articles for the speed)")
    options.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
