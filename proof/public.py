"""The sets of a folder of real data: headlines with a region, pairs that tell one story, names in Spanish news, translation.

Nothing of them is copied: what is wrong is named by its number in the file. A file that is not there is said so.
"""

import gzip
import itertools
import re
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from core.document import Document
from core.errors import PututuError
from core.peru.gazetteer import Gazetteer, load
from core.settings import Settings
from core.text import fold
from enrich.gold import said
from enrich.scores import Score
from enrich.steps import Chain
from proof.rows import Measured

Spans = set[tuple[str, int, int]]
CONLL = {"PER": "person", "ORG": "organisation", "LOC": "place"}
_WORD = re.compile(r"[^\W\d_]+")


def measured(chain: Chain, settings: Settings, folder: Path) -> Iterator[Measured]:
    """Each set of the folder in turn, those that are missing with the reason."""
    sets: tuple[tuple[str, str, Callable[[Path], Iterable[Measured]]], ...] = (
        ("departments of headlines", "headlines/region_labels.tsv", lambda file: regions(chain, file)),
        ("same story", "headlines/same_story_slug.tsv", lambda file: [stories(settings, file)]),
        ("names (CoNLL-2002 esp.testa)", "ner/esp.testa.gz", lambda file: [names(chain, file)]),
        ("translation (newstest2012)", "translation/newstest2012.es", lambda file: translations(settings, file)),
    )
    for name, path, run in sets:
        file = folder / path
        if file.is_file():
            yield from run(file)
        else:
            yield Measured(name=name, size=0, unit="rows", reason=f"{path} is not in the folder")


def _document(number: int, *, title: str = "", text: str = "", day: str = "", language: str | None = "es") -> Document:
    """A line of a file as a document; `day` is YYYYMMDD."""
    published = datetime.strptime(day, "%Y%m%d").replace(hour=15, tzinfo=UTC) if day else None
    return Document(
        id=str(number), url=f"https://set.example/{number}", title=title, text=text, source=f"s{number}", language=language,
        fetched=published or datetime.now(UTC), published=published,
    )  # fmt: skip


def _rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    """The lines of a table behind its header, with their number in the file."""
    for number, line in enumerate(file.read_text("utf-8").splitlines()[1:], 2):
        yield number, line.split("\t")


# departments of headlines


def regions(chain: Chain, file: Path) -> Iterator[Measured]:
    """Headlines of regional pages: the department of those that name a place of it, and what is said of those that name none.

    A headline names one when a name of the department, of its provinces or districts stands in it as a word, names left
    out that are words or people first (the gazetteer's weak ones). `lima` is a label of papers, not of news, and is left out.
    """
    gazetteer = load()
    units = _units(gazetteer)
    named, bare = Score(), Score()
    for number, (region, _source, day, title, _url) in _rows(file):
        if region == "lima":
            continue
        found = {fold(place["department"]).replace(" ", "-") for place in said(chain, _document(number, title=title, day=day))["places"]}  # fmt: skip
        words = f" {' '.join(_WORD.findall(fold(title)))} "
        if any(f" {name} " in words for name in units[region]):
            named.add(str(number), frozenset([region]), frozenset(found & {region} or sorted(found)[:1]), str)
        elif not any(f" {name} " in words for name in units["*"]):
            bare.add(str(number), frozenset(), frozenset() if region in found else frozenset(sorted(found)[:1]))
    size = len(named.rows)
    yield Measured(
        name="departments of headlines", size=size, unit="headlines that name a place of their region", scores={"department": named},
        about="Right where the page's own region is among the departments that the headline is given. Some 3 % of the labels are of a neighbour.",
    )  # fmt: skip
    yield Measured(
        name="departments of headlines that name no place", size=len(bare.rows), unit="headlines", scores={},
        figures={"given another department than their region's": bare.false / max(len(bare.rows), 1)},
        about="Headlines with no name of the gazetteer in them but weak ones: a department that is given all the same is wrong where it is not the page's region.",
    )  # fmt: skip


def _units(gazetteer: Gazetteer) -> dict[str, set[str]]:
    """Folded names by department (`la-libertad`), and all of them under `*`."""
    units: defaultdict[str, set[str]] = defaultdict(set)
    for place in gazetteer.places.values():
        name = " ".join(_WORD.findall(fold(place.name)))
        if name not in gazetteer.weak:
            units[fold(place.department).replace(" ", "-")].add(name)
            units["*"].add(name)
    return units


# same story


def stories(settings: Settings, file: Path) -> Measured:
    """Headlines through the real store: pairs that tell one story and are joined, and pairs of the same day that do not and are.

    The first are the pairs of different headlines of a group; the second all other pairs of headlines first seen on one day.
    """
    import pipeline
    from store import stories as kept
    from store.database import Store

    documents, groups, days = _headlines(file)
    with tempfile.TemporaryDirectory() as home:
        ours = replace(settings, home=Path(home), store=f"sqlite:///{Path(home) / 'proof.sqlite'}", translate="none")
        store = Store.open(ours)
        try:
            list(pipeline.take_in(store, documents))
            pipeline.enrich(store, ours)
            with store.read() as tx:
                refs = kept.of(tx, [document.id for document in documents])
        finally:
            store.close()
    story = {id: ref.id for id, ref in refs.items()}
    score, same = Score(), 0
    for ids in groups:
        for a, b in itertools.combinations(ids, 2):
            same += 1
            joined = story.get(a) == story.get(b) is not None
            score.add(f"{a}+{b}", frozenset([1]), frozenset([1] if joined else ()))
    others, false = _others(days, groups, story)
    return Measured(
        name="same story", size=same, unit="pairs of headlines of one story", scores={},
        figures={"pair recall": score.recall, "other pairs of one day": others, "of them joined, in 1,000": 1000 * false / max(others, 1)},
        about="From headlines alone. Some of the other pairs are truly of one story.",
    )  # fmt: skip


