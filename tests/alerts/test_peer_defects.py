"""The defects that were found in peers (D1 to D15): one named test each, through the stages a user runs.

More on each stands where its room is tested: docs/alerts.md has the index.
"""

import dataclasses
from contextlib import closing
from datetime import timedelta

import pipeline
from alerts import subscriptions
from alerts.matching import match
from alerts.outbox import deliver
from core.document import Document, document_id
from core.urls import alias
from crawler.archive import Page
from crawler.due import Poll, after_poll
from crawler.extract import extract
from search.engines import open_backend
from search.query import parse
from store import alerts as kept
from store import documents, schema, work
from store.alerts import hits_of
from store.saving import save_many
from store.sources import SourceState

from .conftest import NOW, arrive, article
from .test_outbox import named


def flow(store, settings, now=NOW):
    match(store, settings, now)
    return deliver(store, settings, now)


def find(settings, query):
    with closing(open_backend(settings)) as backend:
        return backend.search(parse(query)).total


def processed(store, settings, *given):
    """Documents through enrichment and the index, as the flow does it; their ids."""
    with store.write() as tx:
        ids = [one.document.id for one in save_many(tx, given, now=NOW)]
    pipeline.enrich(store, settings, clock=lambda: NOW)
    pipeline.index(store, settings, clock=lambda: NOW)
    return ids


def test_d1_more_than_50_matches_in_one_cycle_are_all_told(store, mailing, mailbox, alert):
    arrive(store, [article(n) for n in range(51)])
    assert flow(store, mailing)["entries"] == 51
    arrive(store, [article(n) for n in range(100, 600)])
    assert flow(store, mailing)["entries"] == 500
    assert sorted(named(mailbox[0])) == [*range(51), *range(100, 600)]


def test_d2_a_question_that_became_invalid_is_kept_paused_and_its_owner_told(store, mailing, mailbox, alert):
    with store.write() as tx:
        tx.execute(schema.alerts.update().values(query="campo_que_no_existe:x"))
    arrive(store, [article(1)])
    flow(store, mailing)
    with store.read() as tx:
        (one,) = kept.listed(tx)
    assert one.state == "paused" and one.reason and "campo_que_no_existe" in mailbox[0].texts[0]


def test_d3_re_enrichment_and_a_full_reindex_tell_nothing_and_a_concurrent_write_is_not_lost(store, mailing, mailbox):
    subscriptions.add(store, NOW, name="paros", query="paro", owner="ana@example.org")
    (first,) = processed(store, mailing, article(1))
    assert flow(store, mailing)["mails"] == 1
    pipeline.refresh(store, mailing, clock=lambda: NOW)
    pipeline.reindex(store, mailing, clock=lambda: NOW)
    with store.write() as tx:
        work.add_many(tx, "match", [(first, 1)], "enrich", NOW, again=True)
        save_many(tx, [article(2)], now=NOW)  # while the old one is asked again
    pipeline.enrich(store, mailing, clock=lambda: NOW)
    assert flow(store, mailing)["entries"] == 1
    assert named(mailbox[0]) == [1, 2]


def test_d4_one_hit_is_in_one_mail_with_headline_sentence_source_and_time(store, mailing, mailbox):
    subscriptions.add(store, NOW, name="diaria", query="paro", owner="ana@example.org", rhythm="daily", at="07:00")
    arrive(store, [article(1, "Choferes no salen a trabajar", "Acatan un paro de 24 horas. Nadie viajó.")])
    match(store, mailing, NOW, outlets={"diario": "El Diario"})
    for hour in range(0, 96, 3):  # daily windows that overlap or touch repeat nothing
        deliver(store, mailing, NOW + timedelta(hours=hour))
    (text,) = mailbox[0].texts
    assert "Choferes no salen a trabajar" in text and "Acatan un *paro* de 24 horas." in text
    assert "El Diario · 25/11/2026 10:00 (Lima)" in text


