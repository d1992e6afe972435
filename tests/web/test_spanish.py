"""Every sentence of ours that can reach a page has its Spanish, and what is said is turned whole."""

import re
import string
import time
from typing import Any

import pytest
from fastapi.testclient import TestClient

from core.errors import QueryError
from crawler import catalog
from search.query import parse
from store import database
from tests.web.sentences import HOLE, ROOT, of_errors, of_functions
from web.spanish import TABLE, in_spanish, table

NEVER_ON_A_PAGE = {
    "search/export.py",
    "search/filters.py",
    "search/nodes.py",
    "web/app.py",
    "store/backup.py",
    "store/columns.py",
}
ROOMS = ("search", "web", "store", "crawler/platforms")
ALONE = (
    "core/time.py", "core/home.py", "core/pseudonyms.py", "core/urls.py", "alerts/rules.py", "alerts/subscriptions.py",
    "alerts/channels/mail.py", "alerts/channels/addresses.py", "alerts/channels/chat.py", "alerts/questions.py", "alerts/ledger.py",
    "crawler/extract.py", "crawler/catalog.py", "crawler/politeness.py", "crawler/archive.py",
    "enrich/apertium.py", "enrich/models.py", "enrich/pool.py", "enrich/lexicon/__init__.py", "enrich/lexicon/reader.py", "pipeline.py",
)  # fmt: skip
REASONS = {
    "crawler/spiders.py": ("_trouble", "_ignored"), "crawler/polling.py": ("_note_move", "_keep", "refused", "_unreadable", "done"),
    "crawler/intake.py": ("refused", "_close"), "crawler/revisions.py": ("refused",), "crawler/walking.py": ("_is_closed", "_unread", "refused"),
    "crawler/pool.py": ("ask",), "crawler/worker.py": ("attempt",), "crawler/platforms/json_listing.py": ("_lost",),
}  # fmt: skip
"""Functions that tell a reason which no error carries: it is kept with an address, a source or a run."""
MODULES = sorted(
    {*ALONE, *(str(path.relative_to(ROOT)) for room in ROOMS for path in (ROOT / room).glob("*.py"))} - NEVER_ON_A_PAGE
)


@pytest.mark.parametrize("module", MODULES)
def test_every_error_of_a_module_has_its_spanish(module: str) -> None:
    assert of_errors(module) - table().keys() == set()


@pytest.mark.parametrize("module", sorted(REASONS))
def test_every_reason_that_is_kept_has_its_spanish(module: str) -> None:
    assert of_functions(module, REASONS[module]) - table().keys() == set()


def test_the_modules_are_read() -> None:
    assert len(of_errors("search/clauses.py")) > 25 and "The query is empty." in of_errors("search/query.py")
    assert "Did you mean {}?" in of_errors("web/question.py") and "That is no day." in of_errors("search/clauses.py")
    assert "robots.txt forbids it" in of_functions("crawler/spiders.py", ["_ignored"])


def test_every_reason_of_a_bundled_source_has_its_spanish() -> None:
    reasons = {source.reason for source in catalog.load(None).values() if source.reason}
    assert len(reasons) > 20 and [reason for reason in reasons if in_spanish(reason) == reason] == []


def test_every_trouble_of_the_store_has_its_spanish() -> None:
    for _, reason, mend in database.MENDS:
        assert f"{reason} ({HOLE})" in table() and mend in table()


def test_the_scheduler_tells_an_end_without_a_word_in_spanish() -> None:
    from scheduler import _how

    assert in_spanish(f"the process {_how(-9)}").startswith("al proceso lo terminó la señal 9")
    assert in_spanish(f"the process {_how(3)}") == "el proceso terminó con código de salida 3 y no dijo nada"


def test_both_sides_of_the_table_have_the_same_holes() -> None:
    for english, spanish in table().items():
        holes = [match[1] for match in re.finditer(r"\{(\d*)~?\}", spanish)]
        assert len(holes) == english.count(HOLE), english
        assert not any(holes) or sorted(map(int, holes)) == list(range(len(holes))), english
        assert english.count("`") == spanish.count("`"), english


