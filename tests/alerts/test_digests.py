"""What a mail says, and what it cannot be made to say."""

import email
import email.policy
import re
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import digests, rules
from alerts.digests import Contents
from alerts.links import Signer
from store.alerts import Hit
from store.deliveries import Delivery

from .conftest import NOW, plain


def make_alert(**more):
    fields = {"name": "paros", "query": "paro", "owner": "ana@example.org", "now": NOW}
    return rules.create(**fields | more)


def make_delivery(alert, **more):
    fields = {
        "id": "d1", "batch": "b1", "part": 1, "parts": 1, "alert": alert.id, "kind": "digest", "channel": alert.channels[0],
        "message_id": "<d1@example.org>", "state": "prepared", "reason": None, "checked": 7, "prepared": NOW, "sent": None,
        "attempts": 0, "not_before": None, "lease_by": None, "lease_until": None, "error": None,
    }  # fmt: skip
    return Delivery(**fields | more)


def make_hit(
    headline="Choferes anuncian paro", sentence="Habrá paro el lunes.", marks=((6, 10),), document="a" * 20, **more
):
    snapshot = {
        "headline": headline, "outlet": "El Faro", "source": "faro", "published": "2026-11-24T21:30:00-05:00", "precision": "minute",
        "url": "https://faro.example/nota", "sentence": {"field": "text", "text": sentence, "marks": [list(m) for m in marks]},
        "why": [{"word": "paro", "fields": ["title", "text"]}], "side": "original", "translation": "Drivers announce a strike",
        "topics": ["strike"], "places": ["Callao"], "late": False,
    }  # fmt: skip
    return Hit(
        alert="x",
        document=document,
        version=1,
        cause="publisher",
        arrival="live",
        counted=False,
        snapshot=snapshot | more,
        matched=NOW,
    )


def write(hits, counted=None, alert=None, **more):
    alert = alert or make_alert()
    contents = Contents(entries=[hits] if hits and isinstance(hits[0], Hit) else hits, counted=counted or {})
    message = digests.digest(
        alert, make_delivery(alert, **more), contents, sender="pututu@example.org", public_url="http://127.0.0.1:9"
    )
    return email.message_from_bytes(message.as_bytes(), policy=email.policy.default)


def html(letter):
    return letter.get_body(("html",)).get_content()


def test_the_plain_text_says_everything():
    text = plain(write([make_hit()]))
    lines = text.splitlines()
    assert "1. Choferes anuncian paro" in lines
    assert "   El Faro · 24/11/2026 21:30 (Lima) · Lugar: Callao · Tema: paro o huelga" in lines
    assert "   Habrá *paro* el lunes." in lines
    assert "   Coincide: paro (titular, texto)" in lines
    assert f"   En Pututu: http://127.0.0.1:9/documents/{'a' * 20}" in lines
    assert "   Artículo: https://faro.example/nota" in lines
    assert "se revisaron 7 documentos" in text and "pututu alerts pause" in text
    assert "Traducción" not in text


def test_an_english_reader_gets_english_and_the_translation():
    letter = write([make_hit()], alert=make_alert(language="en"))
    text = plain(letter)
    assert (
        "Translation: Drivers announce a strike" in text
        and "2026-11-24 21:30 (Lima)" in text
        and "Topic: strike" in text
    )
    assert letter["Subject"] == "[Pututu] paros: 1 news item"


def test_headers():
    letter = write([make_hit()], part=2, parts=3)
    assert letter["Message-ID"] == "<d1@example.org>"
    assert letter["Subject"] == "[Pututu] paros: 1 noticia (2/3)"
    assert (letter["To"], letter["From"]) == ("ana@example.org", "pututu@example.org")
    assert letter["Auto-Submitted"] == "auto-generated" and letter["Precedence"] == "bulk"
    assert letter["List-Id"].startswith("<") and letter["List-Id"].endswith(".alerts.example.org>")
    assert letter["Date"].datetime == NOW


def test_the_same_delivery_is_written_the_same_twice():
    alert = make_alert()
    contents = Contents(entries=[[make_hit()]])
    both = [
        digests.digest(alert, make_delivery(alert), contents, sender="p@example.org", public_url="http://x")
        for _ in "ab"
    ]
    assert [both[0][name] for name in ("Date", "Message-ID", "Subject")] == [
        both[1][name] for name in ("Date", "Message-ID", "Subject")
    ]
    assert plain(both[0]) == plain(both[1])


