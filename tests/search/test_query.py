"""The query language: precedence, places of errors, printing and parsing back."""

import re
import time
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import QueryError
from core.text import clean
from search import near
from search.nodes import (
    TAG_FIELDS,
    TEXT_FIELDS,
    All,
    And,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Range,
    Tag,
    Wildcard,
    Word,
    both,
    depth,
    either,
    is_negative,
)
from search.query import everything, parse


def w(text: str) -> Word:
    return Word("", text)


A, B, C = w("alfa"), w("beta"), w("gama")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("alfa beta OR gama", And((A, Or((B, C))))),
        ("alfa OR beta gama", And((Or((A, B)), C))),
        ("alfa OR beta -gama", And((Or((A, B)), Not(C)))),
        ("alfa OR beta NOT gama", And((Or((A, B)), Not(C)))),
        ("alfa OR beta AND gama", Or((A, And((B, C))))),
        ("alfa AND beta OR gama", Or((And((A, B)), C))),
        ("alfa AND NOT beta", And((A, Not(B)))),
        ("alfa -beta", And((A, Not(B)))),
        ("NOT alfa AND beta", And((Not(A), B))),
        ("NOT (alfa beta) gama", And((Not(And((A, B))), C))),
        ("+alfa +beta", And((A, B))),
        ("alfa && beta || gama", Or((And((A, B)), C))),
        ("(alfa OR beta) AND gama", And((Or((A, B)), C))),
        ("alfa and beta", And((A, w("and"), B))),
        ('"alfa beta"', Phrase("", "alfa beta")),
        ("“alfa beta”", Phrase("", "alfa beta")),
        ("«alfa beta»", Phrase("", "alfa beta")),
        ('"alfa beta"~5', Phrase("", "alfa beta", 5)),
        ("extors*", Prefix("", "extors")),
        ("ex*ión", Wildcard("", "ex*ión")),
        ("par?", Wildcard("", "par?")),
        ("castilo~1", Fuzzy("", "castilo", 1)),
        ("castilo~", Fuzzy("", "castilo", 2)),
        ("paro~", Fuzzy("", "paro", 1)),
        ("paro~0", Word("", "paro", True)),
        ("exact:paro", Word("", "paro", True)),
        ('exact:"paro nacional"', Phrase("", "paro nacional", 0, True)),
        ("title:exact:paro", Word("title", "paro", True)),
        ("title:paro", Word("title", "paro")),
        ("title: paro", Word("title", "paro")),
        ("Title:paro", Word("title", "paro")),
        ("title:(alfa OR beta)", Or((Word("title", "alfa"), Word("title", "beta")))),
        ("title:alfa beta", And((Word("title", "alfa"), B))),
        ("source:(uno OR dos)", Or((Tag("source", "uno"), Tag("source", "dos")))),
        ('place:"San Juan"', Tag("place", "San Juan")),
        ("place:*", Wildcard("place", "*")),
        ("place:san*", Prefix("place", "san")),
        ("date:[2024-10-01 TO 2024-10-31]", Range("date", "2024-10-01", "2024-10-31")),
        ("date:{2024-10-01 TO 2024-10-31}", Range("date", "2024-10-01", "2024-10-31", False, False)),
        ("date:[2024-10-01 TO *]", Range("date", "2024-10-01", None)),
        ("date:>=2024-10", Range("date", "2024-10", None)),
        ("date:<2024-10", Range("date", None, "2024-10", True, False)),
        ("date:2024-10", Range("date", "2024-10", "2024-10")),
        ("seen:2024", Range("seen", "2024", "2024")),
        ("date:*", Range("date", None, None)),
        ("*", All()),
        ("* -alfa", And((All(), Not(A)))),
        ("* alfa", A),
        # words of several terms, and of none
        ("EE.UU.", Phrase("", "EE UU")),
        ("1.500", Phrase("", "1 500")),
        ("D'Onofrio", Phrase("", "D Onofrio")),
        ("km/h", Phrase("", "km h")),
        ("/alfa/", A),
        ("¿alfa", A),
        ("¡alfa!", A),
        ("¿alfa?", A),
        ("¿alfa beta?", And((A, B))),
        ("alfa !beta", And((A, Not(B)))),
        ("alfa ! beta", And((A, Not(B)))),
        ("alfa !(beta)", And((A, Not(B)))),
        ("alfa !", A),
        ("/ alfa", A),
        ("alfa - beta", And((A, B))),
        ("alfa — beta", And((A, B))),
        ("[alfa] beta", And((A, B))),
        ("S/ 600", And((w("S"), w("600")))),
        ("alfa AND /", A),
        ("alfa OR ¿", A),
        ("alfa -/", A),
        (r"\AND", w("AND")),
        ('"AND"', w("AND")),
    ],
)
def test_trees(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 0, "empty"),
        ("  ", 0, "empty"),
        ("alfa titel:beta", 5, "Did you mean title?"),
        ("fecha:2024", 0, "Did you mean date?"),
        ("desde:2024", 0, "Did you mean date?"),
        ("titular:alfa", 0, "Did you mean title?"),
        ("diario:alfa", 0, "Did you mean source?"),
        ("alfa 12:30", 5, "quotes"),
        ('alfa "beta', 5, "never closed"),
        ("alfa «beta", 5, "never closed"),
        ("alfa (beta", 5, "never closed"),
        ("alfa) beta", 4, "never opened"),
        ("alfa ()", 5, "nothing"),
        ("alfa OR", 7, "ends too early"),
        ("OR alfa", 0, "cannot stand here"),
        ("alfa AND AND beta", 9, "cannot stand here"),
        ("(alfa OR) beta", 8, "cannot stand here"),
        ("-alfa", 0, "only excludes"),
        ("NOT alfa NOT beta", 0, "only excludes"),
        ("¿ / -", 0, "no word"),
        ("alfa^2", 4, "Weights"),
        ("alfa [2024 TO 2025]", 5, "Only a field can take a range"),
        ('"alfa be"*', 9, "no quote and no parenthesis"),
        ("(alfa OR beta)*", 14, "no quote and no parenthesis"),
        ("alfa ~2", 5, "follows a word"),
        ("(alfa beta)~2", 11, "follows a word"),
        ('"alfa beta"~', 11, "How near"),
        ("alfa~3", 0, "at most 2 edits"),
        ("sol~2", 0, "too short"),
        ("date:ayer", 5, "no day"),
        ("date:2024-13", 5, "no day"),
        ("date:[2024-01 2024-02]", 5, "not complete"),
        ("date:[2024 TO 2023]", 5, "ends before"),
        ("alfa topic:[a TO b]", 11, "no range"),
        ("title:source:x", 6, "inside title"),
        ('title:(alfa OR place:"x")', 15, "inside title"),
        ("exact:source:x", 6, 'inside exact:. Write source:"x"'),
        ("exact:title:Paró", 6, "inside exact:. Write title:exact:Paró"),
        ('exact:text:"paro agrario"', 6, 'Write text:exact:"paro agrario"'),
        ("exact:(a title:(paro OR huelga))", 9, "Write title:exact:paro OR title:exact:huelga"),
        ("title:exact:exact:paro", 12, "Write title:exact:paro"),
        ("title:text:paro", 6, "Put AND between the two."),
        ("exact:*", 6, "alone is no word"),
        ("EE.U*", 0, "one word"),
        ('"alfa bet*"', 0, "inside quotes"),
        ('source:""', 7, "no value"),
        ('source:"a b"~2', 7, "no distance"),
        ("a" * 10_001, 10_000, "more than 10000"),
        ("z (a b) AND (c OR d))", 20, "never opened"),
        ("z -(a OR (b", 9, "never closed"),
        ("https://diario.example/a", 0, "put it in quotes"),
        ("(" * 60 + "a" + ")" * 60, 50, "deeper"),
    ],
)
def test_errors_name_the_place_and_the_mend(text: str, position: int, says: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.position == position
    assert says in str(caught.value)
    assert caught.value.mend


def test_what_is_offered_for_a_query_that_only_excludes_can_be_asked() -> None:
    for text in (
        "NOT paro",
        "-paro OR -huelga",
        "NOT (paro huelga) NOT date:2024",
        "-" + " -".join(f"palabra{n}" for n in range(40)),
    ):
        mend = fails(text).mend
        offered = mend.partition("document: ")[2]
        assert mend.startswith("Add what must occur, or *")
        if offered:
            assert parse(offered) == parse(f"* ({text})")
        else:
            assert len(text) > 80, "cut in the middle it would be no query"


def test_a_near_query_with_too_many_arrangements_names_the_largest_distance() -> None:
    with pytest.raises(QueryError, match="largest distance for 4 words is ~5"):
        parse('"alfa beta gama delta"~6')
    assert parse('"alfa beta gama delta"~5') == Phrase("", "alfa beta gama delta", 5)
    for words in range(2, 8):
        assert near.count(words, near.largest(words)) <= near.LIMIT < near.count(words, near.largest(words) + 1)
        assert len(near.arrangements(words, min(near.largest(words), 8))) <= near.LIMIT


def fails(text: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.mend
    return caught.value


def test_too_many_words_and_too_deep_name_the_place() -> None:
    words = " OR ".join(f"w{n}" for n in range(501))
    error = fails(words)
    assert "more than 500 words" in str(error) and words[error.position :] == "w500"
    assert parse(" ".join(f"title:w{n}" for n in range(500))), "the name of a field is no word"
    assert parse(" ".join(f"date:[20{n % 90:02} TO *]" for n in range(500))), "a range is one value"
    assert fails(" ".join(f"title:w{n}" for n in range(501))).position is not None
    text = "alfa"
    for _ in range(11):
        text = f"beta OR (gama {text})"
    error = fails(text)
    assert "nested deeper" in str(error) and text[error.position :].startswith(("beta", "gama"))


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("x " + " OR ".join('"a b c d"~5' for _ in range(9)), 2 + 7 * 15, "together have more than 5,000"),
        (" ".join(f"ab{n}*" for n in range(101)), None, "more than 100 words with"),
        (" ".join(["paro~1"] * 101), 700, "more than 100 words with"),
        ("z a*b*c*d*e*f", 2, "at most 4 *"),
        ("z *a???", 2, "at most 2 ? after a *"),
        ("z person:a*b*c*d*e*f", 9, "at most 4 *"),
        ("z " + "a" * 65 + "*", 2, "may have 64 characters"),
        ("z person:" + "a" * 201 + "*", 9, "may have 200 characters"),
        ("z person:*" + "a" * 65 + "*", 9, "may have 64 characters"),
        ("z " + ".".join("abcd" for _ in range(201)), 2, "201 words"),
        ('"a b c d e f g h i j k"~1', 0, "Leave the ~ out"),
        ("titel" + "x" * 9_000 + ":a", 0, "..."),
    ],
)
def test_what_would_cost_too_much_names_the_place(text: str, position: int | None, says: str) -> None:
    error = fails(text)
    assert says in str(error) and (position is None or error.position == position)
    assert len(str(error)) < 500, "an error does not repeat all that was typed"


