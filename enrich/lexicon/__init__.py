"""Word lists of the steps: TOML files of terms with guards, found in one pass over the folded text.

A file holds any of `[[terms]]`, `[[organisations]]` and `[glossary]`. A term says what its words are a sign of and when they are not:

    tag = "topic.strike"                 # for the whole file; a term may name its own
    [[terms]]
    words = ["paro", "bloque(an|aron) (la|las) (vía|vías|carretera*)"]   # (a|b) alternatives; a last * is any ending
    detail = "stoppage"                  # subtype of a topic, role of a sector
    weight = 0.8                         # 0 to 1: how sure one occurrence makes; 0 marks words that are no sign at all
    printed = true                       # accents must be as printed (paro, not paró)
    before = [..]  before_not = [..]     # what must, must not stand directly before; after, after_not likewise
    needs = [..]   without = [..]        # what the same sentence must, must not hold
    title = true                         # only in a title

The longest words win where terms of one tag overlap, so that a longer phrase of weight 0 (`puesta en marcha`) hides a shorter sign.
"""

import hashlib
import itertools
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

import ahocorasick

from core.document import SECTORS, TOPICS
from core.errors import InputError
from core.text import fold

_KINDS = ("topic", "sector", "context", "organisation")
_TERM_KEYS = {
    "words",
    "tag",
    "detail",
    "weight",
    "printed",
    "title",
    *(k for g in ("before", "after") for k in (g, g + "_not")),
    "needs",
    "without",
}
_ORGANISATION_KEYS = {"name", "kind", "words", "id", "printed", "needs"}
_ORGANISATION_KINDS = ("gang", "institution", "guild", "company", "party", "other")
_NO_WORD = re.compile(r"[\W_]+")
_GROUP = re.compile(r"\(([^()]*)\)")


class Readable(Protocol):
    """The forms of a field that matching needs (see `enrich.reading.Field`)."""

    @property
    def name(self) -> str:
        """`title`, `summary` or `text`."""

    @property
    def text(self) -> str:
        """As printed."""

    @property
    def norm(self) -> str:
        """Words between spaces."""

    @property
    def printed(self) -> str:
        """Lower case, accents kept."""

    def sentence(self, position: int) -> str:
        """The sentence around a position, words between spaces."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One written form of a term, with its guards compiled."""

    tag: str
    words: str
    detail: str | None = None
    weight: float = 1.0
    prefix: bool = False
    printed: str | None = None
    title: bool = False
    before: re.Pattern[str] | None = None
    before_not: re.Pattern[str] | None = None
    after: re.Pattern[str] | None = None
    after_not: re.Pattern[str] | None = None
    needs: re.Pattern[str] | None = None
    without: re.Pattern[str] | None = None

    def allows(self, part: Readable, start: int, end: int) -> bool:
        """Whether the guards let an occurrence pass."""
        if self.title and part.name != "title":
            return False
        if self.printed and not part.printed[start:end].startswith(self.printed):
            return False
        if self.before or self.before_not:
            left = part.norm[max(0, start - 40) : start + 1]
            if (self.before and not self.before.search(left)) or (self.before_not and self.before_not.search(left)):
                return False
        if self.after or self.after_not:
            right = part.norm[end + 1 : end + 60]
            if (self.after and not self.after.match(right)) or (self.after_not and self.after_not.match(right)):
                return False
        if self.needs or self.without:
            around = part.sentence(start)
            if (self.needs and not self.needs.search(around)) or (self.without and self.without.search(around)):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Hit:
    """An occurrence of an entry: `start` and `end` in code points of the field."""

    entry: Entry
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Organisation:
    """A known organisation: its usual name, its kind, and the forms it is written in."""

    id: str
    name: str
    kind: str


