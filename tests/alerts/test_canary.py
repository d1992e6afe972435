"""The canary: it takes the whole way to a real mailbox, shows nowhere, and says when it is late."""

import dataclasses
import mailbox as boxes
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import pipeline
from alerts import canary, operator, subscriptions
from alerts.mailbox import holds
from core.errors import SettingError, UnavailableError
from search.engines import open_backend
from search.query import everything
from store import alerts as kept
from store import canaries, documents, schema, stories, work

from .conftest import NOW, Mailbox, arrive, article
from .imap import serving


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def flying(mailing, tmp_path, mailbox):
    """Settings with a canary whose mails land in a Maildir."""
    folder = tmp_path / "Maildir"
    inbox = boxes.Maildir(folder)
    box: Mailbox = mailbox[0]
    box.on_data = lambda: inbox.add(box.raw[-1]) and None
    return dataclasses.replace(mailing, canary="canario@example.org", canary_mailbox=str(folder), translate="none")


def flow(store, settings, clock):
    return pipeline.process(store, settings, clock=clock)


def test_it_takes_the_whole_way_and_leaves_one_row(store, flying, clock, mailbox):
    other = subscriptions.add(store, NOW, name="todo", query="canario OR seña OR language:es", owner="ana@example.org")
    assert pipeline.is_canary_due(store, flying, NOW)
    assert pipeline.fly_canary(store, flying, clock=clock)["sent"]
    with store.read() as tx:  # under way, it is in no count
        assert documents.count(tx) == 0 and documents.ids(tx) == [] and work.waiting(tx, "enrich") == 1
        assert work.missing(tx, "match") == [] and work.unsettled(tx, "index") == 0
        assert [one.id for one in kept.listed(tx)] == [other.id]
    clock.now += timedelta(seconds=40)
    receipt = flow(store, flying, clock)
    assert receipt["failed"] == [] and receipt["match"]["documents"] == 0 and receipt["index"]["indexed"] == 0
    with store.read() as tx:
        assert stories.count(tx) == 0 and kept.hits_of(tx, other.id) == []
        assert (
            kept.get(tx, other.id)
            and tx.execute(schema.alerts.select().where(schema.alerts.c.id == other.id)).one().checked == 0
        )
    assert [letter["To"] for letter in mailbox[0].letters] == ["canario@example.org"]
    told = pipeline.fly_canary(store, flying, clock=clock)
    assert told == {"sent": False, "under_way": 0, "arrived": clock.now, "late": False}
    with store.read() as tx:
        for table in (
            "documents",
            "versions",
            "aliases",
            "annotations",
            "work",
            "hits",
            "entries",
            "deliveries",
            "story_keys",
        ):
            assert tx.execute(schema.metadata.tables[table].select()).all() == [], table
        assert canary.state(tx, clock.now).late is False
    assert list(Path(flying.canary_mailbox, "new").iterdir()) == []
    assert not pipeline.is_canary_due(store, flying, clock.now) and pipeline.is_canary_due(
        store, flying, NOW + timedelta(hours=1)
    )


def test_it_is_in_no_search_and_no_rebuilt_index(store, flying, clock):
    arrive(store, [article(1)])
    pipeline.fly_canary(store, flying, clock=clock)
    with store.write() as tx:
        work.add_many(tx, "enrich", [(id, 1) for id in documents.ids(tx)], "publisher", NOW)
    flow(store, dataclasses.replace(flying, smtp=""), clock)
    pipeline.reindex(store, flying, clock=clock)
    backend = open_backend(flying)
    assert backend.count(everything()) == 1
    backend.close()


def test_nobodys_document_reaches_the_canarys_mailbox(store, flying, clock, mailbox):
    pipeline.fly_canary(store, flying, clock=clock)
    arrive(store, [article(1, "Un canario sintético de verdad, dice un científico")])
    flow(store, flying, clock)
    assert len(mailbox[0].letters) == 1 and "Seña" not in mailbox[0].texts[0].split("Canario")[0]
    assert "científico" not in mailbox[0].texts[0]


def test_one_that_is_late_is_told_by_doctor_and_an_operator_alert(store, flying, clock):
    from cli.doctor import PARTS

    subscriptions.add(store, NOW, name="ops", owner="ops@example.org", kind="operator", language="en")
    down = dataclasses.replace(flying, smtp="smtp://127.0.0.1:9")
    pipeline.fly_canary(store, down, clock=clock)
    flow(store, down, clock)
    clock.now = NOW + timedelta(minutes=4)
    pipeline.fly_canary(store, down, clock=clock)
    keys = lambda: [one.key for one in operator.troubles(store, down, {}, clock.now)]  # noqa: E731
    assert "canary" not in keys()
    clock.now = NOW + timedelta(minutes=6)
    assert pipeline.fly_canary(store, down, clock=clock)["late"]
    assert "canary" in keys()
    state, finding, mend = next(iter(PARTS["canary"](store, down)))  # the doctor's clock is the machine's
    assert state == "bad" and "matched" in finding and mend
    clock.now = NOW + timedelta(minutes=8)
    flow(store, flying, clock)  # the mail server is back
    pipeline.fly_canary(store, flying, clock=clock)
    assert "canary" in keys()  # it arrived, late
    clock.now = NOW + timedelta(hours=1)
    pipeline.fly_canary(store, flying, clock=clock)
    flow(store, flying, clock)
    pipeline.fly_canary(store, flying, clock=clock)
    assert "canary" not in keys()