def test_a_headline_is_one_unbroken_line_named_once():
    headline = "Paro " + "larguísimo y sin fin " * 120 + "numero 7 en la ruta"
    raw = write([make_hit(headline.replace(" y ", "\n y\t", 3))])
    assert headline in plain(raw).splitlines()[3].removeprefix("1. ")
    assert plain(raw).count("numero 7 en la ruta") == 1


@pytest.mark.parametrize(
    "sentence", ["Choferes anuncian paro", "«Choferes anuncian PARO».", "LIMA. Choferes anuncian paro para el lunes"]
)
def test_a_sentence_that_says_the_headline_again_is_left_out(sentence):
    text = plain(write([make_hit(sentence=sentence, marks=())]))
    assert len(re.findall("anuncian paro", text, re.IGNORECASE)) == 1
    assert "Coincide: paro" in text


def test_a_later_document_of_the_entry_does_not_name_the_first_again():
    second = make_hit(
        "Otro diario lo cuenta", "Según «Choferes anuncian paro», hay paro.", ((36, 40),), document="b" * 20
    )
    assert plain(write([make_hit(), second])).count("Choferes anuncian paro") == 1


def test_hostile_text_is_only_text():
    evil = make_hit(
        "<script>alert(1)</script> paro",
        '<img src=x onerror="y"> paro',
        ((24, 28),),
        url="javascript:alert(1)",
        outlet="<b>",
    )
    page = html(write([evil], alert=make_alert(name='<i>"x"', query='paro "<u>"')))
    assert (
        "<script" not in page and "<img" not in page and "<b>" not in page and "<i>" not in page and "<u>" not in page
    )
    assert "<mark>paro</mark>" in page
    assert "javascript:" not in page
    links = re.findall(r'href="([^"]*)"', page)
    assert links and all(link.startswith("http://127.0.0.1:9/") for link in links)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "ftp://x.example/", "https://x.example/a b", "https://", "http://[", "https://x.example/\r\nBcc: y"])  # fmt: skip
def test_only_web_addresses_are_linked(url):
    text = plain(write([make_hit(url=url)]))
    assert "Artículo" not in text


def test_line_breaks_in_what_was_printed_make_no_lines():
    text = plain(
        write([make_hit("paro\r\n\r\nFrom: x", "hay\u2028paro\x0b hoy", ((4, 8),), outlet="a\nb", places=["c\nd"])])
    )
    assert "1. paro From: x" in text.splitlines() and "   hay *paro* hoy" in text.splitlines()
    assert any(line.startswith("   a b ·") and "c d" in line for line in text.splitlines())


def test_what_cannot_be_encoded_does_not_stop_the_mail():
    assert "1. paro hoy" in plain(write([make_hit("paro \ud83d hoy")]))


@settings(max_examples=30, deadline=None)
@given(
    st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=120).filter(
        lambda name: name.split() and "=?" not in name
    )
)
def test_any_name_survives_the_subject(name):
    alert = make_alert(name=name)
    letter = write([make_hit()], alert=alert)
    assert letter["Subject"] == f"[Pututu] {alert.name}: 1 noticia"
    assert {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "List-Id",
        "Auto-Submitted",
        "Precedence",
        "MIME-Version",
        "Content-Type",
    } == set(letter.keys())


@pytest.mark.parametrize(
    "name", ["=?utf-8?q?a=0D=0ABcc:_eve@example.org?=", "ñ =?utf-8?b?DQpCY2M6IGV2ZUBleGFtcGxlLm9yZw==?="]
)
def test_no_header_hides_in_an_encoded_word(name):
    letter = write([make_hit()], alert=make_alert(name=name))
    assert letter["Bcc"] is None and "\n" not in letter["Subject"] and "?utf-8?" in letter["Subject"]
    assert len(letter.keys()) == 10


def test_a_long_accented_subject_keeps_its_spaces():
    alert = make_alert(
        name="extorsión a empresas de transporte público en Áncash y La Libertad, según la prensa diaria"
    )
    assert alert.name in write([make_hit()], alert=alert)["Subject"]