def _headlines(file: Path) -> tuple[list[Document], list[list[str]], dict[str, list[str]]]:
    """The documents in the order of their days, the ids of each group, the ids of each day."""
    documents: list[Document] = []
    groups: list[list[str]] = []
    days: defaultdict[str, list[str]] = defaultdict(list)
    for number, (_slug, day, _n, _sources, titles, _urls) in _rows(file):
        ids = []
        for place, title in enumerate(dict.fromkeys(titles.split("||"))):
            document = _document(number * 100 + place, title=title, day=day)
            documents.append(document)
            ids.append(document.id)
        groups.append(ids)
        days[day] += ids
    documents.sort(key=lambda document: document.published or document.fetched)
    return documents, groups, dict(days)


def _others(days: dict[str, list[str]], groups: list[list[str]], story: dict[str, str]) -> tuple[int, int]:
    """How many pairs of one day are of different groups, and how many of those are joined."""
    group = {id: number for number, ids in enumerate(groups) for id in ids}
    pairs = joined = 0
    for ids in days.values():
        for a, b in itertools.combinations(ids, 2):
            if group[a] != group[b]:
                pairs += 1
                joined += story.get(a) is not None and story.get(a) == story.get(b)
    return pairs, joined


# names


def names(chain: Chain, file: Path) -> Measured:
    """People, organisations and places of Spanish news, sentence by sentence: a span is right when it is exactly theirs.

    MISC is left out. `spans` asks only where a name stands, `typed spans` also which of the three it is.
    """
    plain, typed, sentences = Score(), Score(), 0
    for number, (text, wanted) in enumerate(_sentences(file), 1):
        tags = said(chain, _document(number, text=text))
        found: Spans = {("place", start, end) for place in tags["places"] for _, start, end in place["spans"]}
        found |= {(entity["type"], start, end) for entity in tags["entities"] for _, start, end in entity["spans"]}
        typed.add(str(number), frozenset(wanted), frozenset(found), _type)
        plain.add(str(number), frozenset((a, b) for _, a, b in wanted), frozenset((a, b) for _, a, b in found))
        sentences += 1
    return Measured(
        name="names (CoNLL-2002 esp.testa)", size=sentences, unit="sentences", scores={"spans": plain, "typed spans": typed},
        about="News of Spain of the year 2000, seen sentence by sentence. Names that are only likely (`sure` false) count too. The steps look for Peru's places only, so that places abroad count as missing here.",
    )  # fmt: skip


def _type(span: Any) -> str:
    return str(span[0])


def _sentences(file: Path) -> Iterator[tuple[str, Spans]]:
    """Each sentence's text and the spans of its names in it."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        for blank, group in itertools.groupby(lines, lambda line: not line.strip()):
            if not blank:
                yield _sentence([line.split() for line in group])


def _sentence(tokens: Sequence[Sequence[str]]) -> tuple[str, Spans]:
    text, spans, open_ = "", list[tuple[str, int, int]](), False
    for token in tokens:
        text += " " * bool(text)
        tag, start = token[-1], len(text)
        text += token[0]
        if tag.startswith("I-") and open_:
            spans[-1] = (*spans[-1][:2], len(text))
            continue
        open_ = tag[2:] in CONLL
        if open_:
            spans.append((CONLL[tag[2:]], start, len(text)))
    return text, set(spans)


# translation


def translations(settings: Settings, file: Path) -> Iterator[Measured]:
    """BLEU and chrF2 (sacrebleu) of every engine that is here, and its words a second; those that are not, with the reason."""
    from enrich.models import candidates
    from enrich.translate import translate_documents

    spanish = file.read_text("utf-8").splitlines()
    english = file.with_suffix(".en").read_text("utf-8").splitlines()
    for engine in candidates(settings):
        name = f"translation by {engine.name} (newstest2012)"
        if engine.problem or find_spec("sacrebleu") is None:
            reason = engine.problem or "the package sacrebleu is not installed"
            yield Measured(name=name, size=0, unit="sentences", reason=reason)
            continue
        began = time.perf_counter()
        try:
            documents = (_document(number, text=text) for number, text in enumerate(spanish, 1))
            done = [
                told["text"] if told else "" for _, told, _ in translate_documents(documents, settings, engine.name)
            ]
        except PututuError as error:
            yield Measured(name=name, size=0, unit="sentences", reason=str(error))
            continue
        seconds = time.perf_counter() - began
        figures = _translated(done, english) | {"words/s": sum(map(len, map(str.split, spanish))) / seconds}
        yield Measured(name=name, size=len(spanish), unit="sentences", figures=figures)


def _translated(done: Sequence[str], english: Sequence[str]) -> dict[str, float]:
    import sacrebleu

    bleu, chrf = sacrebleu.corpus_bleu(list(done), [list(english)]), sacrebleu.corpus_chrf(list(done), [list(english)])
    return {"chrF2": float(chrf.score), "BLEU": float(bleu.score)}
