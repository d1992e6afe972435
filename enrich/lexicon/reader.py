"""Reads one file of word lists, strictly: whatever is not understood is an error that names the file and the place."""

import dataclasses
import itertools
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.document import SECTOR_ROLES, SECTORS, SUBTYPES, TOPICS
from core.errors import InputError
from core.text import fold
from enrich.lexicon.entries import Company, Entry, Organisation, Sense
from enrich.lexicon.words import Words

_MOST_FORMS = 20_000
_LONGEST = 1_000  # characters of a word with all its alternatives
_SWITCHES = ("title", "common", "proper", "printed")
_KINDS = ("topic", "sector", "context", "organisation")
_TERM_KEYS = {
    "words",
    "tag",
    "detail",
    "weight",
    "printed",
    "title",
    "common",
    "proper",
    *(k for g in ("before", "after") for k in (g, g + "_not")),
    "needs",
    "needs_too",
    "without",
    "around",
    "around_too",
    "around_not",
}
_PARTS = {"tag", "terms", "organisations", "people", "classes", "glossary", "vocabulary"}
_ORGANISATION_KEYS = {"name", "kind", "words", "id", "printed", "needs"}
_PERSON_KEYS = {"name", "words", "id", "needs"}
_ORGANISATION_KINDS = ("gang", "institution", "guild", "company", "party", "other")
_NO_WORD = re.compile(r"[\W_]+")
_PATTERN = re.compile(r"[\\\[\]{}^]|\.[*+]|\)[+?]")
_SIGNS = {"\\": "a backslash"}
_GROUP = re.compile(r"\(([^()]*)\)")


class Classes:
    """Named groups of words that guards of any file may ask for as `@name`. A class may hold another one of an earlier file or line."""

    def __init__(self) -> None:
        self._forms: dict[str, list[str]] = {}

    def add(self, file: "ListFile") -> None:
        """The classes of a file; words are added to a class that is there already."""
        for name, words in file.table("classes").items():
            self._forms.setdefault(name, []).extend(self.forms(words, file, f"class {name}"))

    def forms(self, words: Any, file: "ListFile", place: str) -> list[str]:
        """Folded forms of a list of words, the classes among them opened. Raises InputError."""
        if not isinstance(words, list) or not words or not all(isinstance(word, str) and _key(word) for word in words):
            raise file.error(place, "must be a list of words", 'Write ["...", "..."].')
        file.refuse_patterns(words, place)
        return [form for word in words for form in file.few(word, self._open(word, file, place), place)]

    def _open(self, word: str, file: "ListFile", place: str) -> Iterator[str]:
        if word.startswith("@"):
            if word[1:] not in self._forms:
                raise file.error(place, f"the class {word!r} is not known", f"Known: {', '.join(sorted(self._forms))}.")
            yield from self._forms[word[1:]]
            return
        for form in alternatives(word, inner=False):
            kept = [_key(part) + "*" * part.endswith("*") for part in form.split() if _key(part)]
            yield " ".join(kept)


