"""docs/query-language.md, held: every query of the page is asked of its notes, every error is told as it says."""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from alerts.rules import checked_query
from core.document import Document, document_id
from core.errors import QueryError
from core.record import Record
from search.backend import Backend, scan
from search.clauses import ARRANGEMENTS, PATTERNS, PHRASE
from search.engines import open_backend
from search.lexing import LEAVES
from search.memory import MemoryBackend
from search.query import DEEPEST, LENGTH, parse
from search.suggest import suggestions

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "query-language.md").read_text("utf-8")
CODE = re.compile(r"`([^`]+)`")


def tables(header: str) -> Iterator[list[str]]:
    """The rows of every table that begins so, cell by cell."""
    for block in PAGE.split("\n\n"):
        lines = block.strip().splitlines()
        if lines and lines[0].startswith(header):
            for line in lines[2:]:
                yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def note(cells: list[str]) -> Record:
    number, title, text, translation, facts = cells
    pairs = re.findall(r"(\w+)=(.*?)(?=\s\w+=|$)", facts)
    known = {key: value.strip() for key, value in pairs}
    day = known.get("date")
    tags: dict[str, Any] = {
        "topics": [{"name": known["topic"], "subtype": None}] if "topic" in known else [],
        "sectors": [{"name": known["sector"], "role": "victim"}] if "sector" in known else [],
        "places": [{"name": known["place"], "role": "event"}] if "place" in known else [],
        "norms": [{"id": known["norm"]}] if "norm" in known else [],
    }
    document = Document(
        id=document_id(number), url=f"https://example.org/{number}", title=title, text=text, source=known["source"],
        language=known.get("language", "es"), fetched=datetime.fromisoformat("2025-01-02T12:00:00-05:00"),
        published=datetime.fromisoformat(f"{day}T12:00:00-05:00") if day else None,
    )  # fmt: skip
    other = {"language": "en", "engine": "test", "title": translation, "summary": "", "text": ""}
    return Record(document=document, tags=tags, translation=other if translation else None)


NOTES = {cells[0]: note(cells) for cells in tables("| n | title |")}
NUMBERS = {record.id: number for number, record in NOTES.items()}
ASKED = [(CODE.findall(query)[0], found) for query, found, _ in tables("| query | finds |")]
ERRORS = [(CODE.findall(typed)[0], int(at), said) for typed, at, said in tables("| typed | at | said |")]
OFFERED = [(CODE.findall(typed)[0], offered) for typed, offered in tables("| typed | offered |")]


@pytest.fixture(scope="module", params=["memory", "tantivy", "elasticsearch"])
def notes(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    place_for: Callable[..., Any],
    drop_index: Callable[[Backend], None],
) -> Iterator[Backend]:
    """The notes of the page in each backend."""
    if request.param == "memory":
        yield MemoryBackend(NOTES.values())
        return
    backend = open_backend(place_for(request.param, tmp_path_factory.mktemp("page"), request), write=True)
    with closing(backend):
        assert backend.index(NOTES.values()) == {}
        backend.flush()
        yield backend
        drop_index(backend)


def test_the_page_has_its_examples() -> None:
    assert len(NOTES) == 9 and len(ASKED) > 60 and len(ERRORS) > 15 and len(OFFERED) > 5


@pytest.mark.parametrize(("query", "finds"), ASKED)
def test_a_query_of_the_page_finds_what_the_page_says(notes: Backend, query: str, finds: str) -> None:
    assert " ".join(sorted(NUMBERS[id] for id in scan(notes, parse(query)))) == finds


@pytest.mark.parametrize(("typed", "at", "said"), ERRORS)
def test_an_error_of_the_page_is_told_as_the_page_says(typed: str, at: int, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(typed)
    assert caught.value.position == at
    assert str(caught.value).startswith(said) and caught.value.mend


@pytest.mark.parametrize(("typed", "offered"), OFFERED)
def test_what_the_page_says_is_offered_comes_first(notes: Backend, typed: str, offered: str) -> None:
    assert suggestions(notes, parse(typed))[:1] == [offered]


def test_the_limits_of_the_page_are_those_of_the_code() -> None:
    limits = PAGE.partition("Limits: ")[2].partition("\n\n")[0].replace("\n", " ")
    for number in (LENGTH, LEAVES, DEEPEST, PATTERNS, ARRANGEMENTS, PHRASE):
        assert f"{number:,} " in limits, number


@pytest.mark.parametrize("query", ["-huelga", "NOT paro", "*", "date:2024", "* -paro"])
def test_an_alert_refuses_what_would_fire_on_nearly_everything(query: str) -> None:
    with pytest.raises(QueryError) as caught:
        checked_query(query)
    assert caught.value.mend
