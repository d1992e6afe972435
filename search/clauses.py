"""One clause of a query, as luqum's grammar read it: a word, a phrase, a pattern, a value, a range of days -> our node.

What cannot be meant, and what would cost an engine more than it gives, is an error with its character and the mend.
"""

import re
from dataclasses import dataclass
from typing import Any

from luqum import tree

from core.errors import QueryError
from core.terms import LONGEST, analyse, fold_word
from core.text import clean
from search import near
from search.analysed import VALUE_LENGTH, key
from search.nodes import DAY_FIELDS, TAG_FIELDS, All, Fuzzy, Node, Phrase, Prefix, Range, Tag, Wildcard, Word, span

ARRANGEMENTS = 5_000  # of all near-queries of a query together: half a second of Elasticsearch where they repeat words
PATTERNS = 100  # prefixes, wildcards and fuzzy words: each is an automaton for every field it is asked of
PHRASE = 200  # words
STARS, MARKS = 4, 2  # of a wildcard; with a third `?` after a `*`, automata of both engines outgrow their limits
LETTER = re.compile(r"[^\W_ºª]")
PATTERN = re.compile(r"(?:[^\W_ºª]|[*?])+")


@dataclass(slots=True)
class Budget:
    """What a query may still ask of the engines."""

    arrangements: int = ARRANGEMENTS
    patterns: int = PATTERNS

    def arrange(self, number: int, position: int | None) -> None:
        """Take the arrangements of one near-query."""
        self.arrangements -= number
        if self.arrangements < 0:
            raise QueryError(
                f"The near-queries together have more than {ARRANGEMENTS:,} arrangements.",
                "Give smaller distances, or ask in several queries.",
                position,
            )

    def shape(self, position: int | None) -> None:
        """Take one pattern."""
        self.patterns -= 1
        if self.patterns < 0:
            raise QueryError(
                f"The query has more than {PATTERNS} words with *, ? or ~.", "Ask it in several queries.", position
            )


@dataclass(frozen=True, slots=True)
class Within:
    """Where a part of the query stands: the field it is asked of, and whether of word forms only. `mending`: it is read once
    more, to show how it would be written."""

    budget: Budget
    field: str = ""
    exact: bool = False
    mending: bool = False


def word(item: Any, within: Within) -> Node | None:
    """A bare word or value; None where it has no letter or digit."""
    text, wild = _unescape(item.value)
    text = clean(text).strip()
    if within.field in DAY_FIELDS:
        return Range(within.field, None, None) if text == "*" else _days(text, within.field, item.pos)
    if wild:
        return _pattern(text, within, item.pos)
    if within.field in TAG_FIELDS:
        return _tag(text, within.field, item.pos)
    return _terms(text, within, position=item.pos)


def phrase(item: Any, within: Within, slop: int = 0) -> Node | None:
    """What stands in quotes, with its distance."""
    text = clean(re.sub(r"\\(.)", r"\1", item.value[1:-1], flags=re.S))
    if within.field in (*DAY_FIELDS, *TAG_FIELDS) and slop:
        raise QueryError(f"{within.field}: takes no distance.", "Leave ~ out.", item.pos)
    if within.field in DAY_FIELDS:
        return _days(text.strip(), within.field, item.pos)
    if within.field in TAG_FIELDS:
        return _tag(text, within.field, item.pos)
    if re.search(r"[^\W_]\*", re.sub(r"\\.", "", item.value, flags=re.S)):
        raise QueryError(
            "A prefix cannot stand inside quotes.", 'Write it beside the phrase: "..." AND word*', item.pos
        )
    return _terms(text, within, slop, item.pos)


def fuzzy(item: Any, within: Within) -> Node | None:
    """A word or value with so many edits."""
    text, wild = _unescape(item.term.value)
    text = clean(text).strip()
    if within.field in DAY_FIELDS or wild:
        raise QueryError("~ after a word takes no date, * or ?.", "Leave ~ out.", item.pos)
    tag = within.field in TAG_FIELDS
    words = [" ".join(text.split())] if tag else [text[term.start : term.end] for term in analyse(text, "es")]
    if not words:
        return None
    if len(words) > 1:
        raise QueryError("~ after a word takes one word.", 'For near words write "..."~n.', item.pos)
    size = len(key(words[0]) if tag else fold_word(words[0]))
    whole = item.degree == int(item.degree)  # luqum writes a half where no number stands
    distance = int(item.degree) if whole else 2 if size >= 5 else 1
    if distance > 2:
        raise QueryError("A word may be at most 2 edits away.", "Write ~1 or ~2.", item.pos)
    if distance and size < 2 * distance + 1:
        raise QueryError(f"{words[0]!r} is too short for ~{distance}.", "~1 needs 3 letters, ~2 needs 5.", item.pos)
    if distance == 0:
        return Tag(within.field, words[0]) if tag else Word(within.field, words[0], True)
    within.budget.shape(item.pos)
    return Fuzzy(within.field, words[0], distance)