@dataclass(frozen=True, eq=False)
class Lexicon:
    """All word lists, ready to search. `digest` changes when any of them changes."""

    digest: str
    automaton: Any
    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    glossary: Mapping[str, str] = field(default_factory=dict)

    def find(self, part: Readable) -> list[Hit]:
        """The hits of a field, in the order of the text, the longest of each tag where they overlap."""
        norm = part.norm
        best: dict[str, list[Hit]] = {}
        for last, entries in self.automaton.iter(norm):
            for entry in entries:
                end = last if entry.prefix else last - 1
                start = end - len(entry.words)
                if entry.prefix:
                    end = norm.index(" ", last) - 1
                if entry.allows(part, start, end):
                    _keep_longest(best.setdefault(entry.tag, []), Hit(entry, start, end))
        hits = [hit for found in best.values() for hit in found if hit.entry.weight > 0]
        return sorted(hits, key=lambda hit: (hit.start, hit.entry.tag))


def _keep_longest(found: list[Hit], new: Hit) -> None:
    """Add a hit unless a longer one covers it; drop those that it covers. Hits come ordered by where they end."""
    while found and found[-1].end > new.start:
        old = found[-1]
        if old.end - old.start >= new.end - new.start:
            return
        found.pop()
    found.append(new)


@lru_cache(maxsize=4)
def load(folder: Path | None = None) -> Lexicon:
    """The bundled lists, with those of `folder` (`PUTUTU_LEXICON_DIR`) added.

    Raises InputError naming the file and the place of what cannot be used.
    """
    sources = [(entry.name, entry.read_text("utf-8")) for entry in _toml(files("enrich.lexicon").iterdir())]
    if folder is not None:
        if not folder.is_dir():
            raise InputError(f"The folder of word lists {folder} does not exist.", "PUTUTU_LEXICON_DIR names it.")
        sources += [(str(path), _read(path)) for path in _toml(folder.iterdir())]
    entries: list[Entry] = []
    organisations: dict[str, Organisation] = {}
    glossary: dict[str, str] = {}
    for name, text in sources:
        _File(name, text, entries, organisations, glossary).read()
    digest = hashlib.sha256(json.dumps([text for _, text in sources]).encode()).hexdigest()[:16]
    return Lexicon(digest, _automaton(entries), organisations, glossary)


def _toml(paths: Iterable[Any]) -> list[Any]:
    return sorted((path for path in paths if path.name.endswith(".toml")), key=lambda path: path.name)


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8")
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