def test_the_file_names_each_sentence_once_and_has_a_word_to_match_by() -> None:
    text = TABLE.read_text("utf-8")
    assert len(re.findall(r'^ "', text, re.M)) == len(table())
    assert [e for e in table() if HOLE in e and not re.search(r"[A-Za-z]{2}", e.replace(HOLE, ""))] == []


@pytest.mark.parametrize("english", [e for e in table() if HOLE in e])
def test_a_filled_template_is_turned_by_itself_and_not_by_another(english: str) -> None:
    """No other template that also matches is taken before it."""
    parts = english.split(HOLE)
    filled = "".join(
        f"{part}{'X' + letter if n < len(parts) - 1 else ''}"
        for n, (part, letter) in enumerate(zip(parts, string.ascii_lowercase, strict=False))
    )
    spanish = re.sub(r"\{(\d*)~?\}", HOLE, table()[english])
    pattern = ".*".join(re.escape(piece) for piece in spanish.split(HOLE))
    assert re.fullmatch(pattern, in_spanish(filled), re.S), in_spanish(filled)


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        ("There is no field 'topik'.", "No hay ningún campo 'topik'."),
        ("Did you mean topic? Fields: title text.", "¿Quiso decir topic? Campos: title text."),
        ("The query is empty. Give a word, or * for every document.", "La consulta está vacía. Dé una palabra, o * para todos los documentos."),
        ("2 of 3 listings: https://faro.example/feed: the site answered 404", "2 de 3 listados: https://faro.example/feed: el sitio respondió 404"),
        ("blocked: the site answered 403 and asks to wait until 2026-11-20T10:00:00Z", "rechazo: el sitio respondió 403 y pide esperar hasta 2026-11-20T10:00:00Z"),
        ("The index cannot be opened: The index is not in Elasticsearch. Run `pututu reindex`: it makes the index again from the store.",
         "El índice no se puede abrir: El índice no está en Elasticsearch. Ejecute `pututu reindex`: hace de nuevo el índice desde lo guardado."),
        ("ConnectionRefusedError: Connection was refused", "ConnectionRefusedError: Connection was refused"),
        ("HTTP 403", "HTTP 403"),
        ("/x/b.py, line 3: NameError: name 'a' is not defined. Mend the Python of this line.", "/x/b.py, línea 3: NameError: name 'a' is not defined. Corrija el Python de esa línea."),
        ("The store is locked by another process. (database is locked) Wait until it ends, or end the process that holds it.",
         "Otro proceso tiene bloqueado el almacén. (database is locked) Espere a que termine, o termine el proceso que lo tiene."),
        ("1 of 2 listings: https://a.example/feed: no answer in time", "1 de 2 listados: https://a.example/feed: sin respuesta a tiempo"),
        ("https://a.example/feed: the name of the host does not resolve (a.example does not resolve: gaierror.)",
         "https://a.example/feed: el nombre del servidor no se resuelve (El nombre a.example no se resuelve: gaierror.)"),
        ("left alone until the next crawl: blocked: the site answered 429", "se deja en paz hasta el próximo rastreo: rechazo: el sitio respondió 429"),
        ("Nobody knows. The query is empty.", "Nobody knows. La consulta está vacía."),
        ("", ""),
    ],
)  # fmt: skip
def test_what_is_said_is_turned_whole_and_the_words_of_others_stay(english: str, spanish: str) -> None:
    assert in_spanish(english) == spanish


def test_what_a_visitor_wrote_is_never_turned() -> None:
    assert in_spanish("There is no field 'The query is empty.'.") == "No hay ningún campo 'The query is empty.'."
    assert (
        in_spanish("'\"The range is not complete.\"' cannot stand here.")
        == "'\"The range is not complete.\"' no puede estar aquí."
    )


