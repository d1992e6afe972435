"""A person corrects a document on its page: only by our form, with a name, and can take it back."""

import re
from typing import Any

import pytest


def token(client: Any, id: str) -> str:
    page = client.get(f"/documents/{id}/correct").text
    return page.partition('name="form_token" value="')[2].partition('"')[0]


@pytest.fixture
def id(writer: Any) -> str:
    return str(writer.get("/search.json?q=topic:strike").json()["documents"][0]["id"])


def test_the_form_corrects_tells_who_and_undoes(writer, id) -> None:
    answer = writer.post(
        f"/documents/{id}/correct",
        data={"by": "Ana Prueba", "remove": ["topics:strike"], "topic": "extortion:cupos", "place": "Tacna", "day": "2025-01-02", "form_token": token(writer, id)},
        follow_redirects=False,
    )  # fmt: skip
    assert answer.status_code == 303
    told = writer.get(f"/documents/{id}.json").json()
    assert [(topic["name"], topic["subtype"]) for topic in told["topics"]] == [("extortion", "cupos")]
    assert "Tacna" in [place["name"] for place in told["places"]] and told["published"].startswith("2025-01-02")
    page = writer.get(f"/documents/{id}/correct?lang=en").text
    assert "Ana Prueba" in page and "+extortion:cupos -strike" in page
    writer.post(f"/documents/{id}/correct", data={"act": "undo", "form_token": token(writer, id)})
    assert [topic["name"] for topic in writer.get(f"/documents/{id}.json").json()["topics"]] == ["strike"]
    assert f"/documents/{id}/correct" in writer.get(f"/documents/{id}").text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"topic": "strike"}, "nombre de su autor"),
        ({"by": "a" * 81, "topic": "strike"}, "80"),
        ({"by": "Ana"}, "no dice nada"),
        ({"by": "Ana", "topic": "<script>"}, "&lt;script&gt;"),
        ({"by": "Ana", "place": "Atlantis"}, "Atlantis"),
        ({"by": "Ana", "remove": "places:999999"}, "999999"),
        ({"by": "Ana", "day": "31/02/2025"}, "31/02/2025"),
        ({"act": "undo"}, "undo"),
    ],
)
def test_a_form_that_cannot_be_used_is_shown_again(writer, id, data, words) -> None:
    answer = writer.post(f"/documents/{id}/correct", data=data | {"form_token": token(writer, id)})
    assert answer.status_code == 400 and words in answer.text
    assert re.search(r'<form class="ask"', answer.text)


def test_only_our_form_is_taken(writer, id) -> None:
    assert writer.post(f"/documents/{id}/correct", data={"by": "Ana", "topic": "strike"}).status_code == 403
    forged = writer.post(f"/documents/{id}/correct", data={"by": "Ana", "topic": "strike", "form_token": token(writer, id)}, headers={"origin": "https://evil.example"})  # fmt: skip
    assert forged.status_code == 403
    assert writer.get("/documents/nowhere/correct").status_code == 404
