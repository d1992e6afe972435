"""What enrichment costs: documents a second of the whole chain, with spaCy beside it, and tokens a second of each translation engine.

    python bench/enrich.py [--data DIR] [--documents N] [--sentences N] [--rounds N] [--beam B] [--batch N] [--skip chain|engines]... [--out FILE]

*Chain*: every plain step over real articles cut to 400 words (`texts/articles.jsonl.gz` of the folder of real data, default ../shared/data
beside the checkout), as a worker of the stage does it (`run_many`, garbage sought rarely), by the processor time of one core, so that
other work on the machine counts little, once the process has read the shorter articles (a stage runs for days, and what it knows of
words it knows from then on); the median of several processes; then with Apertium, by the wall. spaCy's small Spanish model is asked for its entities of the same documents where it is installed (GPL-3: the user installs it).

*Engines*: a model of OPUS-MT's base size (77.9 million parameters, vocabulary 65,001) with random weights is made here, as a hub keeps it
and as an archive; the archive is converted to int8 by our own conversion, loaded by our own loader, and beside it plain `transformers`
runs in the same run at the same batch and beam. Each sentence has 24 words and exactly 32 tokens come of it. The two are processes of
their own that take turns, round by round, while the other waits; each works with one thread. Tokens a second of processor time are
given (other work on the machine counts little in them) beside those of the wall; the ratio is of the medians. Memory is what the
process holds at its most. Without torch the `transformers` row is missing and says so. Prints tables and writes JSON (default bench/enrich.json).
"""

import argparse
import dataclasses
import gzip
import importlib.util
import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # bench/enrich.py would hide the room `enrich`

from bench.random_marian import BASE, archive, hub_folder, sentences
from core import garbage
from core.document import Document
from core.settings import Settings
from enrich.steps import Chain

ROOT = Path(__file__).resolve().parents[1]
WORDS, TOKENS = 400, 32


def articles(data: Path, count: int, *, shorter: bool = False) -> list[Document]:
    """Real articles, those of 400 words and more, cut there; or the shorter ones."""
    found = []
    with gzip.open(data / "texts" / "articles.jsonl.gz", "rt", encoding="utf-8") as lines:
        for number, row in enumerate(map(json.loads, lines)):
            words = str(row.get("text") or "").split(" ")
            if (len(words) < WORDS) is shorter:
                found.append(Document(
                    id=f"a{number}", url=f"https://texts.example/{number}", source="texts", title=str(row.get("title") or ""),
                    text=" ".join(words[:WORDS]), fetched=datetime.now(UTC),
                ))  # fmt: skip
    return list(islice(found, count))


def chain_rate(data: Path, count: int, out: dict[str, Any]) -> None:
    documents = articles(data, count)
    settings = dataclasses.replace(Settings.load(), translate="none")
    chain = Chain(settings)
    garbage.freeze(garbage.RARELY)
    chain.run_many([(document, {}) for document in articles(data, 200, shorter=True)])
    begun, wall = time.process_time(), time.perf_counter()
    chain.run_many([(document, {}) for document in documents])
    seconds, wall = time.process_time() - begun, time.perf_counter() - wall
    out["documents_per_second"] = round(len(documents) / seconds)
    out["documents_per_second_wall"] = round(len(documents) / wall)
    out["ms_by_step"] = steps(chain, documents[:200])
    out["memory_mb"] = memory()


def steps(chain: Any, documents: list[Document]) -> dict[str, float]:
    """Milliseconds of each step a document: what is read first by several (sentences, word lists) is the first one's."""
    from enrich.reading import Reading

    spent: dict[str, float] = {}
    for document in documents:
        reading = Reading(document, chain.lexicon)
        for step in chain.steps:
            begun = time.process_time()
            reading.said[step.name] = step(reading)
            spent[step.name] = spent.get(step.name, 0.0) + time.process_time() - begun
    return {name: round(seconds / len(documents) * 1000, 3) for name, seconds in spent.items()}


