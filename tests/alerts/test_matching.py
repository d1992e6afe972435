"""The matching stage: follows arrival, writes each hit once, survives edits and kills."""

import dataclasses
import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from alerts import matching, rules, subscriptions
from alerts.ledger import ledger, opened
from alerts.matching import match
from alerts.outbox import deliver
from core.document import Annotation
from core.errors import QueryError
from store import alerts as kept
from store import annotations, documents, work
from store.database import Store

from .conftest import NOW, arrive, article


def hits(store, alert):
    with store.read() as tx:
        return kept.hits_of(tx, alert.id)


def annotate(store, id_, **payload):
    with store.write() as tx:
        version = documents.get(tx, id_).version
        annotations.put_many(
            tx, [Annotation(document=id_, version=version, step="test", fingerprint="1", payload=payload)], NOW
        )


def rematch(store, ids, cause):
    with store.write() as tx:
        work.add_many(tx, "match", [(id_, documents.get(tx, id_).version) for id_ in ids], cause, NOW)


def test_what_arrives_is_matched_and_mailed_once(store, mailing, mailbox, alert, now):
    arrive(
        store,
        [
            article(1),
            article(2, "Nada que ver"),
            article(3, "Otra cosa", "En Lima. Los choferes acatan un paro hoy. Fin."),
        ],
    )
    receipt = match(store, mailing, now, outlets={"diario": "El Diario"})
    assert (receipt["documents"], receipt["hits"], receipt["entries"], receipt["counted"]) == (3, 2, 2, 0)
    assert match(store, mailing, now)["documents"] == 0
    deliver(store, mailing, now)
    (text,) = mailbox[0].texts
    assert "   Los choferes acatan un *paro* hoy." in text.splitlines()
    assert "El Diario · 25/11/2026 10:00 (Lima)" in text
    assert text.count("Paro de buses numero 1 en la ruta") == 1
    assert "se revisaron 3 documentos" in text


def test_d3_a_new_version_and_re_enrichment_and_reindex_tell_nothing_again(store, mailing, mailbox, alert, now):
    ids = arrive(store, [article(1)])
    match(store, mailing, now)
    deliver(store, mailing, now)
    arrive(store, [article(1, "Paro de buses numero 1 en la ruta, actualizado")])
    rematch(store, ids, "enrich-again")
    receipt = match(store, mailing, now)
    assert receipt["documents"] == 1 and receipt["known"] >= 1 and receipt["hits"] == 0
    assert deliver(store, mailing, now)["mails"] == 0 and len(mailbox[0].raw) == 1


def test_d3_a_version_that_matches_at_last_is_told(store, mailing, alert, now):
    arrive(store, [article(1, "Buses en la ruta")])
    assert match(store, mailing, now)["hits"] == 0
    arrive(store, [article(1, "Buses en la ruta van al paro")])
    assert match(store, mailing, now)["hits"] == 1


def test_what_our_extractor_changed_is_not_told(store, mailing, alert, now):
    arrive(store, [article(1)], cause="extractor")
    receipt = match(store, mailing, now)
    assert (receipt["documents"], receipt["hits"]) == (0, 0)
    with store.read() as tx:
        assert work.waiting(tx, "match") == 0


def test_d8_two_documents_of_one_second_in_two_batches(store, mailing, alert, now):
    arrive(store, [article(1)])
    match(store, mailing, now)
    arrive(store, [article(2)])
    assert article(1).published == article(2).published
    match(store, mailing, now)
    assert len(hits(store, alert)) == 2


@pytest.mark.parametrize("published", [NOW - timedelta(days=4000), NOW + timedelta(days=400), None])
def test_d15_matching_follows_arrival_not_the_date(store, mailing, alert, now, published):
    arrive(store, [article(1, published=published)])
    assert match(store, mailing, now)["hits"] == 1


def test_d11_what_comes_late_is_told_and_says_so(store, mailing, mailbox, alert, now):
    arrive(store, [article(1, arrival="late", published=now - timedelta(days=30))])
    match(store, mailing, now)
    deliver(store, mailing, now)
    assert "llegó con retraso" in mailbox[0].texts[0]


