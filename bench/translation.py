"""How well each translation engine that is here translates: chrF2 and BLEU on newstest2012, and names and numbers that it kept.

    python bench/translation.py [--data DIR] [--engine NAME]... [--sentences N] [--out FILE]

`--data` is the folder of real data (default ../shared/data beside the checkout); its `translation/newstest2012.es` and `.en` are
3,003 aligned news sentences. Engines are those of `pututu models list`; those that are known and not here are named as not scored. For
Apertium the score without glossary and gazetteer is printed beside, and what leaving the Spanish as it is would get. `numbers` is the
share of the reference's numbers, counted where source and reference both have them, that the translation has too: untouched Spanish has all of them, so it tells only of engines that lose some. sacrebleu's defaults.
Prints a table and writes JSON (default bench/translation.json).
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # bench/enrich.py would hide the room `enrich`

import sacrebleu

from core.settings import Settings
from enrich.apertium import Apertium
from enrich.lexicon import load
from enrich.models import ENGINES, Translator, candidates
from enrich.protecting import protector

ROOT = Path(__file__).resolve().parents[1]
LINES = 20
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def digits(text: str) -> set[str]:
    return {re.sub(r"\D", "", match) for match in _NUMBER.findall(text)}


def kept(source: Sequence[str], said: Sequence[str], reference: Sequence[str]) -> float:
    both = [(digits(a) & digits(c), digits(b)) for a, b, c in zip(source, said, reference, strict=True)]
    wanted = sum(len(numbers) for numbers, _ in both)
    return sum(len(numbers & found) for numbers, found in both) / max(wanted, 1)


def scored(
    name: str, source: Sequence[str], said: Sequence[str], reference: Sequence[str], seconds: float
) -> dict[str, Any]:
    words = sum(len(text.split()) for text in source)
    return {
        "engine": name, "chrF2": round(sacrebleu.corpus_chrf(list(said), [list(reference)]).score, 1),
        "BLEU": round(sacrebleu.corpus_bleu(list(said), [list(reference)]).score, 1), "numbers": round(kept(source, said, reference), 4),
        "sentences": len(source), "words_per_second": round(words / seconds) if seconds else None,
    }  # fmt: skip


def asked(engine: Translator, source: Sequence[str]) -> tuple[list[str], float]:
    """A sentence is a line of a text of LINES lines, as in an article; lines come back one for one."""
    engine.translate(source[:1])
    texts = ["\n".join(source[at : at + LINES]) for at in range(0, len(source), LINES)]
    begun = time.perf_counter()
    said = engine.translate(texts)
    seconds = time.perf_counter() - begun
    engine.close()
    lines = [line for text in said for line in text.split("\n")]
    if len(lines) != len(source):
        raise SystemExit(f"{engine.name}: {len(lines)} lines came back for {len(source)}.")
    return lines, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--engine", action="append")
    parser.add_argument("--sentences", type=int, default=10_000)
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "translation.json")
    given = parser.parse_args()
    folder = given.data / "translation"
    if not (folder / "newstest2012.es").is_file():
        raise SystemExit(f"{folder}/newstest2012.es is missing: name the folder of real data with --data.")
    source, reference = (
        (folder / f"newstest2012.{language}").read_text("utf-8").splitlines()[: given.sentences]
        for language in ("es", "en")
    )
    protect = protector(load())
    rows = [scored("(source as it is)", source, source, reference, 0.0)]
    here = [one for one in candidates(Settings.load()) if not one.problem]
    chosen = [one for one in here if not given.engine or any(one.is_asked_for(name) for name in given.engine)]
    for one in chosen:
        rows.append(scored(one.name, source, *_said(one.open(protect), source, reference)))
        if one.engine == Apertium.name:
            rows.append(scored("apertium, nothing protected", source, *_said(Apertium(), source, reference)))
    absent = [name for name in ENGINES if name not in {one.engine for one in chosen}]
    print(f"{'engine':<30}{'chrF2':>8}{'BLEU':>8}{'numbers':>10}{'words/s':>10}")
    for row in rows:
        print(
            f"{row['engine']:<30}{row['chrF2']:>8}{row['BLEU']:>8}{row['numbers']:>10.2%}{row['words_per_second'] or '':>10}"
        )
    print(f"{len(source)} sentences. Not scored, for want of a model here: {', '.join(absent) or 'none'}.")
    given.out.write_text(json.dumps({"rows": rows, "not_scored": absent}, indent=1) + "\n", "utf-8")


def _said(
    engine: Translator, source: Sequence[str], reference: Sequence[str]
) -> tuple[list[str], Sequence[str], float]:
    said, seconds = asked(engine, source)
    return said, reference, seconds


if __name__ == "__main__":
    main()
