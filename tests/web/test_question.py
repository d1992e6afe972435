"""The query string: what is read, and that what cannot be used is an error that names it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from core.errors import InputError
from search.query import LENGTH
from web.question import Question, read


def test_every_name_is_read() -> None:
    text = "q=paro&q=huelga&from=2025-03-01&to=2025-03-31&topic=strike&topic=extortion&place=Puno&sort=relevance&limit=5&page=2&lang=en&by=week&group=topic&share=1&kind=news&subtype=cupos&top=5&background=90&panel=1"
    question = read(QueryParams(text))
    assert question.queries == ("paro", "huelga")
    assert (question.start, question.end) == (date(2025, 3, 1), date(2025, 3, 31))
    assert question.filters == {
        "topic": ("strike", "extortion"),
        "subtype": ("cupos",),
        "place": ("Puno",),
        "kind": ("news",),
    }
    assert (question.top, question.background, question.panel) == (5, 90, True)
    assert (question.sort, question.limit, question.offset, question.lang) == ("relevance", 5, 5, "en")
    assert (question.by, question.group, question.share, question.stories) == ("week", "topic", True, False)


def test_a_month_is_its_first_day_as_from_and_its_last_as_to() -> None:
    question = read(QueryParams("from=2024-02&to=2024-02"))
    assert (question.start, question.end) == (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    ("text", "named", "mend"),
    [
        ("form=2025-01-01", "form", "from"), ("topic=stirke", "topic", "strike"), ("sector=bus", "sector", "retail"), ("limit=0", "limit", "100"),
        ("limit=101", "limit", "100"), ("limit=1e3", "limit", "100"), ("limit=٣", "limit", "100"), ("page=-1", "page", "1"), ("from=ayer", "from", "YYYY"),
        ("to=2025-13-01", "to", "YYYY"), ("from=2025-03-02&to=2025-03-01", "from", "Exchange"), ("lang=fr", "lang", "es"), ("by=year", "by", "day"),
        ("share=maybe", "share", "1"), ("limit=100&page=101", "10000", "export"), ("sort=old", "sort", "date"), ("kind=nws", "kind", "news"), ("top=0", "top", "1000"), ("background=x", "background", "3660"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_with_its_mend(text: str, named: str, mend: str) -> None:
    with pytest.raises(InputError) as caught:
        read(QueryParams(text))
    assert named in caught.value.reason and mend in caught.value.mend


def test_too_many_or_too_long_queries_are_refused() -> None:
    with pytest.raises(InputError):
        read(QueryParams([("q", str(n)) for n in range(11)]))
    with pytest.raises(InputError):
        read(QueryParams({"q": "a" * (LENGTH + 1)}))
    longest = " ".join(["extorsión"] * 1000)
    assert len(longest) == LENGTH - 1 and read(QueryParams({"q": longest})).queries == (longest,), (
        "as long as everywhere"
    )


@given(
    queries=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=20), max_size=3, unique=True),
    places=st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=20), max_size=3, unique=True),
    limit=st.integers(1, 100), page=st.integers(1, 100), share=st.booleans(), days=st.lists(st.dates(), max_size=2),
)  # fmt: skip
def test_a_question_survives_its_own_address(
    queries: list[str], places: list[str], limit: int, page: int, share: bool, days: list[date]
) -> None:
    start, end = (*sorted(days), None, None)[:2]
    filters = {"place": tuple(places)} if places else {}
    question = Question(
        queries=tuple(queries), filters=filters, limit=limit, page=page, share=share, start=start, end=end
    )
    assert read(QueryParams(question.url("/search").partition("?")[2])) == question


def test_an_address_with_a_name_changed_keeps_the_rest() -> None:
    question = read(QueryParams("q=paro&place=Puno&page=3"))
    assert question.url("/search", page=None, place=["Ica"]) == "/search?q=paro&place=Ica"
