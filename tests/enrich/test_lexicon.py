"""Word lists: matching, guards, and files of the user's own."""

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.settings import Settings
from enrich.lexicon import load
from enrich.lexicon.reader import alternatives
from enrich.reading import Field, Reading
from enrich.steps import build


def lists(tmp_path: Path, text: str, name: str = "own.toml") -> Path:
    (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def hits(lexicon, text: str, tag: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in lexicon.find(Field("title", text)) if hit.entry.tag == tag]


def test_alternatives_and_endings() -> None:
    assert list(alternatives("(a|b) c")) == ["a c", "b c"]
    assert list(alternatives("toma(n|) la (vía|)")) == ["toman la vía", "toman la", "toma la vía", "toma la"]
    assert "cartas extorsiv*" in set(alternatives("carta* extorsiv*"))


def test_words_of_the_users_own_are_found_and_the_bundled_ones_stay(tmp_path: Path) -> None:
    folder = lists(
        tmp_path, 'tag = "topic.extortion"\n[[terms]]\nwords = ["derecho de piso"]\ndetail = "cupos"\nweight = 0.9\n'
    )
    lexicon = load(folder)
    assert hits(lexicon, "Cobran derecho de piso y extorsionan", "topic.extortion") == [
        "derecho de piso",
        "extorsionan",
    ]
    assert lexicon.digest != load().digest


def test_guards(tmp_path: Path) -> None:
    folder = lists(
        tmp_path,
        'tag = "context.test"\n'
        '[[terms]]\nwords = ["vela"]\nprinted = true\nbefore_not = ["a la"]\nafter_not = ["latina"]\nneeds = ["barco*"]\nwithout = ["cera"]\n'
        '[[terms]]\nwords = ["velo", "velo de novia"]\n[[terms]]\nwords = ["velo de mar"]\nweight = 0\n',
    )
    lexicon = load(folder)
    assert hits(lexicon, "La vela del barco", "context.test") == ["vela"]
    for text in (
        "La vela",
        "Ir a la vela en barco",
        "Vela latina de un barco",
        "Vela de cera en el barco",
        "Velá en el barco",
        "velas del barco",
    ):
        assert hits(lexicon, text, "context.test") == [], text
    assert hits(lexicon, "velo de novia", "context.test") == ["velo de novia"]
    assert hits(lexicon, "velo de mar", "context.test") == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("tag = \n", "line 1"),
        ('[[terms]]\nwords = ["x y"]\ntag = "topic.weather"\n', "term 1"),
        ('tag = "topic.strike"\n[[terms]]\nwords = ["uno"]\n[[terms]]\nwords = []\n', "term 2"),
        ('tag = "topic.strike"\n[[terms]]\nwords = ["uno"]\nweigth = 1\n', "weigth"),
        ('tag = "topic.strike"\n[[terms]]\nwords = ["uno"]\nweight = 7\n', "weight"),
        ('tag = "topic.strike"\n[[terms]]\nwords = ["¡!"]\n', "cannot be searched"),
        ('[[organisations]]\nwords = ["Uno"]\nkind = "club"\n', "organisation 1"),
        ("[glossary]\npiso = 3\n", "piso"),
        ("[colours]\n", "colours"),
        ('tag = "topic.strike"\n[[terms]]\nwords = ["uno"]\nneeds = ["@nobody"]\n', "@nobody"),
        ('[classes]\nfew = "uno"\n', "class few"),
        ('classes = ["uno"]\n', "classes"),
        ('tag = "topic.strike"\n[[terms]]\nwords = ["' + "(a|b|c|d|e|f) " * 9 + '"]\n', "forms"),
        ('[classes]\nmany = ["' + "(a|b|c|d|e|f) " * 12 + '"]\n', "forms"),
        ('tag = "topic.strike"\n[[terms]]\nwords = ["' + "(" * 3000 + "a" + ")" * 3000 + '"]\n', "longer than"),
        ('tag = "topic.strike"\n[[terms]]\nwords = ["paro (armado"]\n', "do not close"),
        ('tag = "topic.strike"\n[[terms]]\nwords = ["paro|huelga"]\n', "do not close"),
        ('tag = "topic.strike"\n[[terms]]\nwords = ["par[oa]"]\n', "'['"),
        ('tag = "topic.strike"\n[[terms]]\nwords = ["(a+)+"]\n', "')+'"),
        ('tag = "topic.strike"\n[[terms]]\nwords = ["uno"]\ndetail = "picnic"\n', "stoppage"),
        ('tag = "sector.mining"\n[[terms]]\nwords = ["uno"]\ndetail = "boss"\n', "victim"),
        ('tag = "topic.strike"\n[[terms]]\nwords = ["uno"]\nprinted = "no"\n', "printed"),
        ('[[organisations]]\nwords = ["Uno"]\nkind = "gang"\nname = 5\n', "name"),
    ],
)
def test_a_broken_file_is_named_with_its_place(tmp_path: Path, text: str, reason: str) -> None:
    folder = lists(tmp_path, text)
    with pytest.raises(InputError) as caught:
        load(folder)
    assert str(folder / "own.toml") in str(caught.value)
    assert reason in str(caught.value)


