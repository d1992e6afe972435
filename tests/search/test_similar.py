"""Similar documents: those that share telling words, the nearest first, the same from every engine."""

from search.backend import Backend
from search.memory import MemoryBackend
from search.query import parse
from search.similar import candidates, nearest, profile

from .series import Make

TEXT = "Los choferes de la empresa Los Halcones denunciaron que les cobran cupos en el paradero Las Flores."


def test_the_nearest_comes_first_and_the_document_itself_never(make: Make) -> None:
    asked = make("Choferes de Los Halcones denuncian cobro de cupos", text=TEXT)
    near = make("Cobran cupos a choferes en el paradero Las Flores", text="La empresa Los Halcones lo denunció.")
    loose = make("Choferes celebran su día", text="Hubo música.")
    far = [make(f"Partido de fútbol {n}", text="Ganó el equipo local por dos goles.") for n in range(30)]
    backend = MemoryBackend([asked, near, loose, *far])
    found, ids = candidates(backend, asked)
    assert asked.id not in ids
    records = {record.id: record for record in (asked, near, loose, *far)}
    ranked = nearest(found, [records[id] for id in ids])
    assert next(record.id for record, _ in ranked) == near.id and far[0].id not in {record.id for record, _ in ranked}
    assert all(0.15 <= score <= 1 for _, score in ranked) and len(nearest(found, [near, loose], limit=1)) == 1


def test_the_same_text_again_is_as_near_as_can_be(make: Make) -> None:
    one, other = (
        make("Bloquean la vía por cobro de cupos", text=TEXT),
        make("Bloquean la vía por cobro de cupos", text=TEXT, source="otro"),
    )
    backend = MemoryBackend([one, other, *(make(f"otra {n}") for n in range(20))])
    found, ids = candidates(backend, one)
    assert nearest(found, [other])[0][1] > 0.99 and other.id in ids


def test_what_has_no_words_has_nothing_near(make: Make) -> None:
    empty = make("123 y 45", text="")
    backend = MemoryBackend([empty, make("Paro de choferes")])
    found, ids = candidates(backend, empty)
    assert ids == () and found.weights == {} and nearest(found, [make("Paro")]) == []


def test_english_is_weighed_as_english(make: Make) -> None:
    one = make("Drivers are striking", language="en", text="The drivers were striking.")
    assert set(profile(MemoryBackend([one, make("otra"), make("más")]), one).weights) == {"driver", "strike"}


def test_the_engines_agree(backend: Backend, make: Make) -> None:
    records = [make(f"Choferes de la ruta {n % 5} denuncian cupos", text=f"Paradero {n}") for n in range(12)]
    records += [make(f"Otra nota del puerto {n}") for n in range(12)]
    assert backend.index(records) == {}
    backend.flush()
    by_id = {record.id: record for record in records}
    asked = records[3]
    here, ids = candidates(backend, asked)
    oracle, _ = candidates(MemoryBackend(records), asked)
    assert here == oracle
    ranked = nearest(here, [by_id[id] for id in ids])
    assert ranked and all("Choferes" in record.document.title for record, _ in ranked)
    assert ranked == nearest(oracle, [record for record in records if record.id != asked.id])


def test_a_word_of_no_other_document_does_not_break_the_query(make: Make) -> None:
    one = make('OR AND "NOT" extraño:raro')
    _, ids = candidates(MemoryBackend([one, make("extraño suceso")]), one)
    assert len(ids) == 1 and parse("extraño")