def test_d5_a_search_engine_that_is_down_loses_nothing_and_a_version_is_a_real_change(
    store, settings, mailing, mailbox
):
    subscriptions.add(store, NOW, name="paros", query="paro", owner="ana@example.org")
    down = dataclasses.replace(settings, index="http://127.0.0.1:1")
    given = [article(n) for n in range(30)]
    with store.write() as tx:
        save_many(tx, given, now=NOW)
    done = pipeline.process(store, dataclasses.replace(mailing, index=down.index), clock=lambda: NOW)
    assert done["failed"] and sorted(named(mailbox[0])) == list(range(30))  # alerts do not wait for it
    pipeline.index(store, settings, clock=lambda: NOW)
    assert find(settings, "paro") == 30
    with store.write() as tx:
        again = save_many(tx, [given[0], dataclasses.replace(given[1], title="Paro levantado")], now=NOW)
    assert [(one.change, one.document.version) for one in again] == [("same", 1), ("version", 2)]


def test_d6_the_end_of_a_very_long_gazette_text_is_found_and_alerted(store, settings, mailing):
    one = subscriptions.add(store, NOW, name="fin", query="quipucamayoc", owner="ana@example.org")
    text = "Artículo de la norma sobre tránsito. " * 9_000 + "Firma el quipucamayoc."
    assert len(text.encode()) > 10 * 32_766
    processed(store, settings, article(1, "Norma larga", text, kind="norm"))
    assert find(settings, "quipucamayoc") == 1
    match(store, mailing, NOW)
    with store.read() as tx:
        (hit,) = hits_of(tx, one.id)
    assert hit.snapshot["sentence"]["text"] == "Firma el quipucamayoc."


def test_d7_a_dead_source_is_told_within_three_of_its_gaps_however_noisy_it_was():
    state, now = SourceState(slug="faro"), NOW
    for number in range(60):  # noisy: 1 to 40 new items, one or five hours apart
        now += timedelta(hours=1 if number % 3 else 5)
        state = after_poll(state, Poll(ok=True, new=1 + number * 7 % 40, listed=40, trusted=True, dates=[now]), now)
    assert state.status == "verified"
    silent = now
    while state.status != "silent":
        silent += timedelta(hours=1)
        state = after_poll(state, Poll(ok=True, new=0, listed=40, trusted=True), silent)
        assert silent - now < timedelta(days=4), "a source that died was never told of"
    assert state.reason == "silent"


def test_d8_two_documents_of_the_same_second_in_two_batches_are_both_told(store, mailing, mailbox, alert):
    arrive(store, [article(1)])
    flow(store, mailing)
    arrive(store, [article(2)])
    flow(store, mailing)
    assert named(mailbox[0]) == [1, 2]


def test_d9_moments_below_the_second_are_kept_and_repeat_nothing(store, mailing, mailbox, alert):
    moment = NOW + timedelta(microseconds=123_457)
    (id_,) = arrive(store, [article(1, published=moment, fetched=moment)], now=moment)
    with store.read() as tx:
        assert documents.get(tx, id_).published == moment
    for step in range(5):
        flow(store, mailing, moment + timedelta(microseconds=step))
    assert named(mailbox[0]) == [1]


def test_d10_a_burst_is_told_to_the_last(store, mailing, mailbox, alert):
    for second in range(10):
        arrive(store, [article(10 * second + n) for n in range(10)])
        flow(store, mailing, NOW + timedelta(seconds=second))
    assert named(mailbox[0]) == list(range(100))


def test_d11_what_comes_after_an_outage_is_told_and_a_late_arrival_says_so(store, mailing, mailbox, alert):
    arrive(store, [article(1, published=NOW - timedelta(hours=3))])
    arrive(store, [article(2, published=NOW - timedelta(days=20), arrival="late")])
    flow(store, mailing)
    (text,) = mailbox[0].texts
    assert named(mailbox[0]) == [1, 2] and text.count("llegó con retraso") == 2  # at the item, and in the receipt


