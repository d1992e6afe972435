"""The ready questions: each can be subscribed to, has both languages, and finds what it says in sentences of our own."""

import pytest

from alerts import rules
from alerts.questions import QUESTIONS, question
from core.errors import InputError
from core.record import Record
from search.memory import matches
from search.query import parse

from .conftest import NOW, article

EXTORTION, STRIKE = {"topics": [{"name": "extortion"}]}, {"topics": [{"name": "strike"}]}
ROAD = {"roads": [{"name": "Panamericana Norte"}]}


@pytest.mark.parametrize("one", QUESTIONS, ids=lambda one: one.key)
@pytest.mark.parametrize("language", ["es", "en"])
def test_a_template_makes_an_alert(one, language):
    fields = one.fields(language, one.example or "")
    alert = rules.create(**fields, owner="ana@example.org", language=language, now=NOW)
    assert alert.kind == one.kind and "{" not in alert.name + alert.query and one.help[language]


@pytest.mark.parametrize(
    ("key", "title", "tags", "found"),
    [
        ("blocked-roads", "Manifestantes bloquean la Panamericana Norte", ROAD, True),
        ("blocked-roads", "Bloqueos en la carretera central dejan varados a cien buses", {}, True),
        ("blocked-roads", "Vía bloqueada por deslizamiento", {}, True),
        ("blocked-roads", "Protesters set up a roadblock", {}, True),
        ("blocked-roads", "El bloque parlamentario pide por vía regular un debate", {}, False),
        ("blocked-roads", "Bloquean cuentas de una empresa", {}, False),
        ("freight-extortion", "Amenazan a camioneros en Pacasmayo", EXTORTION, True),
        ("freight-extortion", "Cobro de cupos a dueños de cargueros", EXTORTION | {"sectors": [{"name": "freight_transport", "role": "victim"}]}, True),
        ("freight-extortion", "Amenazan a bodegueros", EXTORTION, False),
        ("bus-strikes", "Combis acatan paro el lunes", STRIKE, True),
        ("bus-strikes", "Maestros acatan paro el lunes", STRIKE, False),
        ("extortion-surge", "Nueva denuncia", EXTORTION, True),
    ],
)  # fmt: skip
def test_a_template_finds_what_it_says(key, title, tags, found):
    language = "en" if "Protesters" in title else "es"
    record = Record(document=article(1, title, language=language), tags=tags)
    assert matches(parse(question(key).fields("es")["query"]), record) is found


@pytest.mark.parametrize("given", ["11735/2024-CR", "11735/2024", "PL 11735/2024", "Proyecto de Ley N° 11735/2024-CR", "011735/2024-cr", "pl n.º 11735 / 2024 - CR"])  # fmt: skip
@pytest.mark.parametrize("tagged", ["PL 11735/2024-CR", "PL 11735/2024"])
def test_a_bill_is_found_however_it_is_written(given, tagged):
    fields = question("bill").fields("es", given)
    assert fields["name"] == "Proyecto de ley 11735/2024-CR"
    assert matches(parse(fields["query"]), Record(document=article(1, "Dictamen"), tags={"norms": [{"id": tagged}]}))
    assert not matches(
        parse(fields["query"]), Record(document=article(1, "Dictamen"), tags={"norms": [{"id": "PL 11736/2024-CR"}]})
    )


@pytest.mark.parametrize(("key", "value"), [("bill", ""), ("bill", "la del sicariato"), ("bill", '1/2024" OR *'), ("place", "¿?"), ("place", "x" * 81), ("bus-strikes", "Lima")])  # fmt: skip
def test_a_blank_that_is_wrongly_filled_is_refused(key, value):
    with pytest.raises(InputError) as error:
        question(key).fields("es", value)
    assert error.value.mend


def test_a_place_cannot_break_out_of_its_clause():
    fields = question("place").fields("es", 'Lima" OR *')
    assert str(parse(fields["query"])).endswith('place:"Lima\\" OR *"')
