"""Reads one file of word lists, strictly: whatever is not understood is an error that names the file and the place."""

import itertools
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from core.document import SECTORS, TOPICS
from core.errors import InputError
from core.text import fold
from enrich.lexicon.entries import Entry, Organisation

_MOST_FORMS = 20_000
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
    "needs_too",
    "without",
}
_ORGANISATION_KEYS = {"name", "kind", "words", "id", "printed", "needs"}
_ORGANISATION_KINDS = ("gang", "institution", "guild", "company", "party", "other")
_NO_WORD = re.compile(r"[\W_]+")
_GROUP = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class ListFile:
    """One file being read into the lists."""

    name: str
    text: str
    entries: list[Entry]
    organisations: dict[str, Organisation]
    glossary: dict[str, str]

    def read(self) -> None:
        """Add what the file holds to the lists. Raises InputError naming the file and the place."""
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
        for form in self._forms(words, place):
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

    def _forms(self, words: list[str], place: str) -> Iterator[str]:
        for word in words:
            forms = list(itertools.islice(alternatives(word), _MOST_FORMS + 1))
            if len(forms) > _MOST_FORMS:
                raise self._error(
                    place, f"{word[:40]!r}... stands for more than {_MOST_FORMS:,} forms", "Write it as several."
                )
            yield from forms

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
        for form in self._forms(words, place):
            yield self._entry(form, place, tag=f"organisation.{id}", detail=kind, printed=False, needs=needs)


_ENDINGS = ("", "s", "es", "o", "a", "os", "as")

_GUARDS = {
    "before": r" (?:{}) +$",
    "before_not": r" (?:{}) +$",
    "after": r" *(?:{})(?= )",
    "after_not": r" *(?:{})(?= |$)",
    "needs": r" (?:{}) ",
    "needs_too": r" (?:{}) ",
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
