"""The matcher finds exactly what search finds, and asks few alerts to do it."""

import string
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import matcher as module
from alerts.matcher import Anchor, Matcher, explain, required
from alerts.rules import create
from core.errors import QueryError
from core.record import Record
from search.analysed import Analysed
from search.memory import matches
from search.query import parse

from .conftest import NOW, article

WORDS = ["paro", "paró", "para", "huelga", "huelgas", "strike", "strikes", "transportistas", "transportista", "law", "laws", "ley", "leyes", "el", "the", "EE.UU.", "ñandú", "nandu", "año", "1.500", "extorsión", "extorsionó"]  # fmt: skip
TAGS = {"topics": [{"name": "strike", "subtype": "announced"}], "places": [{"name": "Áncash", "department": "Áncash", "role": "event"}], "norms": [{"id": "Ley 32108"}]}  # fmt: skip


def alert(query: str, name: str = "n"):
    return create(name=name, query=query, owner="ana@example.org", now=NOW)


texts = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
leaf = st.one_of(
    st.sampled_from(WORDS).map(lambda word: f'"{word}"'),
    st.sampled_from(["paro", "huelga", "strike", "ley", "laws", "transportistas"]),
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=2).map(lambda words: f'"{" ".join(words)}"~3'),
    st.sampled_from(WORDS).map(lambda word: f'exact:"{word}"'),
    st.sampled_from(
        [
            "par*",
            "transport*",
            "hue*a",
            "*ley*",
            "leyes~1",
            "title:paro",
            "text:huelga",
            "translation:strike",
            "title:par*",
            "topic:strike",
            "topic:str*",
            "topic:*",
            "place:ancash",
            "department:Áncash",
            'norm:"Ley N° 32108"',
            "norm:32108",
            "source:diario",
            "source:otro",
            "language:en",
            "subtype:announced",
            "role:event",
        ]
    ),
)
queries = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} OR {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} AND {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} AND NOT {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} AND NOT (NOT {two[1]}))"),
    ),
    max_leaves=5,
)


@st.composite
def records(draw):
    document = article(0, draw(texts) or "x", draw(texts), language=draw(st.sampled_from(["es", "en", "qu", None])), source=draw(st.sampled_from(["diario", "otro"])))  # fmt: skip
    translation = (
        {"language": "en", "title": draw(texts), "summary": "", "text": draw(texts)} if draw(st.booleans()) else None
    )
    return Record(document=document, tags=TAGS if draw(st.booleans()) else {}, translation=translation)


@settings(max_examples=80, deadline=None)
@given(st.lists(queries, min_size=1, max_size=12), st.lists(records(), min_size=1, max_size=4), st.booleans())
def test_the_matcher_finds_exactly_what_search_finds(asked, given_records, sampled):
    alerts = [alert(query, str(number)) for number, query in enumerate(asked)]
    views = [Analysed.of(record) for record in given_records]
    matcher = Matcher(alerts, module.frequencies(views) if sampled else None)
    assert not matcher.broken
    for record, view in zip(given_records, views, strict=True):
        expected = sorted(one.id for one in alerts if matches(parse(one.query), record))
        assert sorted(asked.alert.id for asked in matcher.match(view)) == expected


def test_few_alerts_are_asked():
    alphabet = string.ascii_lowercase[:10]
    alerts = [alert(f"paro {a}{b}{c}palabra") for a in alphabet for b in alphabet for c in alphabet]
    matcher = Matcher(alerts, Counter({Anchor("es", "paro_"): 900, Anchor("es", "paro"): 900}))
    view = Analysed.of(Record(document=article(1, "Paro de abcpalabra")))
    assert len(matcher.candidates(view)) == 1 and len(matcher.match(view)) == 1


def test_the_anchor_of_a_conjunction_is_its_rarest_set():
    common = Counter({Anchor("es", "ley"): 50, Anchor("en", "ley"): 50})
    anchors = required(parse("ley sicariato"), common)
    assert anchors and not any(anchor.term == "ley" for anchor in anchors)
    assert {anchor.kind for anchor in anchors} == {"es", "en"}


@pytest.mark.parametrize(("query", "anchored"), [("paro", True), ("extors*", True), ("topic:strike", True), ("paro OR hue*", True), ("paro OR *x*", False), ("*x*", False), ("paro~1", False), ("topic:*", True), ("topic:str*", True), ("hue*a", True), ("h?elga", True), ("?uelga", False), ("*x* paro", True), ("paro~1 huelga", True)])  # fmt: skip
def test_what_has_an_anchor(query, anchored):
    assert (required(parse(query), {}) is not None) is anchored


def test_a_broken_alert_is_named_and_stops_nobody():
    import dataclasses

    broken = dataclasses.replace(alert("paro"), query="gone:x")
    matcher = Matcher([broken, alert("huelga")])
    assert list(matcher.broken) == [broken.id] and "gone" in matcher.broken[broken.id]
    assert len(matcher.match(Record(document=article(1, "Huelga")))) == 1


def test_explain_names_the_clause():
    record = Record(document=article(1, "Paro de buses"))
    assert explain(alert("paro"), record) == []
    assert explain(alert("paro (minas OR puertos)"), record) == [str(parse("minas OR puertos"))]
    with pytest.raises(QueryError):
        import dataclasses

        explain(dataclasses.replace(alert("paro"), query="gone:x"), record)