def test_a_lost_mail_is_no_arrival_where_the_mailbox_is_asked(store, flying, clock, mailbox):
    mailbox[0].on_data = lambda: None  # the server takes it, and it never lands
    pipeline.fly_canary(store, flying, clock=clock)
    flow(store, flying, clock)
    clock.now += timedelta(minutes=6)
    assert pipeline.fly_canary(store, flying, clock=clock)["late"]
    with store.read() as tx:
        assert canary.state(tx, clock.now).station == "sent"
    unproven = dataclasses.replace(flying, canary_mailbox="")
    assert pipeline.fly_canary(store, unproven, clock=clock) == {
        "sent": False,
        "under_way": 0,
        "arrived": NOW,
        "late": False,
    }


def test_one_that_never_arrives_is_erased_after_a_day_though_the_mailbox_cannot_be_read(store, flying, clock):
    broken = dataclasses.replace(flying, canary_mailbox="imap://a:secreto@127.0.0.1:9/INBOX")
    pipeline.fly_canary(store, broken, clock=clock)
    flow(store, broken, clock)
    clock.now += timedelta(days=1, minutes=1)
    with pytest.raises(UnavailableError) as error:
        pipeline.fly_canary(store, broken, clock=clock)
    assert "secreto" not in str(error.value)
    with store.read() as tx:
        assert [one.injected for one in canaries.under_way(tx)] == [clock.now]  # the next one is on its way


def test_another_address_has_an_alert_of_its_own_and_a_wrong_one_is_told(store, flying, clock):
    pipeline.fly_canary(store, flying, clock=clock)
    clock.now += timedelta(hours=1)
    pipeline.fly_canary(store, dataclasses.replace(flying, canary="otro@example.org"), clock=clock)
    with store.read() as tx:
        assert [alert.owner for alert in kept.active(tx, ("canary",))] == ["otro@example.org"]
    clock.now += timedelta(hours=1)
    with pytest.raises(SettingError, match="PUTUTU_CANARY"):
        pipeline.fly_canary(store, dataclasses.replace(flying, canary="nadie"), clock=clock)


def test_an_import_cannot_pose_as_a_canary(store):
    from core.errors import InputError
    from crawler.imported.rows import document

    with pytest.raises(InputError):
        document({"url": "https://x.example/1", "title": "x", "source": "pututu-canary"}, arrival="live", now=NOW)


def test_a_kill_between_injecting_and_matching_loses_nothing(store, flying, clock):
    with pytest.raises(ZeroDivisionError), store.write() as tx:
        canaries.lock(tx)
        canary._send(tx, canary._alert(tx, flying, NOW), NOW)
        1 / 0
    with store.read() as tx:
        assert canaries.recent(tx) == [] and kept.active(tx, ("canary",)) == []
    assert pipeline.fly_canary(store, flying, clock=clock)["sent"]


# mailboxes


def letter(id: str) -> bytes:
    return f"From: a@example.org\r\nMessage-ID: {id}\r\nSubject: x\r\n\r\nhola\r\n".encode()


def test_a_maildir(tmp_path):
    box = boxes.Maildir(tmp_path / "box")
    box.add(letter("<a@x>"))
    box.add(letter("<b@x>"))
    assert not holds(str(tmp_path / "box"), "<c@x>") and holds(str(tmp_path / "box"), "<a@x>")
    assert not holds(str(tmp_path / "box"), "<a@x>")  # it was taken out
    assert len(box) == 1
    (tmp_path / "no").mkdir()
    with pytest.raises(SettingError, match="no Maildir"):
        holds(str(tmp_path / "no"), "<a@x>")


def test_an_mbox(tmp_path):
    file = tmp_path / "mbox"
    assert not holds(str(file), "<a@x>")
    box = boxes.mbox(file)
    box.add(letter("<a@x>"))
    box.flush()
    assert holds(str(file), "<a@x>") and holds(str(file), "<a@x>") and not holds(str(file), "<A@y>")
    assert not holds(str(file), '<a@x> OR "') and not holds(str(file), "")


@pytest.fixture
def imap() -> Iterator[tuple[str, list[bytes]]]:
    """A mailbox behind IMAP on loopback, and the messages in it."""
    with serving() as (port, messages):
        yield f"imap://ana:se%20creto@127.0.0.1:{port}/INBOX", messages


def test_imap(imap):
    url, messages = imap
    messages += [letter("<a@x>"), letter("<b@x>")]
    assert not holds(url, "<c@x>")
    assert holds(url, "<b@x>") and [b"<a@x>" in one for one in messages] == [True]
    with pytest.raises(UnavailableError) as error:
        holds(url.replace("se%20creto", "otra"), "<a@x>")
    assert "otra" not in str(error.value)
    with pytest.raises(UnavailableError, match="folder"):
        holds(url.replace("INBOX", "nada"), "<a@x>")


def test_a_server_that_stalls_is_given_up(monkeypatch):
    import socket

    from alerts import mailbox as module

    monkeypatch.setattr(module, "TIMEOUT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=server.accept, daemon=True).start()
        with pytest.raises(UnavailableError):
            holds(f"imap://a:b@127.0.0.1:{server.getsockname()[1]}/", "<a@x>")
