"""Word lists of the steps: TOML files of terms with guards, found in one pass over the folded text.

A file holds any of `[[terms]]`, `[[organisations]]`, `[[people]]` (public figures), `[classes]`, `[glossary]` and `[vocabulary]`. A term says what its words are a sign of and when they are not:

    tag = "topic.strike"                 # for the whole file; a term may name its own
    [[terms]]
    words = ["paro", "bloque(an|aron) (la|las) (vía|vías|carretera*)"]   # (a|b) alternatives; a last * is any ending
    detail = "stoppage"                  # subtype of a topic, role of a sector
    weight = 0.8                         # 0 to 1: how sure one occurrence makes; 0 marks words that are no sign at all
    printed = true                       # accents must be as printed (paro, not paró)
    before = [..]  before_not = [..]     # what must, must not stand directly before
    after = [..]   after_not = [..]      # likewise directly after; what `after` asks for is part of the find
    needs = [..]   without = [..]        # what the same sentence must (one of them), must not hold
    needs_too = [..]                     # and one of these
    around = [..]                        # what it or one of the two sentences before and after must hold
    around_too = [..]  around_not = [..] # and one of these; and none of these
    common = true                        # a common noun: not within a person's name (Juan Paro Pérez)
    proper = true                        # a name: only where it is printed with a capital letter (Irán, not irán)
    title = true                         # only in a title

    [classes]                            # words that several terms ask for: `needs = ["@weapons"]`, in any file
    weapons = ["pistola*", "fusil*"]

The longest words win where terms of one tag overlap (of equally long ones the operator's own, then the heaviest), so that a longer phrase of weight 0 (`puesta en marcha`) hides a shorter sign.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import ahocorasick

from core.errors import InputError
from enrich.lexicon.entries import Company, Entry, Hit, Organisation, Readable, Sense
from enrich.lexicon.reader import Classes, ListFile
from enrich.lexicon.words import Passage

__all__ = ["Entry", "Hit", "Lexicon", "Organisation", "Passage", "Sense", "load"]


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All word lists, ready to search. `digest` changes when any of them changes."""

    digest: str
    automaton: Any
    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    glossary: Mapping[str, Sense] = field(default_factory=dict)

    def find(self, part: Readable) -> list[Hit]:
        """The hits of a field, in the order of the text, the longest of each tag where they overlap."""
        norm = part.norm
        found: dict[str, list[Hit]] = {}
        suited: dict[tuple[Company, int], bool] = {}  # a word that a text repeats without end asks each sentence once
        for last, entries in self.automaton.iter(norm):
            for entry in entries:
                start = last - len(entry.words) - (not entry.prefix)
                end = norm.index(" ", last) - 1 if entry.prefix else last - 1
                reach = entry.reach(part, start, end)
                if reach is not None and _suits(entry.company, part, start, suited):
                    found.setdefault(entry.tag, []).append(Hit(entry, start, reach))
        hits = [hit for of_tag in found.values() for hit in _longest(of_tag) if hit.entry.weight > 0]
        return sorted(hits, key=lambda hit: (hit.start, hit.entry.tag))


def _suits(company: Company | None, part: Readable, start: int, known: dict[tuple[Company, int], bool]) -> bool:
    if company is None:
        return True
    number = part.sentence_at(start)
    key = company, number
    if key not in known:
        known[key] = company.suits(part, number)
    return known[key]


def _longest(hits: list[Hit]) -> list[Hit]:
    """Those that no longer one covers, of one tag; of equally long ones the operator's own, then the heaviest."""
    kept: list[Hit] = []
    for new in sorted(hits, key=lambda hit: hit.end):
        while kept and kept[-1].end > new.start:
            old = kept[-1]
            if _rank(old) >= _rank(new):
                break
            kept.pop()
        else:
            kept.append(new)
    return kept


def _rank(hit: Hit) -> tuple[int, bool, float]:
    """Words of weight 0 are no sign at all, so that they win over signs of their length: they are there to hide them."""
    return hit.end - hit.start, hit.entry.own, hit.entry.weight or 2.0


@lru_cache(maxsize=4)
def load(folder: Path | None = None, tried: Path | None = None) -> Lexicon:
    """The bundled lists, with those of `folder` (`PUTUTU_LEXICON_DIR`) added; the same words in both are those of the folder.

    `tried` is a file that is added as if it stood in the folder, in the place of one of the same name.
    Raises InputError naming the file and the place of what cannot be used.
    """
    sources = [(entry.name, entry.read_text("utf-8")) for entry in _toml(files("enrich.lexicon").iterdir())]
    bundled = len(sources)
    if folder is not None:
        if not folder.is_dir():
            raise InputError(f"The folder of word lists {folder} does not exist.", "PUTUTU_LEXICON_DIR names it.")
        own = [path for path in _toml(folder.iterdir()) if tried is None or path.name != tried.name]
        sources += [(str(path), _read(path)) for path in own]
    if tried is not None:
        sources.append((str(tried), _read(tried)))
    entries: list[Entry] = []
    organisations: dict[str, Organisation] = {}
    glossary: dict[str, Sense] = {}
    lists = [ListFile.parsed(name, text, entries, organisations, glossary) for name, text in sources]
    classes = Classes()
    for one in lists:
        classes.add(one)
    for one in lists[:bundled]:
        one.read(classes)
    ours = len(entries)
    for one in lists[bundled:]:
        one.read(classes)
    entries = [replace(entry, own=True) for entry in entries[ours:]] + entries[:ours]
    digest = hashlib.sha256(json.dumps([text for _, text in sources]).encode()).hexdigest()[:16]
    return Lexicon(digest, _automaton(entries), organisations, glossary)


def _toml(paths: Iterable[Any]) -> list[Any]:
    return sorted((path for path in paths if path.name.endswith(".toml")), key=lambda path: path.name)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read: {error}.", "Word lists are TOML files in UTF-8.") from error


def _automaton(entries: Sequence[Entry]) -> Any:
    by_key: dict[str, list[Entry]] = {}
    for entry in entries:
        by_key.setdefault(f" {entry.words}" + ("" if entry.prefix else " "), []).append(entry)
    automaton = ahocorasick.Automaton()
    for key, found in by_key.items():
        automaton.add_word(key, tuple(found))
    automaton.make_automaton()
    return automaton