@pytest.mark.parametrize("arrival", ["import", "backfill"])
def test_arrivals_from_the_past_are_only_counted(store, mailing, mailbox, alert, now, arrival):
    arrive(store, [article(n, arrival=arrival) for n in range(30)])
    receipt = match(store, mailing, now)
    assert (receipt["hits"], receipt["counted"], receipt["entries"]) == (0, 30, 0)
    assert deliver(store, mailing, now)["mails"] == 0
    arrive(store, [article(99)])
    match(store, mailing, now)
    deliver(store, mailing, now)
    (text,) = mailbox[0].texts
    assert "coinciden 30 documentos" in text and text.count("en la ruta") == 1


@pytest.mark.parametrize(("age", "counted"), [(timedelta(days=6), False), (timedelta(days=8), True)])
def test_a_translation_more_than_a_week_late_is_only_counted(store, mailing, now, age, counted):
    english = subscriptions.add(store, now, name="strikes", query="strike", owner="ana@example.org", language="en")
    ids = arrive(store, [article(1, fetched=now - age)])
    assert match(store, mailing, now)["hits"] == 0
    annotate(
        store,
        ids[0],
        translation={"language": "en", "title": "Bus strike number 1", "summary": "", "text": "", "engine": "x"},
    )
    rematch(store, ids, "translation")
    match(store, mailing, now)
    (hit,) = hits(store, english)
    assert hit.counted is counted and hit.snapshot["side"] == "translation"
    assert hit.snapshot["translation"] == "Bus strike number 1"


def test_tags_match_and_the_mail_says_why(store, mailing, mailbox, now):
    subscriptions.add(store, now, name="tema", query="topic:strike department:callao", owner="ana@example.org")
    ids = arrive(store, [article(1, "Buses detenidos")])
    annotate(store, ids[0], topics=[{"name": "strike", "subtype": None, "score": 1, "spans": []}], places=[{"name": "Callao", "department": "Callao", "province": None, "district": None, "role": "event"}])  # fmt: skip
    assert match(store, mailing, now)["hits"] == 1
    deliver(store, mailing, now)
    assert "Lugar: Callao · Tema: paro o huelga" in mailbox[0].texts[0]


def test_d2_a_question_that_is_no_longer_valid_is_paused_and_its_owner_told(store, mailing, mailbox, alert, now):
    """D2: never deleted, and never silently."""
    broken = dataclasses.replace(
        rules.create(name="rota", query="paro", owner="bea@example.org", now=now), query="gone:x"
    )
    with store.write() as tx:
        kept.add(tx, broken)
    arrive(store, [article(1)])
    receipt = match(store, mailing, now)
    assert receipt["hits"] == 1  # the others are asked all the same
    assert [one["name"] for one in receipt["paused"]] == ["rota"]
    arrive(store, [article(2)])
    assert match(store, mailing, now)["paused"] == []
    assert deliver(store, mailing, now)["notices"] == 1
    (letter,) = [one for one in mailbox[0].letters if one["To"] == "bea@example.org"]
    assert "gone" in letter.get_body(("plain",)).get_content() and "en pausa" in letter["Subject"]
    with store.read() as tx:
        paused = kept.get(tx, "rota")
    assert paused.state == "paused" and "gone" in (paused.reason or "")
    with pytest.raises(QueryError):
        subscriptions.resume(store, "rota", now)
    subscriptions.edit(store, "rota", now, query="huelga")
    assert subscriptions.resume(store, "rota", now).state == "active"


def test_an_alert_edited_while_we_match_is_asked_as_edited(store, mailing, alert, now, monkeypatch):
    arrive(store, [article(1), article(2, "Huelga de buses numero 2 en la ruta")])
    real, edits = documents.records, []

    def slow(tx, ids):
        if not edits:
            edits.append(subscriptions.edit(store, "paros", now, query="huelga"))
        return real(tx, ids)

    monkeypatch.setattr(matching.documents, "records", slow)
    assert match(store, mailing, now)["hits"] == 1
    assert [hit.snapshot["headline"] for hit in hits(store, alert)] == ["Huelga de buses numero 2 en la ruta"]