@dataclass(frozen=True, slots=True)
class _File:
    """One file being read into the lists."""

    name: str
    text: str
    entries: list[Entry]
    organisations: dict[str, Organisation]
    glossary: dict[str, str]

    def read(self) -> None:
        try:
            data = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{self.name}: {error}.", "Mend the TOML there.") from error
        unknown = sorted(set(data) - {"tag", "terms", "organisations", "glossary"})
        if unknown:
            raise self._error(
                "", f"{unknown[0]!r} is not known", "A file holds tag, [[terms]], [[organisations]] and [glossary]."
            )
        for number, term in enumerate(data.get("terms", ()), 1):
            self.entries.extend(self._term(term, data.get("tag"), f"term {number}"))
        for number, item in enumerate(data.get("organisations", ()), 1):
            self.entries.extend(self._organisation(item, f"organisation {number}"))
        for spanish, english in data.get("glossary", {}).items():
            if not isinstance(english, str) or not english.strip():
                raise self._error(f"glossary {spanish!r}", "needs an English text", "Write it as a string.")
            self.glossary[" ".join(spanish.lower().split())] = english

    def _error(self, place: str, reason: str, mend: str) -> InputError:
        return InputError(f"{self.name}{', ' + place if place else ''}: {reason}.", mend)

    def _words(self, item: Any, place: str, keys: set[str]) -> list[str]:
        if not isinstance(item, dict):
            raise self._error(place, "is no table", "Write [[terms]] above its keys.")
        unknown = sorted(set(item) - keys)
        if unknown:
            raise self._error(place, f"{unknown[0]!r} is not known", f"Known keys: {', '.join(sorted(keys))}.")
        words = item.get("words")
        if (
            not isinstance(words, list)
            or not words
            or not all(isinstance(word, str) and word.strip() for word in words)
        ):
            raise self._error(place, "`words` must be a list of texts", 'Write words = ["..."].')
        return list(words)

    def _term(self, item: Any, tag: str | None, place: str) -> Iterator[Entry]:
        words = self._words(item, place, _TERM_KEYS)
        place = f"{place} ({words[0]})"
        tag = self._tag(item.get("tag", tag), place)
        weight = item.get("weight", 1.0)
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight <= 1:
            raise self._error(place, f"weight {weight!r} is no number from 0 to 1", "Give one, e.g. 0.5.")
        guards = {key: self._guard(item[key], key, place) for key in item if key in _GUARDS}
        for form in itertools.chain.from_iterable(map(alternatives, words)):
            yield self._entry(
                form,
                place,
                tag=tag,
                detail=item.get("detail"),
                weight=float(weight),
                title=bool(item.get("title")),
                printed=bool(item.get("printed")),
                **guards,
            )

    def _entry(self, form: str, place: str, *, printed: bool, **values: Any) -> Entry:
        prefix = form.endswith("*")
        key = _key(form)
        if not key or "*" in form[:-1]:
            raise self._error(
                place, f"{form!r} cannot be searched", "It needs a letter or digit, and * only at its end."
            )
        shown = " ".join(form.rstrip("*").lower().split()) if printed else None
        return Entry(words=key, prefix=prefix, printed=shown, **values)

    def _tag(self, tag: Any, place: str) -> str:
        kind, _, name = str(tag).partition(".")
        known = {"topic": TOPICS, "sector": SECTORS}.get(kind)
        if kind not in _KINDS or not name or (known and name not in known):
            names = f" Names: {', '.join(known)}." if known else ""
            raise self._error(
                place, f"tag {tag!r} is not known", f"A tag is one of {', '.join(k + '.NAME' for k in _KINDS)}.{names}"
            )
        return str(tag)

    def _guard(self, words: Any, key: str, place: str) -> re.Pattern[str]:
        if not isinstance(words, list) or not words or not all(isinstance(word, str) and _key(word) for word in words):
            raise self._error(place, f"`{key}` must be a list of words", f'Write {key} = ["..."].')
        pattern = "|".join(_guard_pattern(form) for word in words for form in alternatives(word, inner=False))
        return re.compile(_GUARDS[key].format(pattern))

    def _organisation(self, item: Any, place: str) -> Iterator[Entry]:
        words = self._words(item, place, _ORGANISATION_KEYS)
        kind, name = item.get("kind"), item.get("name", words[0])
        place = f"{place} ({name})"
        if kind not in _ORGANISATION_KINDS:
            raise self._error(place, f"kind {kind!r} is not known", f"Kinds: {', '.join(_ORGANISATION_KINDS)}.")
        id = item.get("id") or _NO_WORD.sub("-", fold(name)).strip("-")
        self.organisations[id] = Organisation(id, name, kind)
        needs = self._guard(item["needs"], "needs", place) if "needs" in item else None
        for form in itertools.chain.from_iterable(map(alternatives, words)):
            yield self._entry(form, place, tag=f"organisation.{id}", detail=kind, printed=False, needs=needs)


_ENDINGS = ("", "s", "es", "o", "a", "os", "as")

_GUARDS = {
    "before": r" (?:{}) +$",
    "before_not": r" (?:{}) +$",
    "after": r" *(?:{})(?= )",
    "after_not": r" *(?:{})(?= |$)",
    "needs": r" (?:{}) ",
    "without": r" (?:{}) ",
}


def _key(form: str) -> str:
    return " ".join(_NO_WORD.sub(" ", fold(form)).split())


def _guard_pattern(form: str) -> str:
    return " ".join(
        re.escape(_key(word)) + (r"\w*" if word.endswith("*") else "") for word in form.split() if _key(word)
    )


def alternatives(form: str, *, inner: bool = True) -> Iterator[str]:
    """Expand `(a|b)` groups: `un (paro|bloqueo)` gives `un paro`, `un bloqueo`; an empty alternative drops the word.

    With `inner`, a * that is not at the end stands for the endings of gender and number: `carta* extorsiva*`.
    """
    group = _GROUP.search(form)
    if group is not None:
        for choice in group[1].split("|"):
            yield from alternatives(form[: group.start()] + choice + form[group.end() :], inner=inner)
        return
    form = " ".join(form.split())
    star = form.find("*") if inner else -1
    if star < 0 or star == len(form) - 1:
        yield form
        return
    for ending in _ENDINGS:
        yield from alternatives(form[:star] + ending + form[star + 1 :])