def apertium_rate(data: Path, count: int, out: dict[str, Any]) -> None:
    from enrich.apertium import Apertium

    if not Apertium.installed():
        out["missing"] = "apertium-eng-spa"
        return
    documents = articles(data, count)
    chain = Chain(dataclasses.replace(Settings.load(), translate="all", translation="apertium"))
    chain.run_many([(documents[0], {})])
    begun = time.perf_counter()
    outcomes = chain.run_many([(document, {}) for document in documents])
    wall = time.perf_counter() - begun
    chain.close()
    assert not any(outcome.errors for outcome in outcomes)
    out["documents_per_second_wall"] = round(len(documents) / wall, 1)


def spacy_rate(data: Path, count: int, out: dict[str, Any]) -> None:
    if not all(importlib.util.find_spec(name) for name in ("spacy", "es_core_news_sm")):
        out["missing"] = "spacy and es_core_news_sm"
        return
    import spacy

    model = spacy.load("es_core_news_sm", exclude=["parser", "attribute_ruler", "lemmatizer", "morphologizer"])
    documents = articles(data, count)
    begun = time.process_time()
    for document in documents:
        list(model(document.text).ents)
    out["documents_per_second"] = round(len(documents) / (time.process_time() - begun), 1)
    out["memory_mb"] = memory()


def memory() -> int:
    """The most memory that this process held, in MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)


def ctranslate2_round(folder: Path, given: Any) -> Callable[[], int]:
    """What translates all sentences once and answers how many tokens came of it."""
    from enrich.engines.ctranslate import CTranslate2
    from enrich.engines.folders import look

    engine = CTranslate2(look(folder), workers=1)
    batch = [list(engine.encode(text)) for text in sentences(given.sentences)]
    translator, *_ = engine._load()

    def run() -> int:
        done = translator.translate_batch(
            batch,
            beam_size=given.beam,
            max_batch_size=given.batch,
            max_decoding_length=TOKENS,
            min_decoding_length=TOKENS,
        )
        return sum(len(one.hypotheses[0]) for one in done)

    return run


def transformers_round(folder: Path, given: Any) -> Callable[[], int]:
    """The same with plain transformers."""
    import torch

    from enrich.engines.folders import look
    from enrich.engines.huggingface import Transformers

    torch.set_num_threads(1)
    engine = Transformers(look(folder))
    batch = [list(engine.encode(text)) for text in sentences(given.sentences)]
    model, tokens, *_ = engine._load()

    def run() -> int:
        count = 0
        for at in range(0, len(batch), given.batch):
            inputs = tokens.pad({"input_ids": batch[at : at + given.batch]}, return_tensors="pt").to(model.device)
            with torch.inference_mode():
                made = model.generate(
                    **inputs, num_beams=given.beam, do_sample=False, max_new_tokens=TOKENS, min_new_tokens=TOKENS
                )
            count += made.shape[0] * TOKENS
        return count

    return run


def in_turns(tasks: dict[str, tuple[Callable[..., Callable[[], int]], Path]], given: Any) -> dict[str, dict[str, Any]]:
    """Each engine in a process of its own, asked in turns; tokens a second of the median round, memory, size on the disk."""
    context = multiprocessing.get_context("spawn")
    pipes, processes = {}, []
    for name, (task, folder) in tasks.items():
        pipes[name], theirs = context.Pipe()
        processes.append(context.Process(target=_answer, args=(task, folder, given, theirs), daemon=True))
        processes[-1].start()
        pipes[name].recv()  # loaded and warm
    rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in tasks}
    found: dict[str, dict[str, Any]] = {}
    for _ in range(given.rounds):
        for name, pipe in pipes.items():
            pipe.send(True)
            rounds[name].append(pipe.recv())
    for (name, (_, folder)), process in zip(tasks.items(), processes, strict=True):
        pipes[name].send(False)
        processor, wall = (sorted(rates) for rates in zip(*rounds[name], strict=True))
        found[name] = {
            "tokens_per_processor_second": round(statistics.median(processor)), "rounds": [round(rate) for rate, _ in rounds[name]],
            "tokens_per_second_wall": round(statistics.median(wall)), "memory_mb": pipes[name].recv(),
            "disk_mb": round(sum(file.stat().st_size for file in folder.iterdir()) / 10**6),
        }  # fmt: skip
        process.join()
    return found


def _answer(task: Callable[..., Callable[[], int]], folder: Path, given: Any, pipe: Any) -> None:
    run = task(folder, given)
    run()
    pipe.send(True)
    while pipe.recv():
        processor, wall = time.process_time(), time.perf_counter()
        tokens = run()
        pipe.send((tokens / (time.process_time() - processor), tokens / (time.perf_counter() - wall)))
    pipe.send(memory())


def alone(task: Callable[..., None], *arguments: Any) -> dict[str, Any]:
    """A task in a process of its own, whose memory is its own; what it put into its dict."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager:
        out = manager.dict()
        process = context.Process(target=task, args=(*arguments, out))
        process.start()
        process.join()
        if process.exitcode:
            raise SystemExit(f"{task.__name__} ended with {process.exitcode}")
        return dict(out)