def test_classes_are_shared_between_files_and_grow(tmp_path: Path) -> None:
    lists(tmp_path, '[classes]\nboats = ["barc*", "lancha de vela"]\nfleet = ["@boats", "armada"]\n', "a.toml")
    lists(tmp_path, '[classes]\nboats = ["bote"]\n', "c.toml")
    lists(tmp_path, 'tag = "context.test"\n[[terms]]\nwords = ["rojo"]\nneeds = ["@boats"]\n[[terms]]\nwords = ["@fleet"]\nafter = ["(muy |)azul"]\n', "b.toml")  # fmt: skip
    lexicon = load(tmp_path)
    for text in ("Barcaza rojo", "El bote es rojo", "Una lancha, de vela: rojo"):
        assert hits(lexicon, text, "context.test") == ["rojo"], text
    assert hits(lexicon, "Lancha rojo", "context.test") == []
    assert hits(lexicon, "La armada, muy azul; la armada verde", "context.test") == ["armada, muy azul"]


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Paro en Puno", True),
        ("Convocan Paro Nacional", True),
        ("El Paro sigue", True),
        ("PARO DE MAESTROS", True),
        ("Lima: Paro acatado", True),
        ("Congresista Juan Paro Pérez juró", False),
        ("Habló el señor Paro ayer", False),
        ("Rosa Huelga Díaz viajó", False),
        ("El apellido Huelga es antiguo", False),
    ],
)
def test_a_common_noun_is_no_part_of_a_persons_name(title: str, found: bool) -> None:
    assert bool(hits(load(), title, "topic.strike")) is found


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        load(tmp_path / "nowhere")


def test_the_chain_uses_the_folder_of_the_settings(tmp_path: Path, settings: Settings, document) -> None:
    folder = lists(tmp_path, 'tag = "topic.strike"\n[[terms]]\nwords = ["paso corto"]\nweight = 0.9\n')
    own = build(dataclasses.replace(settings, lexicon_dir=folder))
    plain = build(settings)
    text = document("Obreros de paso corto")
    assert [topic["name"] for topic in own.tag(text)[0].tags["topics"]] == ["strike"]
    assert plain.tag(text)[0].tags["topics"] == []
    assert own.fingerprints()["topics"] != plain.fingerprints()["topics"]
    assert own.fingerprints()["signature"] == plain.fingerprints()["signature"]


@given(st.text(max_size=200))
def test_spans_lie_in_the_text_whatever_it_is(text: str) -> None:
    part = Field("text", text)
    assert len(part.folded) == len(text) == len(part.printed) == len(part.norm) - 2
    for hit in load().find(part):
        assert 0 <= hit.start < hit.end <= len(text)


@given(st.text(max_size=40), st.sampled_from(["extorsión", "EXTORSIONADORES", "huelga"]))
def test_a_word_between_spaces_is_always_found(around: str, word: str) -> None:
    text = f"{around} {word} {around}"
    found = [text[hit.start : hit.end] for hit in load().find(Field("text", text))]
    assert word in found or "huelga" in word


def test_a_reading_reads_a_repeated_summary_once(document) -> None:
    reading = Reading(document("t", "Lead. Rest.", summary="Lead."), load())
    assert [part.name for part in reading.fields] == ["title", "text"]


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_bytes(b'\xef\xbb\xbftag = "context.test"\r\n[[terms]]\r\nwords = ["velo"]\r\n')
    assert hits(load(tmp_path), "un velo", "context.test") == ["velo"]


def test_a_regular_expression_in_a_list_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(
        'tag = "topic.strike"\n[[terms]]\nwords = ["paro"]\nafter = ["a \\\\w+ en"]\n', "utf-8"
    )
    with pytest.raises(InputError, match=r"own\.toml, term 1 \(paro\), `after`.*backslash"):
        load(tmp_path)


def test_of_equally_long_words_the_heaviest_stands_whatever_the_order(tmp_path: Path) -> None:
    light = '[[terms]]\nwords = ["velero"]\nweight = 0.2\n'
    heavy = '[[terms]]\nwords = ["velero"]\nweight = 0.7\nneeds = ["mar"]\n'
    hidden = '[[terms]]\nwords = ["velero"]\nweight = 0\nneeds = ["libro"]\n'
    for number, terms in enumerate((light + heavy + hidden, hidden + heavy + light)):
        folder = tmp_path / str(number)
        folder.mkdir()
        lexicon = load(lists(folder, f'tag = "context.test"\n{terms}'))
        found = {
            text: [hit.entry.weight for hit in lexicon.find(Field("text", text)) if hit.entry.tag == "context.test"]
            for text in ("Un velero", "Un velero en el mar", "Un libro: el velero en el mar")
        }
        assert found == {
            "Un velero": [0.2], "Un velero en el mar": [0.7], "Un libro: el velero en el mar": [],
        }  # fmt: skip


def test_the_operators_words_stand_for_heavier_ones_of_the_bundled_lists(tmp_path: Path) -> None:
    def weight(lexicon) -> list[float]:
        found = lexicon.find(Field("text", "Denuncian extorsiones"))
        return [hit.entry.weight for hit in found if hit.entry.tag == "topic.extortion"]

    assert weight(load()) == [0.9]
    folder = lists(tmp_path, 'tag = "topic.extortion"\n[[terms]]\nwords = ["extorsiones"]\nweight = 0.1\n')
    assert weight(load(folder)) == [0.1]
