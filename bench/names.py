"""Names measured: spans of people, organisations and places on CoNLL-2002, places of real headlines, and rows of our own.

    python bench/names.py [--data DIR] [--spacy MODEL] [--out FILE]

`--data` is the folder of real data (default ../shared/data beside the checkout): `ner/esp.testa.gz` (MISC left out; the rules were
made on its first half, the second was never read) and `headlines/region_labels.tsv` (`lima` left out). `--spacy` measures that
model alone and under the rules, where spaCy is installed. The rows are those of tests/enrich/names.jsonl, by their sets.
"""

import argparse
import dataclasses
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from core.document import Document
from core.peru.gazetteer import load
from core.settings import Settings
from core.text import fold
from enrich.names import Recogniser, Rules
from enrich.reading import Field
from enrich.steps import Chain

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.enrich.conftest import a_document
from tests.enrich.test_names_rows import pairs

LABELS = {"person": "PER", "organisation": "ORG", "place": "LOC"}
GROUP = 25
Span = tuple[int, int, str]
Marked = tuple[str, set[Span]]


def conll(path: Path) -> Iterator[Marked]:
    """The sentences as texts of GROUP lines, printed as papers print, with the spans of PER, ORG, LOC and MISC."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        sentences = [block.split("\n") for block in re.split(r"\n\s*\n", lines.read()) if block.strip()]
    for first in range(0, len(sentences), GROUP):
        text, spans = "", []
        for sentence in sentences[first : first + GROUP]:
            text, more = _printed(text, [line.split() for line in sentence if line.strip()])
            spans += more
        yield text, set(spans)


def _printed(text: str, rows: list[list[str]]) -> tuple[str, list[Span]]:
    spans: list[list[Any]] = []
    glue, quoted = True, False
    for word, *_, tag in rows:
        opens = word in ("(", "¿", "¡", "«") or (word == '"' and not quoted)
        quoted = quoted != (word == '"')
        text += "" if glue or word in ",.;:)?!%»" or (word == '"' and not opens) else " "
        start, glue = len(text), opens
        text += word
        if tag.startswith("B-") or (tag.startswith("I-") and not (spans and spans[-1][2] == tag[2:])):
            spans.append([start, len(text), tag[2:]])
        elif tag.startswith("I-"):
            spans[-1][1] = len(text)
    return text + "\n", [(start, end, kind) for start, end, kind in spans]


def scored(found: Iterable[tuple[set[Span], set[Span]]]) -> dict[str, float]:
    """F1 of spans with their types, of spans alone, of both without places (`PER, ORG`), and of each type; MISC is left out on both sides."""
    counts: Counter[tuple[str, str]] = Counter()
    for gold, said in found:
        gold, said = ({span for span in spans if span[2] in LABELS.values()} for spans in (gold, said))
        sets = {"typed": (gold, said), "spans": ({s[:2] for s in gold}, {s[:2] for s in said})}
        people = tuple({span for span in spans if span[2] != "LOC"} for spans in (gold, said))
        sets |= {"PER, ORG typed": people, "PER, ORG spans": tuple({s[:2] for s in spans} for spans in people)}
        sets |= {
            kind: ({s for s in gold if s[2] == kind}, {s for s in said if s[2] == kind}) for kind in LABELS.values()
        }
        for name, (a, b) in sets.items():
            counts[name, "true"] += len(a & b)
            counts[name, "all"] += len(a) + len(b)
    return {name: 2 * counts[name, "true"] / counts[name, "all"] for name, what in counts if what == "all"}


def spans(engine: Recogniser, texts: list[Marked], sure: bool = False) -> list[tuple[set[Span], set[Span]]]:
    """What an engine finds beside what there is."""
    return [
        (gold, {(n.start, n.end, LABELS[n.kind]) for n in engine.names([Field("text", text)])[0] if n.sure or not sure})
        for text, gold in texts
    ]


def told(chain: Chain, texts: list[Marked], sure: bool = False) -> list[tuple[set[Span], set[Span]]]:
    """The same of the step itself: people and organisations, since places abroad are none of its business."""
    return [
        (
            gold,
            {
                (start, end, LABELS[item["type"]])
                for item in chain.tag(a_document("", text))[0].tags["entities"]
                if item["sure"] or not sure
                for _, start, end in item["spans"]
            },
        )
        for text, gold in texts
    ]


def alone(model: str, texts: list[Marked]) -> list[tuple[set[Span], set[Span]]]:
    """The same of a spaCy model by itself."""
    import spacy

    nlp = spacy.load(model, exclude=["parser", "lemmatizer", "attribute_ruler"])
    return [(gold, {(e.start_char, e.end_char, e.label_) for e in nlp(text).ents}) for text, gold in texts]


def regions(path: Path, chain: Any) -> Counter[str]:
    """Departments of real headlines: right, wrong or none, where the headline names a place of the labelled one and where not."""
    counts: Counter[str] = Counter()
    gazetteer = load()
    departments = {fold(p.department).replace(" ", "-"): p.department for p in gazetteer.places.values()}
    for number, line in enumerate(path.read_text("utf-8").splitlines()[1:]):
        region, _, _, title, _ = line.split("\t")
        if region == "lima" or region not in departments:
            continue
        wanted = departments[region]
        words = " ".join(["", *re.findall(r"[^\W_]+", fold(title)), ""])
        names = (name for name, places in gazetteer.named.items() if any(p.department == wanted for p in places))
        named = any(f" {name} " in words for name in names if name not in gazetteer.weak)
        document: Document = a_document(title, id=str(number))
        tags = {k: v for a in chain.run(document).annotations for k, v in a.payload.items()}
        said = {place["department"] for place in tags["places"]}
        counts[
            f"{'named' if named else 'not named'}, {'right' if wanted in said else 'none' if not said else 'other'}"
        ] += 1
    return counts


def main() -> None:
    """Run what the data at hand allows; what is missing is said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared/data")
    parser.add_argument("--spacy")
    parser.add_argument("--out", type=Path, default=ROOT / "bench/names.json")
    options = parser.parse_args()
    report: dict[str, Any] = {}
    chain = Chain(dataclasses.replace(Settings.load({}), translate="none"))
    for name, kinds in pairs(chain).items():
        report[name] = {kind: score.f1 for kind, score in kinds.items()}
    file = options.data / "ner/esp.testa.gz"
    if file.exists():
        texts = list(conll(file))
        held = texts[len(texts) // 2 :]
        report["rules"], report["rules, held-out half"] = scored(spans(Rules(), texts)), scored(spans(Rules(), held))
        report["the step"], report["the step, held-out half"] = scored(told(chain, texts)), scored(told(chain, held))
        report["the step, what is sure"] = scored(told(chain, texts, sure=True))
        if options.spacy:
            from enrich.recognisers import spacy_model

            report[options.spacy] = scored(alone(options.spacy, texts))
            report[f"{options.spacy}, held-out half"] = scored(alone(options.spacy, held))
            report[f"rules and {options.spacy}"] = scored(spans(spacy_model(options.spacy), texts))
    else:
        print(f"not there, left out: {file}")
    labels = options.data / "headlines/region_labels.tsv"
    if labels.exists():
        report["departments of headlines"] = dict(regions(labels, chain))
    else:
        print(f"not there, left out: {labels}")
    for name, figures in report.items():
        print(f"{name:32}", "  ".join(f"{key} {value:.3f}" if isinstance(value, float) else f"{key}: {value}" for key, value in figures.items()))  # fmt: skip
    options.out.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