def test_d12_what_no_alert_asks_for_is_tagged_and_found_later_by_its_stem(store, settings, mailing, alert):
    processed(
        store, settings, article(1, "Extorsionan a transportistas en Trujillo", "Piden cupos a los transportistas.")
    )
    match(store, mailing, NOW)
    with store.read() as tx:
        assert hits_of(tx, alert.id) == []
    assert find(settings, "extorsión transportista") == 1 and find(settings, "topic:extortion") == 1


def test_d13_no_place_and_no_strike_in_the_middle_of_a_word(store, settings, mailing):
    asked = {
        name: subscriptions.add(store, NOW, name=name, query=query, owner="ana@example.org")
        for name, query in {
            "Ica": "department:Ica", "Puno": "department:Puno OR place:Puno", "paro": "paro", "libertad": 'department:"La Libertad"',
        }.items()
    }  # fmt: skip
    processed(
        store, settings,
        article(1, "La política económica no cambia", "La política fiscal del Ejecutivo sigue igual."),
        article(2, "Levantó el puño al salir", "El acusado levantó el puño ante la prensa."),
        article(3, "El bus paró en la esquina", "El bus paró y siguió; no hubo más."),
        article(4, "Piden la libertad del dirigente", "La familia pide la libertad del dirigente."),
        article(5, "Bloquean la vía en Ica", "Vecinos de Ica bloquean la Panamericana Sur en la región Ica."),
        article(6, "Inician paro en Puno", "En la región Puno los comerciantes inician un paro."),
        article(7, "Balacera en la región La Libertad", "Ocurrió en Trujillo, región La Libertad."),
    )  # fmt: skip
    match(store, mailing, NOW)
    with store.read() as tx:
        titles = {name: {hit.snapshot["headline"] for hit in hits_of(tx, one.id)} for name, one in asked.items()}
    assert titles == {
        "Ica": {"Bloquean la vía en Ica"}, "Puno": {"Inician paro en Puno"}, "paro": {"Inician paro en Puno"},
        "libertad": {"Balacera en la región La Libertad"},
    }  # fmt: skip


def test_d14_hundreds_of_slugs_of_one_article_are_one_document_and_one_mail(store, mailing, mailbox, alert):
    def seen(slug: str) -> Document:
        url = f"https://canal.example/actualidad/{slug}-n161669"
        page = f"<html><head><title>Paro de buses</title></head><body><article><h1>Paro de buses numero 1 en la ruta</h1><p>{'Los choferes acatan un paro y nadie viaja. ' * 12}</p></article></body></html>"  # fmt: skip
        found = native(url, page)
        return dataclasses.replace(article(1, url=url), aliases=(alias(url), *found), id=document_id(alias(url)))

    for number in range(300):
        arrive(store, [seen(f"paro-de-buses-{number}")])
    with store.read() as tx:
        assert documents.count(tx) == 1
    flow(store, mailing)
    assert named(mailbox[0]) == [1]


def native(url: str, html: str) -> tuple[str, ...]:
    """The names that a page's own number gives its article, whatever its slug."""
    page = Page(url=url, status=200, headers={"Content-Type": "text/html; charset=utf-8"}, body=html.encode(), when=NOW)
    return tuple(one for one in extract(page).aliases if one.startswith("native:"))


def test_d15_alerts_follow_arrival_and_are_keyed_by_alert_and_document(store, mailing, mailbox, alert):
    other = subscriptions.add(store, NOW, name="otra", query="buses", owner="bea@example.org")
    for published in (NOW - timedelta(days=900), NOW + timedelta(days=3), None):
        arrive(store, [article(10 if published is None else published.year * 10 + published.day, published=published)])
    flow(store, mailing)
    flow(store, mailing, NOW + timedelta(days=900))
    assert [letter["To"] for letter in mailbox[0].letters].count("bea@example.org") == 1 and other.id
    assert len(named(mailbox[0])) == 6 and len(set(named(mailbox[0]))) == 3