def days(item: Any, within: Within) -> Range:
    """A range of days, with brackets or a comparison."""
    if within.field not in DAY_FIELDS:
        reason = f"{within.field}: takes no range." if within.field else "Only a field can take a range."
        raise QueryError(reason, "date: and seen: take ranges of days.", item.pos)
    if isinstance(item, tree.Range):
        low, high = _bound(item.low), _bound(item.high)
        found = Range(within.field, low, high, bool(item.include_low) or not low, bool(item.include_high) or not high)
    elif isinstance(item, tree.From):
        low = _bound(item.a)
        found = Range(within.field, low, None, bool(item.include) or not low, True)
    else:
        high = _bound(item.a)
        found = Range(within.field, None, high, True, bool(item.include) or not high)
    try:
        low_day, high_day = found.days()
    except (ValueError, OverflowError) as error:
        raise _no_day(item.pos) from error
    if low_day and high_day and low_day > high_day:
        raise QueryError("The range ends before it begins.", "Swap its ends.", item.pos)
    return found


def _terms(text: str, within: Within, slop: int = 0, position: int | None = None) -> Node | None:
    """A word, a phrase where the text has several terms, None where it has none."""
    words = [text[term.start : term.end] for term in analyse(text, "es")]
    if not words:
        return None
    if len(words) == 1:
        return Word(within.field, words[0], within.exact)
    if len(words) > PHRASE:
        raise QueryError(f"The phrase has {len(words)} words, more than {PHRASE}.", "Shorten it.", position)
    if slop:
        if near.count(len(words), slop) > near.LIMIT:
            largest = near.largest(len(words))
            told = f"The largest distance for {len(words)} words is ~{largest}." if largest else "Leave the ~ out."
            raise QueryError(f"Near-words this far apart have more than {near.LIMIT:,} arrangements.", told, position)
        within.budget.arrange(near.count(len(words), slop), position)
    return Phrase(within.field, " ".join(words), slop, within.exact)


def _tag(text: str, name: str, position: int) -> Tag:
    value = " ".join(text.split())
    if not value:
        raise QueryError(f"{name}: has no value.", f"Give one, or {name}:* for any.", position)
    return Tag(name, value)


def _pattern(text: str, within: Within, position: int) -> Node | None:
    """A prefix, a wildcard, or every document for `*` alone."""
    text = re.sub(r"\*+", "*", " ".join(text.split()))
    if within.field in TAG_FIELDS:
        return _shaped(text, within, position, VALUE_LENGTH)
    if not LETTER.search(text):
        if "*" in text and within.field == "" and not within.exact:
            return All()
        if "*" not in text:
            return None
        raise QueryError("* alone is no word.", "Give at least one letter or digit.", position)
    text = re.sub(r"^(?:[\W_ºª](?<![*?]))+|(?:[\W_ºª](?<![*?]))+$", "", text)
    if not PATTERN.fullmatch(text):
        raise QueryError("A word with * or ? must be one word of letters and digits.", "Split it in words.", position)
    return _shaped(text, within, position, LONGEST)


def _shaped(text: str, within: Within, position: int, longest: int) -> Node:
    """A prefix or a wildcard, if no engine chokes on it."""
    within.budget.shape(position)
    if len(text) > longest:
        raise QueryError(
            f"A word with * or ? may have {longest} characters, this has {len(text)}.", "Shorten it.", position
        )
    if text[:-1] and text[-1] == "*" and not set(text[:-1]) & set("*?"):
        return Prefix(within.field, text[:-1])
    star = text.find("*")
    if text.count("*") > STARS or (star >= 0 and text.count("?", star) > MARKS):
        raise QueryError(
            f"A word takes at most {STARS} *, and at most {MARKS} ? after a *.", "Write more of its letters.", position
        )
    if len(text) > LONGEST:
        raise QueryError(
            f"A value with ? or several * may have {LONGEST} characters, this has {len(text)}.",
            "Shorten it.",
            position,
        )
    return Wildcard(within.field, text)


def _bound(item: Any) -> str | None:
    text = item.value[1:-1] if isinstance(item, tree.Phrase) else _unescape(item.value)[0]
    text = text.strip()
    return None if text == "*" else text


def _days(text: str, name: str, position: int) -> Range:
    try:
        span(text)
    except ValueError as error:
        raise _no_day(position) from error
    return Range(name, text, text)


def _no_day(position: int | None) -> QueryError:
    return QueryError("That is no day.", "Days are written YYYY-MM-DD, months YYYY-MM, years YYYY.", position)


def _unescape(raw: str) -> tuple[str, bool]:
    """The text without its backslashes, and whether a `*` or `?` stands in it unescaped."""
    wild = bool(re.search(r"[*?]", re.sub(r"\\.", "", raw, flags=re.S)))
    return re.sub(r"\\(.)", r"\1", raw, flags=re.S), wild