def test_shapes_that_engines_can_take_are_taken() -> None:
    assert parse("a?????????????????b*") == Wildcard("", "a?????????????????b*")
    assert parse("*a*b*c*") == Wildcard("", "*a*b*c*")
    assert parse("*a??b*") == Wildcard("", "*a??b*")
    assert parse("person:" + "a" * 199 + "*") == Prefix("person", "a" * 199)


def test_days_of_months_years_and_exclusive_ends() -> None:
    assert [str(day) for day in Range("date", "2024-02", "2024-02").days()] == ["2024-02-01", "2024-02-29"]
    assert [str(day) for day in Range("date", "2023", "2024", False, False).days()] == ["2024-01-01", "2023-12-31"]
    assert str(Range("date", "2024-10", None, False).days()[0]) == "2024-11-01"


def test_filters_alone() -> None:
    assert everything() == All()
    assert both(everything(), Tag("source", "uno")) == Tag("source", "uno")
    assert both(everything(), Not(A)) == And((All(), Not(A)))


NAMES = st.sampled_from(["alfa", "Ñaña", "AND", "año", "x9", "TO", "paró", "1"])
TEXTS = st.sampled_from(["", *TEXT_FIELDS])
VALUES = st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), min_size=1, max_size=12).map(
    lambda text: " ".join(clean(text).split())
)
LONG = st.sampled_from(["alfas", "ñandúes", "paros"])
LEAF = st.one_of(
    st.builds(Word, TEXTS, NAMES, st.booleans()),
    st.builds(lambda f, a, b, n, e: Phrase(f, f"{a} {b}", n, e), TEXTS, NAMES, NAMES, st.integers(0, 9), st.booleans()),
    st.builds(Prefix, TEXTS, NAMES),
    st.builds(lambda f, a, b: Wildcard(f, f"{a}*{b}?"), TEXTS, NAMES, NAMES),
    st.builds(Fuzzy, st.sampled_from(["", "title", "person"]), LONG, st.integers(1, 2)),
    st.builds(Tag, st.sampled_from(TAG_FIELDS), VALUES.filter(bool)),
    st.sampled_from(
        [Range("date", "2024-10", "2025"), Range("seen", "2024-10-02", None, False), Range("date", None, None)]
    ),
)
TREE = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(lambda nodes: both(*nodes)),
        st.lists(inner, min_size=2, max_size=4).map(lambda nodes: either(*nodes)),
        inner.map(Not),
    ),
    max_leaves=12,
).filter(lambda node: not is_negative(node) and depth(node) < 20)