def test_counted_lines_and_their_link():
    text = plain(write([make_hit()], {"import": 1200, "backfill": 1, "translation": 2}))
    assert (
        "coinciden 1200 documentos importados" in text
        and "coincide 1 documento traído" in text
        and "2 documentos por traducciones" in text
    )
    assert "http://127.0.0.1:9/search?q=paro" in text


def test_dates_are_as_precise_as_they_are_known():
    assert "sin fecha" in plain(write([make_hit(published=None)]))
    assert "24/11/2026 (Lima)" in plain(write([make_hit(precision="day")]))
    assert " 11/2026 (Lima)" in plain(write([make_hit(precision="month")]))
    late = plain(write([make_hit(late=True)]))
    assert "llegó con retraso" in late


def test_a_match_by_tags_alone_says_so():
    text = plain(write([make_hit(why=[], sentence="", marks=())]))
    assert "Coincide: las etiquetas y los datos del documento" in text


def test_a_notice_says_what_and_why():
    alert = make_alert()
    delivery = make_delivery(
        alert, kind="notice", reason="There is no field banana.", prepared=NOW + timedelta(hours=1)
    )
    letter = digests.notice(alert, delivery, sender="pututu@example.org", public_url="http://127.0.0.1:9")
    assert "There is no field banana." in plain(letter) and f"pututu alerts resume {alert.id}" in plain(letter)
    assert "en pausa" in letter["Subject"]


SIGNER = Signer("clave", "abcd1234", "https://pututu.example/" + "muy-largo/" * 20, NOW)


def linked(hits, alert=None, **more):
    alert = alert or make_alert()
    contents = Contents(entries=hits, others=more.pop("others", {}))
    delivery = make_delivery(alert, **more)
    message = digests.digest(
        alert, delivery, contents, sender="pututu@example.org", public_url="http://x", links=SIGNER
    )
    return message.as_bytes(), email.message_from_bytes(message.as_bytes(), policy=email.policy.default)


def test_a_mail_program_can_unsubscribe_and_the_link_is_whole():
    raw, letter = linked([[make_hit()]])
    (line,) = [line for line in raw.split(b"\n") if line.startswith(b"List-Unsubscribe:")]
    assert line.strip().startswith(b"List-Unsubscribe: <https://pututu.example/muy-largo/") and line.strip().endswith(
        b">"
    )
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert line.decode().split("<")[1].rstrip(">\r") in plain(letter)


def test_a_mail_of_one_story_stands_in_its_thread():
    one, other = make_hit(), make_hit("Otra noticia", document="b" * 20)
    import dataclasses

    told = dataclasses.replace(one, story="s" + "a" * 20)
    alert = make_alert()
    threads = [linked([[told]], alert, id=name)[1]["References"] for name in ("d1", "d2")]
    assert threads[0] == threads[1] and threads[0].startswith("<story.s") and threads[0].endswith("@example.org>")
    assert linked([[told], [other]])[1]["References"] is None and linked([[other]])[1]["References"] is None


def test_links_of_a_document_and_of_many():
    hit = make_hit(places=["Callao"], codes=["070101"])
    text = plain(linked([[hit]])[1])
    for words in ("Silenciar este medio (El Faro): https://", "Silenciar este lugar (Callao): https://", "Es relevante: https://", "No es relevante: https://", "Pausar la alerta: https://", "Darme de baja: https://"):  # fmt: skip
        assert words in text
    many = plain(linked([[make_hit(document=f"{n:020d}")] for n in range(51)])[1])
    assert many.count("Opciones (silenciar, opinar): https://") == 51 and "Es relevante" not in many


def test_a_receipt_and_what_is_new():
    receipt = {"checked": 9, "matched": 3, "told": 2, "late": 1, "down": [f"Medio {n}" for n in range(40)]}
    text = plain(linked([[make_hit(changed=["status", "casualties"], clauses=["topic:strike"])]], receipt=receipt)[1])
    assert (
        "De ellos coincidieron 3; 1 llegó con retraso." in text and "y 10 más" in text and "Medio 0, Medio 1," in text
    )
    assert "   Novedad en una noticia ya contada: estado de la medida, víctimas" in text.splitlines()
    assert "   Coincide: paro (titular, texto), topic:strike" in text.splitlines()