def test_documents_that_arrive_while_we_match_are_not_lost(store, mailing, alert, now, monkeypatch):
    arrive(store, [article(1)])
    real, came = documents.records, []

    def slow(tx, ids):
        if not came:
            came.append(arrive(store, [article(2)]))
        return real(tx, ids)

    monkeypatch.setattr(matching.documents, "records", slow)
    match(store, mailing, now)
    assert len(hits(store, alert)) == 2


def test_500_documents_in_batches_are_one_mail(store, mailing, mailbox, alert, now):
    arrive(store, [article(n) for n in range(500)])
    receipt = match(store, mailing, now, batch=70)
    assert (receipt["documents"], receipt["hits"]) == (500, 500)
    deliver(store, mailing, now)
    assert len(mailbox[0].raw) == 1 and mailbox[0].texts[0].count("en la ruta") == 500


def test_what_fails_waits_and_holds_up_no_other(store, mailing, alert, now, monkeypatch):
    ids = arrive(store, [article(1), article(2), article(3)])
    real = matching.snapshot

    def poisoned(node, record, *about):
        if record.id == ids[1]:
            raise ValueError("poison")
        return real(node, record, *about)

    monkeypatch.setattr(matching, "snapshot", poisoned)
    receipt = match(store, mailing, now)
    assert receipt["hits"] == 2 and receipt["failed"] == {"ValueError: poison": 1}
    with store.read() as tx:
        assert work.waiting(tx, "match") == 1
    monkeypatch.undo()
    assert match(store, mailing, now)["hits"] == 1


def test_numbers_that_must_not_leave_are_masked_in_the_mail(store, mailing, mailbox, alert, now):
    arrive(
        store,
        [
            article(
                1,
                "Paro de buses, llame al 987 654 321",
                "Hoy hay paro y el DNI 45678912 firma; llame al 987654321. Fin.",
            )
        ],
    )
    match(store, mailing, now)
    deliver(store, mailing, now)
    (text,) = mailbox[0].texts
    assert "987" not in text and "45678912" not in text and "•" in text and "*paro*" in text


def test_without_alerts_the_work_is_done_all_the_same(store, mailing, now):
    arrive(store, [article(1)])
    match(store, mailing, now)
    with store.read() as tx:
        assert work.waiting(tx, "match") == 0


PROGRAM = """
import os, signal
from datetime import datetime
from alerts import matching
from core.settings import Settings
from store.database import Store

def dying(*given, real=matching.kept.add_hits):
    real(*given)
    os.kill(os.getpid(), signal.SIGKILL)

matching.kept.add_hits = dying
settings = Settings.load()
with Store.open(settings) as store:
    matching.match(store, settings, datetime.fromisoformat("{now}"))
"""


def test_killed_in_mid_match_nothing_is_lost_or_double(store, mailing, mailbox, alert, now):
    arrive(store, [article(n) for n in range(5)])
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
    program = PROGRAM.format(now=NOW.isoformat())
    died = subprocess.run(
        [sys.executable, "-c", program],
        env=plain | {"PUTUTU_HOME": str(mailing.home), "PUTUTU_STORE": mailing.store},
        timeout=60,
    )
    assert died.returncode == -signal.SIGKILL and hits(store, alert) == []
    assert match(store, mailing, now)["hits"] == 5
    assert deliver(store, mailing, now)["entries"] == 5


def test_two_workers_match_each_document_once(store, settings, mailing, alert, now):
    import threading

    arrive(store, [article(n) for n in range(60)])
    with Store.open(settings) as second:
        threads = [
            threading.Thread(target=match, args=(one, mailing, now), kwargs={"batch": 7}) for one in (store, second)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(hits(store, alert)) == 60


def test_the_ledger_tells_of_a_document(store, mailing, mailbox, alert, now):
    ids = arrive(store, [article(1)])
    match(store, mailing, now)
    deliver(store, mailing, now)
    with store.read() as tx:
        (row,) = ledger(tx, kept.listed(tx)[0])
        (told,) = opened(tx, kept.listed(tx)[0], row["id"])["told"]
    assert row["state"] == "sent" and [one["id"] for one in told["documents"]] == ids
    assert row["message_id"] == mailbox[0].letters[0]["Message-ID"]