@given(TREE)
@settings(max_examples=150, deadline=None)
def test_every_tree_prints_and_parses_back(node: Node) -> None:
    assert parse(str(node)) == node


PIECES = [
    *'ab*?"“«»()[]{}:^~\\/-+&|<>=0129 .ñ\n\0', "AND ", "OR ", "NOT ", " TO ", "title:", "date:", "exact:", "source:", "(NOT ", "~1 ", "2024-02",
]  # fmt: skip
SYNTAX = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
ANYTHING = st.text(st.characters(exclude_categories=[]), max_size=80)  # lone surrogates too
DEEP = st.builds(
    lambda opening, inner, closing, times: opening * times + inner + closing * times,
    st.sampled_from(["(", "-(", "NOT (", "title:(", "(a OR ", "(a ", "«", '"', "[", "exact:"]), SYNTAX,
    st.sampled_from([")", " b)", "»", '"', "]", ""]), st.integers(1, 2_000),
)  # fmt: skip
LARGE = st.builds(lambda piece, times: (piece * times)[:100_000], SYNTAX | ANYTHING, st.integers(1, 100_000))


def parsed_or_told(text: str) -> None:
    """A tree that prints and parses back, or an error with its place, within a second on any machine."""
    started = time.process_time()
    try:
        node = parse(text)
    except QueryError as error:
        assert error.position is None or 0 <= error.position <= len(text)
        assert error.mend and len(str(error)) < 800
    else:
        assert parse(str(node)) == node
    assert time.process_time() - started < 1


