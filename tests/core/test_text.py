"""Cleaning, folding and sentences: what is printed stays, what is invisible goes, offsets hold."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.terms import fold_word
from core.text import FOLDING, clean, fold, sentences

ANY = st.text(st.characters(exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("extor\u00adsi\u00f3n", "extorsión"),
        ("pedi\u0301", "pedí"),
        ("\ufeff¡Paro\u200b!", "¡Paro!"),
        ("“KG\ufeff“: canta", "“KG“: canta"),
        ("\u200eJuan\u200f \u202aPérez\u202c \u2066x\u2069", "Juan Pérez x"),
        ("1\ufe0f\u20e3 familia \U0001f468\u200d\U0001f469", "1 familia \U0001f468\U0001f469"),
        ("uno\r\ndos\rtres\u2028cuatro\x0ccinco\x85seis", "uno\ndos\ntres\ncuatro\ncinco\nseis"),
        ("uno\x1fdos\x00\x07tres", "uno dostres"),
        ("a\ud800b\uffffc\U0001fffed", "abcd"),
        ("S/\u00a01.500,50 – «N.°\u202f3» 2.ª 1º", "S/\u00a01.500,50 – «N.°\u202f3» 2.ª 1º"),
        ("columna\tuno", "columna\tuno"),
        ("", ""),
    ],
)
def test_clean(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@given(ANY)
def test_clean_is_idempotent_and_nfc(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")


@given(ANY)
def test_fold_keeps_every_place(text: str) -> None:
    folded = fold(text)
    assert len(folded) == len(text)
    for a, b in zip(text, folded, strict=True):
        assert fold(a) == b or a == "Σ"  # Python lowers a final sigma by its neighbours


def test_fold() -> None:
    assert fold("PARÓ en Ñaña: ÁNCASH, Cigüeña, İca, Łódź") == "paro en ñaña: ancash, cigueña, ica, lodz"
    assert fold("Straße") == "straße"


def test_table_is_lucenes_without_eñe() -> None:
    assert "ñ" not in FOLDING and "Ñ" not in FOLDING
    assert len(FOLDING) > 1200
    assert (FOLDING["é"], FOLDING["ß"], FOLDING["æ"], FOLDING["Ø"], FOLDING["ł"]) == ("e", "ss", "ae", "o", "l")
    assert not any(any(c.isspace() or c.isupper() for c in folded) for folded in FOLDING.values())


def test_table_equals_the_engines() -> None:
    tantivy = pytest.importorskip("tantivy")
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    analyzer = builder.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold()).build()
    chars = [*FOLDING, *map(chr, range(0x100, 0x250))]
    assert [char for char in chars if char != "İ" and analyzer.analyze(char)[0].lower() != fold_word(char)] == []


@pytest.mark.parametrize(
    "marked",
    [
        "El Sr. Pérez llegó.|La Dra. Soto no.",
        "Rige el Decreto Supremo N.° 140-2025-PCM.|Lo firmó el Gral. PNP Rojas.",
        "El D.S. N.° 3 vale S/. 1.500 y S/ 2.500,50 al mes.|Nada más.",
        "¿Quién paga?|¡Nadie!|Eso dijo… y se fue.|Luego volvió…|Así fue.",
        "«No hay paro», dijo.|“Mañana sí.”|El gremio calló.",
        "Salió a las 8 a.m. del lunes.|Volvió a las 9 p. m.|El resto esperó.",
        "Los EE.UU. de hoy.|Viajó a EE.UU. Donald lo vio.|Habló con EE. UU.|El ministro no.",
        "Según el art. 200 del Cód. Penal, inc. 3, hay pena.|Punto.",
        "J. Soto y M. A. Díaz firmaron.|Fue el Plan B.|La banda huyó.",
        "1. El primero.|2. El segundo.",
        "Pasó en 2025.|El resto es historia.",
        "Vive en la Av. Los Pinos 123, Urb. Santa Rosa, Mz. B Lt. 4.|Fin.",
        "Un título sin punto\n|\nUn párrafo nuevo.",
        "Una línea que el correo partió\nen dos partes.|Otra.",
        "Extorsionan a bodegas, mototaxis, etc.|Después huyen.",
        "Compran pan, etc. y pagan.",
        "It costs approx. 3.5 million, Mr. Soto said.|He left.",
        "Visite rpp.example.pe hoy.|Fin",
        "Cmdte. Ing. Luis Paz, núm. 4, pág. 5.|Ya.",
    ],
)
def test_sentences(marked: str) -> None:
    wanted = [part.strip() for part in marked.split("|") if part.strip()]
    text = " ".join(part.strip(" ") for part in marked.split("|"))
    assert [text[a:b] for a, b in sentences(text)] == wanted


@given(
    st.lists(
        st.sampled_from(["Sr. ", "Hola", ". ", "? ", "\n", " ", "N.° 3", "…", "” ", "a.m. ", "¿", "x"]), max_size=20
    ).map("".join)
)
def test_sentences_lose_nothing(text: str) -> None:
    spans = sentences(text)
    assert "".join("".join(text[a:b] for a, b in spans).split()) == "".join(text.split())
    assert all(a < b and text[a:b] == text[a:b].strip() for a, b in spans)
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(spans))
