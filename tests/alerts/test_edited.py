"""An alert that is edited while its digest waits: nothing is lost, and each document says which question found it."""

import json
from datetime import timedelta

from alerts import subscriptions
from alerts.feeds import feed
from alerts.ledger import opened
from alerts.matching import match
from alerts.outbox import deliver
from alerts.payloads import note, post
from alerts.view import Contents
from store import answers, deliveries
from store.deliveries import Delivery

from .conftest import NOW, arrive, article

LATER = NOW + timedelta(hours=22)  # 08:00 in Lima, the day after: the digest of 07:00 is due
SAID = "Coincidió con la pregunta que la alerta hacía antes: paro"


def waiting(store, settings):
    """A daily alert that found one document by `paro`, counted an imported one, and found another by `huelga` once it was edited."""
    alert = subscriptions.add(store, NOW, name="paros", query="paro", owner="ana@example.org", rhythm="daily")
    arrive(store, [article(1, "Paro de buses en Ica"), article(2, "Paro antiguo", arrival="import")])
    match(store, settings, NOW)
    edited = subscriptions.edit(store, alert.id, NOW, query="huelga")
    arrive(store, [article(3, "Huelga de maestros en Puno"), article(4, "Paro de camiones en Tacna")])
    match(store, settings, NOW)
    return edited


def test_each_document_says_which_question_found_it_and_none_is_lost(store, mailing, mailbox):
    waiting(store, mailing)
    assert deliver(store, mailing, LATER)["entries"] == 2
    text = mailbox[0].texts[0].replace("\r\n", "\n")
    ica, puno = text.index("Paro de buses en Ica"), text.index("Huelga de maestros en Puno")
    assert ica < text.index(SAID) < puno and text.count(SAID) == 1 and "Tacna" not in text
    assert "Pregunta: huelga\nPregunta anterior (2 documentos de este envío): paro\n" in text
    (letter,) = mailbox[0].letters
    html = letter.get_body(("html",)).get_content()
    assert html.count(SAID) == 1 and "Pregunta anterior (2 documentos de este envío): paro" in html


def test_every_channel_and_the_ledger_say_it_and_a_later_edit_changes_no_message_that_was_frozen(store, mailing, mailbox):  # fmt: skip
    alert = waiting(store, mailing)
    mailbox[0].refuse["ana@example.org"] = "451 later"
    deliver(store, mailing, LATER)
    again = subscriptions.edit(store, alert.id, LATER, query="bloqueo")
    with store.read() as tx:
        (message,) = deliveries.deliveries_of(tx, alert.id)
        entries, counted = deliveries.contents(tx, message)
        documents = [one for entry in opened(tx, again, message.id)["told"] for one in entry["documents"]]
        shown = {item.title: item.lines for item in feed(tx, again, "http://h").items}
    assert [one["question"] for one in documents] == ["paro", "huelga"]
    assert message.receipt is not None and message.receipt["earlier"] == {"paro": 2}
    assert any(SAID.replace("paro", "huelga") == said for said in shown["Huelga de maestros en Puno"])
    _says_the_same(store, again, message, entries, counted)
    mailbox[0].refuse.clear()
    deliver(store, mailing, LATER + timedelta(hours=1))
    assert "Pregunta: huelga\r\n" in mailbox[0].texts[0] and mailbox[0].texts[0].count(SAID) == 1


def _says_the_same(store, alert, message: Delivery, entries, counted) -> None:
    with store.write() as tx:
        keys = answers.made_keys(tx, alert.id)
    contents = Contents(entries=entries, counted=counted)
    said = json.loads(post(alert, message, contents, keys, "http://h").body)
    assert said["alert"]["query"] == "huelga" and said["receipt"]["earlier"] == {"paro": 2}
    assert [one["why"]["question"] for entry in said["entries"] for one in entry["documents"]] == ["paro", "huelga"]
    body = note(alert, message, contents, keys, "http://h").body
    assert body.count(SAID) == 1 and "Pregunta anterior (2 documentos de este envío): paro" in body