@given(SYNTAX | ANYTHING)
@settings(max_examples=400, deadline=None)
@example('a "\\')
@example("date:[a TO b}~")
@example("title:exact:exact:a")
@example("exact:title:a")
@example("date:9999-12-31 date:>9999")
@example("\ud800 a")
@example("İ* ß~ ﬁ?")
def test_whatever_is_typed_gives_a_tree_or_a_query_error(text: str) -> None:
    parsed_or_told(text)


@given(DEEP | LARGE)
@settings(max_examples=150, deadline=None)
@example("(" * 50_000 + "a" + ")" * 50_000)
@example("-" * 100_000)
@example("a " * 50_000)
@example('"' * 99_999)
@example("*a" * 50_000)
@example("(" * 49 + "a" + ")" * 49)
@example("NOT " * 49 + "a")
@example("exact:" * 1_600 + "a")
@example("exact:(" * 49 + "a" + ")" * 49)
@example("exact:title:" * 800 + "a")
@example("exact:-" * 1_400 + "a")
def test_depth_and_length_have_an_end(text: str) -> None:
    parsed_or_told(text)


TERMS = st.text("ab", min_size=1, max_size=14)
SHAPES = st.text("ab*?", min_size=1, max_size=12).filter(lambda shape: "*" in shape or "?" in shape)


@given(SHAPES, TERMS)
@settings(max_examples=300, deadline=None)
def test_a_shape_means_the_same_as_its_plain_regular_expression(shape: str, term: str) -> None:
    from search import asking

    node = Wildcard("", shape)
    plain = re.compile("".join({"*": ".*", "?": "."}.get(char, char) for char in shape))
    assert bool(asking.compiled(node).fullmatch(term)) == bool(plain.fullmatch(term))


def test_a_shape_takes_no_longer_than_its_length_times_the_term_s() -> None:
    from search import asking

    started = time.process_time()
    assert not asking.compiled(Wildcard("", "*" + "a*" * 40 + "b")).fullmatch("a" * 200)
    assert time.process_time() - started < 0.5, "an alert with such a word must not stop the matcher"


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), st.lists(st.sampled_from("abc"), min_size=2, max_size=3), st.integers(0, 5))  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_near_words_are_those_that_trying_every_place_finds(text: list[str], words: list[str], slop: int) -> None:
    places = {word: [place for place, there in enumerate(text) if there == word] for word in set(text)}
    every = product(*(places.get(word, ()) for word in words))
    shifts = ([place - i for i, place in enumerate(taken)] for taken in every if len(set(taken)) == len(taken))
    assert near.occurs(words, slop, places) == any(max(shift) - min(shift) <= slop for shift in shifts)


def test_near_words_in_a_long_monotonous_text_take_no_time() -> None:
    places = {"la": list(range(30_000)), "lo": [30_500]}
    started = time.process_time()
    assert not near.occurs(["la", "la", "la", "lo"], 5, places)
    assert time.process_time() - started < 0.5


@pytest.mark.parametrize(
    "wrong",
    ["exact:title:paro", 'exact:text:"paro agrario"', "exact:translation:(a b)", "exact:source:rpp", "exact:exact:x"],
)
def test_what_the_mend_says_to_write_can_be_asked(wrong: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(wrong)
    assert error.value.mend.startswith("Write ")
    assert str(parse(error.value.mend.removeprefix("Write "))) == error.value.mend.removeprefix("Write ")