@dataclass(frozen=True, slots=True)
class ListFile:
    """One file being read into the lists."""

    name: str
    data: dict[str, Any]
    entries: list[Entry]
    organisations: dict[str, Organisation]
    glossary: dict[str, Sense]

    @classmethod
    def parsed(
        cls,
        name: str,
        text: str,
        entries: list[Entry],
        organisations: dict[str, Organisation],
        glossary: dict[str, Sense],
    ) -> "ListFile":
        """A file whose TOML can be read. Raises InputError naming the line."""
        try:
            file = cls(name, tomllib.loads(text), entries, organisations, glossary)
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"{name}: {error}.", "Mend the TOML there.") from error
        unknown = sorted(set(file.data) - _PARTS)
        if unknown:
            mend = "A file holds tag, [[terms]], [[organisations]], [[people]], [classes], [glossary] and [vocabulary]."
            raise file.error("", f"{unknown[0]!r} is not known", mend)
        return file

    def read(self, classes: Classes) -> None:
        """Add what the file holds to the lists. Raises InputError naming the file and the place."""
        for number, term in enumerate(self.data.get("terms", ()), 1):
            self.entries.extend(self._term(term, self.data.get("tag"), f"term {number}", classes))
        for number, item in enumerate(self.data.get("organisations", ()), 1):
            self.entries.extend(self._organisation(item, f"organisation {number}", classes))
        for number, item in enumerate(self.data.get("people", ()), 1):
            self.entries.extend(self._known(item, f"person {number}", classes, "person", "official"))
        for table in ("vocabulary", "glossary"):
            for spanish, english in self.table(table).items():
                sense = dataclasses.replace(self._sense(english, f"{table} {spanish!r}"), plain=table == "vocabulary")
                self.glossary[" ".join(spanish.lower().split())] = sense

    def table(self, name: str) -> dict[str, Any]:
        """One of the file's tables of names. Raises InputError where something else stands there."""
        found = self.data.get(name, {})
        if not isinstance(found, dict):
            raise self.error(name, "is no table", f"Write [{name}] above its lines.")
        return found

    def _sense(self, given: Any, place: str) -> Sense:
        """`"English"`, or `{english = "...", unless = [words of the sentence], instead = "..."}`."""
        values = given if isinstance(given, dict) else {"english": given}
        english, unless, instead = values.get("english"), values.get("unless", []), values.get("instead", "")
        if not isinstance(english, str) or not english.strip() or not isinstance(instead, str):
            raise self.error(place, "needs an English text", "Write it as a string.")
        if set(values) - {"english", "unless", "instead"} or not isinstance(unless, list):
            raise self.error(
                place, "cannot be read", 'Write {english = "...", unless = ["word", ...], instead = "..."}.'
            )
        return Sense(english, Words.of(fold(str(word)) for word in unless) if unless else None, instead)

    def error(self, place: str, reason: str, mend: str) -> InputError:
        return InputError(f"{self.name}{', ' + place if place else ''}: {reason}.", mend)

    def _words(self, item: Any, place: str, keys: set[str]) -> list[str]:
        if not isinstance(item, dict):
            raise self.error(place, "is no table", "Write [[terms]] above its keys.")
        unknown = sorted(set(item) - keys)
        if unknown:
            raise self.error(place, f"{unknown[0]!r} is not known", f"Known keys: {', '.join(sorted(keys))}.")
        words = item.get("words")
        if (
            not isinstance(words, list)
            or not words
            or not all(isinstance(word, str) and word.strip() for word in words)
        ):
            raise self.error(place, "`words` must be a list of texts", 'Write words = ["..."].')
        self.refuse_patterns(words, place)
        return list(words)

    def refuse_patterns(self, words: list[str], place: str) -> None:
        """Raise InputError for a word that is a regular expression, which is read as letters and never matches, or is too long."""
        mend = "Words are no regular expressions: write (a|b) for alternatives, * at the end for any ending."
        for word in words:
            if len(word) > _LONGEST:
                raise self.error(
                    place, f"{word[:40]!r}... is longer than {_LONGEST:,} characters", "Write it as several."
                )
            if wrong := _PATTERN.search(word):
                raise self.error(place, f"{word[:60]!r} holds {_SIGNS.get(wrong[0], repr(wrong[0]))}", mend)
            rest = word
            while (less := _GROUP.sub("", rest)) != rest:
                rest = less
            if set("()|") & set(rest):
                raise self.error(
                    place, f"the parentheses of {word[:60]!r} do not close", "Write alternatives as (a|b)."
                )

    def _term(self, item: Any, tag: str | None, place: str, classes: Classes) -> Iterator[Entry]:
        words = self._words(item, place, _TERM_KEYS)
        place = f"{place} ({words[0]})"
        tag = self._tag(item.get("tag", tag), place)
        weight = item.get("weight", 1.0)
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not 0 <= weight <= 1:
            raise self.error(place, f"weight {weight!r} is no number from 0 to 1", "Give one, e.g. 0.5.")
        detail = self._detail(item.get("detail"), tag, place)
        for key in _SWITCHES:
            if not isinstance(item.get(key, False), bool):
                raise self.error(place, f"`{key}` is {item[key]!r}", "Write true or false.")
        asked = {
            key: classes.forms(item[key], self, f"{place}, `{key}`") for key in item if key in (*_BESIDE, *_COMPANY)
        }
        beside = {key: _beside(key, forms) for key, forms in asked.items() if key in _BESIDE}
        company = _company(asked)
        for form in self._forms(words, place, classes):
            yield self._entry(
                form,
                place,
                tag=tag,
                detail=detail,
                weight=float(weight),
                title=bool(item.get("title")),
                common=bool(item.get("common")),
                proper=bool(item.get("proper")),
                printed=bool(item.get("printed")),
                company=company,
                **beside,
            )

    def _forms(self, words: list[str], place: str, classes: Classes) -> Iterator[str]:
        for word in words:
            if word.startswith("@"):
                yield from classes.forms([word], self, place)
                continue
            yield from self.few(word, alternatives(word), place)

    def few(self, word: str, forms: Iterator[str], place: str) -> list[str]:
        """The forms of a word. Raises InputError where they are too many."""
        found = list(itertools.islice(forms, _MOST_FORMS + 1))
        if len(found) > _MOST_FORMS:
            raise self.error(
                place[:80], f"{word[:40]!r}... stands for more than {_MOST_FORMS:,} forms", "Write it as several."
            )
        return found

    def _entry(self, form: str, place: str, *, printed: bool, **values: Any) -> Entry:
        prefix = form.endswith("*")
        key = _key(form)
        if not key or "*" in form[:-1]:
            raise self.error(
                place, f"{form!r} cannot be searched", "It needs a letter or digit, and * only at its end."
            )
        shown = " ".join(form.rstrip("*").lower().split()) if printed else None
        return Entry(words=key, prefix=prefix, printed=shown, **values)

    def _tag(self, tag: Any, place: str) -> str:
        kind, _, name = str(tag).partition(".")
        known = {"topic": TOPICS, "sector": SECTORS}.get(kind)
        if kind not in _KINDS or not name or (known and name not in known):
            names = f" Names: {', '.join(known)}." if known else ""
            raise self.error(
                place, f"tag {tag!r} is not known", f"A tag is one of {', '.join(k + '.NAME' for k in _KINDS)}.{names}"
            )
        return str(tag)

    def _detail(self, detail: Any, tag: str, place: str) -> str | None:
        kind, _, name = tag.partition(".")
        known = {"topic": SUBTYPES.get(name, ()), "sector": SECTOR_ROLES}.get(kind)
        if detail is not None and (not isinstance(detail, str) or (known is not None and detail not in known)):
            mend = f"Known: {', '.join(known)}." if known else "Write it as a text."
            raise self.error(place, f"`detail` {detail!r} cannot be said of {tag}", mend)
        return detail

    def _organisation(self, item: Any, place: str, classes: Classes) -> Iterator[Entry]:
        kind = item.get("kind") if isinstance(item, dict) else None
        if isinstance(item, dict) and kind not in _ORGANISATION_KINDS:
            name = item.get("name", "")
            raise self.error(
                f"{place} ({name})", f"kind {kind!r} is not known", f"Kinds: {', '.join(_ORGANISATION_KINDS)}."
            )
        yield from self._known(item, place, classes, "organisation", str(kind))

    def _known(self, item: Any, place: str, classes: Classes, type: str, kind: str) -> Iterator[Entry]:
        """The forms of an organisation, or of a public figure."""
        words = self._words(item, place, _ORGANISATION_KEYS if type == "organisation" else _PERSON_KEYS)
        for key in ("name", "id"):
            if not isinstance(item.get(key, "-"), str) or not slug(item.get(key, "a")):
                raise self.error(place, f"`{key}` {item[key]!r} is no text with letters", 'Write "...".')
        name = item.get("name", words[0])
        place = f"{place} ({name})"
        id = item.get("id") or slug(name)
        self.organisations[id] = Organisation(id, name, kind)
        company = _company(
            {"needs": classes.forms(item["needs"], self, f"{place}, `needs`")} if "needs" in item else {}
        )
        for form in self._forms(words, place, classes):
            yield self._entry(form, place, tag=f"{type}.{id}", detail=kind, printed=False, company=company)


def slug(name: str) -> str:
    """A name as an id: `Los Pulpos` -> `los-pulpos`."""
    return _NO_WORD.sub("-", fold(name)).strip("-")


_ENDINGS = ("", "s", "es", "o", "a", "os", "as")

_BESIDE = {
    "before": r" (?:{}) +$",
    "before_not": r" (?:{}) +$",
    "after": r" *(?:{})(?= )",
    "after_not": r" *(?:{})(?= |$)",
}
_COMPANY = ("needs", "needs_too", "without", "around", "around_too", "around_not")


def _beside(key: str, forms: list[str]) -> re.Pattern[str]:
    """A guard of the words directly before or after."""
    return re.compile(_BESIDE[key].format("|".join(_pattern(form) for form in dict.fromkeys(forms))))


def _pattern(form: str) -> str:
    return " +".join(re.escape(word.rstrip("*")) + (r"\w*" if word.endswith("*") else "") for word in form.split())


def _company(asked: dict[str, list[str]]) -> Company | None:
    """The guards of the sentence."""
    found = {key: Words.of(asked[key]) for key in _COMPANY if key in asked}
    return Company(**found) if found else None


def _key(form: str) -> str:
    return " ".join(_NO_WORD.sub(" ", fold(form)).split())


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