@pytest.mark.parametrize("text", [". " * 3000, "a: " * 1500, ": the site answered " * 90, "x. y? " * 300, "(" * 1999])
def test_hostile_text_costs_no_time(text: str) -> None:
    started = time.process_time()
    in_spanish(text)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "query",
    ["paro (", 'paro "abierto', "topik:strike", "a AND", ") a", "()", "date:ayer", "date:[2024-02 TO 2024-01]", "NOT paro", "a~9", '"a b"~99999', "title:[a TO b]",
     "exact:title:paro", "a^2", "topic:", "*a*b*c*d*e*", "¿?", '"extors*"', "date:[2024", "x*y z~3", "date:2024~2"],
)  # fmt: skip
def test_a_query_that_cannot_be_asked_is_told_in_the_language_of_the_page(client: TestClient, query: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(query)
    spanish = client.get("/search", params={"q": query, "lang": "es"})
    english = client.get("/search", params={"q": query, "lang": "en"})
    data = client.get("/search.json", params={"q": query, "lang": "es"})
    assert (spanish.status_code, english.status_code, data.status_code) == (400, 400, 400)
    told = _notice(spanish.text)
    for sentence in (error.value.reason, error.value.mend):
        assert sentence == "" or (_escaped(sentence) in english.text and _escaped(sentence) not in told)
    assert data.json()["detail"] == error.value.reason and data.json()["mend"] == error.value.mend


def _notice(text: str) -> str:
    found = re.search(r'<div class="notice error".*?</div>', text, re.S)
    assert found
    return found[0]


def _escaped(text: str) -> str:
    from markupsafe import escape

    return str(escape(text))


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/search?from=ayer", "no es un día"), ("/search?from=2026-03-10&to=2026-03-01", "es posterior"), ("/search?topic=x", "no se conoce"),
        ("/search?limit=x", "no se puede usar"), ("/search?colour=red", "no es un parámetro"), ("/search?page=900", "no se dan por páginas"),
        ("/documents/none", "Ningún documento"), ("/stories/none", "Ninguna historia"), ("/nothing", "Aquí no hay nada"), ("/trends?by=x", "no se conoce"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_in_spanish_on_pages_and_in_english_in_data(
    client: TestClient, path: str, words: str
) -> None:
    asked = f"{path}{'&' if '?' in path else '?'}lang=es"
    assert words in _notice(client.get(asked).text)
    address, _, query = asked.partition("?")
    told = client.get(f"{address}.json?{query}").json()["detail"]
    assert words not in told and in_spanish(told) != told


def test_a_form_with_a_mistake_says_so_in_its_language(writer: TestClient) -> None:
    token = re.search(r'name="form_token" value="([^"]+)"', writer.get("/alerts?lang=es").text)
    assert token
    fields = {"name": "Paros", "query": "paro", "owner": "nadie", "rhythm": "instant", "form_token": token[1]}
    spanish = writer.post("/alerts", data=fields | {"lang": "es"})
    assert spanish.status_code == 400 and "no es una dirección de correo" in _notice(spanish.text)
    assert "is no mail address" in _notice(writer.post("/alerts", data=fields | {"lang": "en"}).text)
    stale = writer.post("/alerts", data=fields | {"lang": "es", "form_token": "x"})
    assert stale.status_code == 403 and "ha caducado" in stale.text


def test_pages_of_the_press_have_no_english_of_ours(site: Any) -> None:
    """Sources, runs and alerts print reasons of a catalogue and a history: none of our sentences is left in English."""
    client = site.client()
    for path in (
        "/",
        "/sources",
        "/runs",
        "/alerts",
        "/stories",
        "/trends?q=paro",
        "/terms",
        "/map",
        "/help",
        f"/documents/{site.ids['cupos']}",
        f"/documents/{site.ids['cupos']}/why",
    ):
        text = client.get(f"{path}{'&' if '?' in path else '?'}lang=es").text
        plain = [
            english for english in table() if HOLE not in english and len(english) > 12 and _escaped(english) in text
        ]
        assert plain == [], path