def made(folder: Path, torch_is_here: bool, out: dict[str, Any]) -> None:
    """The archive of base size, converted by our own code; and the hub's folder."""
    from enrich.engines.converting import from_marian

    begun = time.perf_counter()
    raw = archive(folder / "archive", BASE)
    out["archive_seconds"] = round(time.perf_counter() - begun, 1)
    begun = time.perf_counter()
    from_marian(raw, folder / "int8")
    out["conversion_seconds"], out["memory_mb"] = round(time.perf_counter() - begun, 1), memory()
    (raw / "opus.npz").unlink()
    if torch_is_here:
        hub_folder(folder / "hub", BASE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--sentences", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--beam", type=int, default=1)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--skip", action="append", default=[], choices=["chain", "engines"])
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "enrich.json")
    given = parser.parse_args()
    result: dict[str, Any] = {}
    if "chain" not in given.skip:
        if not (given.data / "texts" / "articles.jsonl.gz").is_file():
            raise SystemExit(
                f"{given.data}/texts/articles.jsonl.gz is missing: name the folder of real data with --data."
            )
        runs = [alone(chain_rate, given.data, given.documents) for _ in range(given.rounds)]
        runs.sort(key=lambda run: run["documents_per_second"])
        result["chain"] = runs[len(runs) // 2] | {"rounds": [run["documents_per_second"] for run in runs]}
        result["chain with apertium"] = alone(apertium_rate, given.data, min(given.documents, 100))
        result["spacy"] = alone(spacy_rate, given.data, min(given.documents, 100))
    if "engines" not in given.skip:
        has_torch = all(importlib.util.find_spec(name) for name in ("torch", "transformers"))
        with tempfile.TemporaryDirectory() as scratch:
            result["conversion"] = alone(made, Path(scratch), has_torch)
            tasks = {"ctranslate2 int8": (ctranslate2_round, Path(scratch, "int8"))}
            if has_torch:
                tasks["transformers"] = (transformers_round, Path(scratch, "hub"))
            result |= {"transformers": {"missing": "torch and transformers"}} | in_turns(tasks, given)
        result["setting"] = {
            "beam": given.beam,
            "batch": given.batch,
            "sentences": given.sentences,
            "tokens_each": TOKENS,
        }
        if has_torch:
            rates = [result[name]["tokens_per_processor_second"] for name in ("ctranslate2 int8", "transformers")]
            result["times faster"] = round(rates[0] / rates[1], 2)
    for name, row in result.items():
        print(f"{name:<22} {json.dumps(row, ensure_ascii=False)}")
    given.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
