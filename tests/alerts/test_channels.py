"""How channels are written, and webhooks, chats and dead channels against a real receiver that fails, stalls, drips and redirects."""

import base64
import hashlib
import hmac
import os
import re
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from alerts import outbox, rules, subscriptions
from alerts.channels import ChannelDownError
from alerts.channels.addresses import checked, kind, shown
from alerts.channels.chat import ChatChannel, Note
from alerts.channels.webhook import Post, WebhookChannel, secret
from alerts.outbox import deliver
from core.errors import InputError
from core.urls import check_public
from store import alerts as kept
from store import answers, channels, deliveries
from store.channels import LEAST, PATIENCE, TRIAL

from .conftest import NOW
from .test_outbox import all_deliveries, hit, named

LOOPBACK = ["127.0.0.0/8"]


def hooked(store, settings, url, *more, name="gancho", owner="ana@example.org", **fields):
    return subscriptions.add(
        store,
        NOW,
        allowed=settings.allow_private,
        name=name,
        query="paro",
        owner=owner,
        channels=[url, *more],
        **fields,
    )


def impatient(settings, seconds=2.0):
    """The webhook channel with a short deadline."""
    return {"webhook": WebhookChannel("Pututu/test", lambda: NOW.timestamp(), settings.allow_private, deadline=seconds)}


def numbers(receiver):
    return [
        int(one["headline"].split()[4])
        for body in receiver.bodies if body["type"] == "alert.digest"
        for entry in body["entries"] for one in entry["documents"]
    ]  # fmt: skip


def states(store):
    with store.read() as tx:
        return channels.states(tx)


# ---- How they are written ----


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("", "is empty"), ("ana@example.org", "mailto:ana@example.org"), ("mailto:ana", "mail address"), ("mailto:a@b\r\nBcc: c@d", r"U\+000D, character 11"),
        ("https://", "no host"), ("https://[x/", "host or port"), ("https://example.org:99999/", "host or port"), ("https://8.8.8.8/#x", "behind #"),
        ("https://ana:pw@8.8.8.8/", "password"), ("https://8.8.8.8/a b", "space"), ("https://127.0.0.1/", "private"), ("http://[::1]/", "private"),
        ("http://10.1.2.3/x", "private"), ("http://169.254.169.254/latest", "private"), ("http://2130706433/", "private"), ("http://0x7f.1/", "private"),
        ("https://localhost/", "private"), ("https://no-such-host.invalid/", "does not resolve"), ("feed:x", "feed"), ("banana://x", "no kind of channel"),
        ("tgram://x", "Telegram"), ("json://127.0.0.1/", "private"), ("ntfys://192.168.1.1/topic", "private"), ("mailtos://u:p@gmail.com", "no kind"),
        ("syslog://", "this very machine"), ("x" * 3000 + "://", "3003 characters"),
        ("https://8.8.8.8/…", "left out"), ("tgram://…", "left out"), ("/srv/hook", "path of a file"), ("./hook.json", "path of a file"), ("../hook", "path of a file"),
        ("C:\\hook", "path of a file"), ("file:///srv/hook", "path of a file"), ("~/hook", "path of a file"), ("//8.8.8.8/x", "https://8.8.8.8/x"),
        ("www.example.org/hook", "https://www.example.org/hook"), ("https:/8.8.8.8/x", "both slashes"), ("https:8.8.8.8/x", "no host"), ("https:///hook", "no host"),
        ("https:\\\\8.8.8.8\\x", "backslash"), ("https://8.8.8.8/a\\b", "backslash"), ("https://8.8.8.8:0/x", "port 0"), ("https://8.8.8.8:x/", "host or port"),
        ("https://8.8.8.8/%zz", r"character 17"), ("https://8.8.8.8/100%", "%25"), ("https://8.8.8.8/a\u200bb", r"U\+200B"), ("mailto://ana@example.org", "slash before"),
        ("mailto:ana@example.org?subject=x", "mail address"), ("mailto:", "mail address"), ("javascript:alert(1)", "no kind of channel"), ("ftp://8.8.8.8/x", "no kind"),
    ],
)  # fmt: skip
def test_a_channel_that_is_wrong_says_which_part(url, part):
    with pytest.raises(InputError) as error:
        checked(url)
    assert re.search(part, str(error.value)), str(error.value)
    with pytest.raises(InputError):
        rules.create(name="x", query="paro", owner="ana@example.org", now=NOW, channels=[url])


@pytest.mark.parametrize(
    ("url", "way", "public"),
    [
        ("MAILTO:ana@example.org", "mail", "mailto:ana@example.org"), ("feed:", "feed", "feed:"), ("https://8.8.8.8/hook?k=secret", "webhook", "https://8.8.8.8/…"),
        ("HTTP://8.8.8.8", "webhook", "http://8.8.8.8"), ("https://8.8.8.8/hook.json", "webhook", "https://8.8.8.8/…"), ("https://8.8.8.8/a/../b%20c?d=…e", "webhook", "https://8.8.8.8/…"), ("tgram://123456789:abcdefg_hijklmnop/12315544/", "chat", "tgram://…"),
    ],
)  # fmt: skip
def test_a_channel_is_known_by_its_scheme_and_shown_without_its_secret(url, way, public):
    assert kind(checked(url)) == way and shown(checked(url)) == public


def test_a_private_address_is_allowed_by_the_setting_only(settings, receiver):
    assert checked(receiver.url, settings.allow_private) == receiver.url
    with pytest.raises(InputError, match="PUTUTU_ALLOW_PRIVATE"):
        checked(receiver.url)


def test_editing_something_else_does_not_ask_for_the_channel_again(store, settings, receiver):
    one = hooked(store, settings, receiver.url)
    assert subscriptions.edit(store, one.id, NOW, name="otro nombre").channels == (receiver.url,)


# ---- Webhooks ----


def test_a_webhook_gets_everything_signed(store, settings, receiver):
    one = hooked(store, settings, receiver.url + "/hook?x=1")
    hit(store, one, [7], story="s{}")
    hit(store, one, [90, 91], counted=True, arrival="import")
    done = deliver(store, settings, NOW)
    assert (done["mails"], done["entries"], done["waiting"]) == (1, 1, 0)
    ((path, headers, body),) = receiver.posts
    (told,) = all_deliveries(store, one)
    with store.read() as tx:
        key = answers.keys(tx, one.id).webhook
    signed = f"{told.id}.{headers['webhook-timestamp']}.".encode() + body
    mac = hmac.new(base64.b64decode(secret(key).removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
    assert headers["webhook-id"] == headers["Idempotency-Key"] == told.id and path == "/hook?x=1"
    assert headers["User-Agent"].startswith("Pututu/")
    (said,) = receiver.bodies
    assert said["alert"]["name"] == "gancho" and said["counted"]["import"] == 2 and said["receipt"]["matched"] == 3
    (document,) = said["entries"][0]["documents"]
    assert document["headline"] == "Paro de buses numero 7 en la ruta" and document["outlet"] == "El Faro"
    assert said["links"]["unsubscribe"].startswith(settings.public_url + "/l/") and document["links"]["mute_source"]


@pytest.mark.parametrize("status", [500, 503, 404, 401, 302, 429])
def test_a_failing_receiver_is_tried_again_with_the_same_key_and_body(store, settings, receiver, status):
    one = hooked(store, settings, receiver.url)
    receiver.status, receiver.headers = status, {"Location": receiver.url + "/elsewhere"}
    hit(store, one, [1])
    assert deliver(store, settings, NOW, all_due=False)["failed"] == {f"{shown(receiver.url)} answered {status}.": 1}
    assert (
        deliver(store, settings, NOW + timedelta(seconds=30), all_due=False)["mails"] == 0 and len(receiver.posts) == 1
    )
    assert states(store)[receiver.url].failures == 1
    receiver.status = 204
    assert deliver(store, settings, NOW + timedelta(seconds=90), all_due=False)["mails"] == 1
    assert len(set(receiver.ids)) == 1 and receiver.posts[0][2] == receiver.posts[1][2] and states(store) == {}
    assert [path for path, *_ in receiver.posts] == ["/", "/"]  # a redirect is not followed


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("7200", 120), ("Wed, 25 Nov 2026 17:00:00 GMT", 120), ("10", 1), ("0", 1), ("Wed, 25 Nov 2020 17:00:00 GMT", 1),
        ("9" * 12, 1440), ("Wed, 25 Nov 2099 17:00:00 GMT", 1440), ("soon", None), ("-5", None), ("9" * 5000, None), (None, None),
    ],
)  # fmt: skip
def test_how_long_a_receiver_may_ask_to_wait(said, minutes):
    assert outbox.told_wait(said, NOW) == (NOW + timedelta(minutes=minutes) if minutes else None)


@pytest.mark.parametrize(("scheme", "status"), [("http://", 503), ("json://", 429)])
def test_retry_after_is_heeded(store, settings, receiver, scheme, status):
    one = hooked(store, settings, receiver.url.replace("http://", scheme))
    receiver.status, receiver.headers = status, {"Retry-After": "7200"}
    hit(store, one, [1])
    deliver(store, settings, NOW, all_due=False)
    again = NOW + timedelta(hours=2)
    receiver.status, receiver.headers = 200, {}
    assert deliver(store, settings, again - timedelta(seconds=1), all_due=False)["mails"] == 0
    assert deliver(store, settings, again, all_due=False)["mails"] == 1 and len(receiver.posts) == 2


@pytest.mark.parametrize("how", [{"stall": 9.0}, {"drip": 0.1}])
def test_a_receiver_that_stalls_or_drips_is_given_up_and_holds_up_nobody(store, mailing, mailbox, receiver, how):
    for name, value in how.items():
        setattr(receiver, name, value)
    one = hooked(store, mailing, receiver.url, "mailto:ana@example.org")
    for number in range(2):
        hit(store, one, [number])
        done = deliver(store, mailing, NOW, ways=impatient(mailing))
        assert done["mails"] == 1 and any("within 2 seconds" in said for said in done["failed"])
    assert len(receiver.posts) == 2  # one attempt a run, however many wait
    assert named(mailbox[0]) == [0, 1]


def test_what_a_dead_receiver_missed_arrives_once_it_lives(store, mailing, mailbox, receiver):
    one = hooked(store, mailing, receiver.url)
    receiver.status = 500
    for number in range(5):
        hit(store, one, [number])
        deliver(store, mailing, NOW + timedelta(hours=number), all_due=False)
    receiver.posts.clear()
    receiver.status = 200
    deliver(store, mailing, NOW + timedelta(days=2), all_due=False)
    assert sorted(numbers(receiver)) == list(range(5)) and len(set(receiver.ids)) == len(receiver.ids)


def test_500_matches_are_one_post_and_10_000_are_twenty(store, settings, receiver):
    one = hooked(store, settings, receiver.url)
    hit(store, one, range(500))
    deliver(store, settings, NOW)
    assert numbers(receiver) == list(range(500)) and len(receiver.posts) == 1
    hit(store, one, range(1000, 11000))
    deliver(store, settings, NOW)
    assert sorted(numbers(receiver)) == [*range(500), *range(1000, 11000)]
    assert [(body["part"], body["parts"]) for body in receiver.bodies[1:]] == [(n, 20) for n in range(1, 21)]


def test_a_name_that_leads_inside_later_is_refused_then(store, settings, receiver):
    one = hooked(store, settings, receiver.url)
    hit(store, one, [1])
    import dataclasses

    closed = dataclasses.replace(settings, allow_private=())
    (said,) = deliver(store, closed, NOW)["failed"]
    assert "private address" in said and receiver.posts == []


def test_the_checked_address_is_the_one_that_is_connected_to(settings, receiver, monkeypatch):
    """A name that resolves to a public address when asked, and to a private one the next time, leads nowhere."""
    import socket

    real, asked = socket.getaddrinfo, []

    def rebinding(host, port, *given, **named):
        if host != "rebind.example":
            return real(host, port, *given, **named)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1" if len(asked) == 1 else "127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    monkeypatch.setattr("core.urls.is_private", lambda address, allowed: address.startswith("127."))
    channel = WebhookChannel("Pututu/test", lambda: 0.0, (), deadline=0.5)
    port = receiver.url.rpartition(":")[2]
    monkeypatch.setattr(
        "alerts.channels.webhook.check_public", lambda url, allowed: check_public(url, allowed, rebinding)
    )
    with pytest.raises(ChannelDownError):
        channel.send(Post.of("id", secret("k"), {}), f"http://rebind.example:{port}/")
    assert receiver.posts == [] and asked == ["rebind.example"]


PROGRAM = """
import os, signal, sys
from datetime import datetime
from alerts import outbox
from alerts.channels.webhook import WebhookChannel
from core.settings import Settings
from store.database import Store

real = WebhookChannel.send
def dying(self, message, recipient):
    if sys.argv[1] == "after":
        real(self, message, recipient)
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[1] != "run":
    WebhookChannel.send = dying
settings = Settings.load()
with Store.open(settings) as store:
    outbox.deliver(store, settings, datetime.fromisoformat(sys.argv[2]))
"""


def start(settings, how):
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
    environ = plain | {
        "PUTUTU_HOME": str(settings.home),
        "PUTUTU_STORE": settings.store,
        "PUTUTU_ALLOW_PRIVATE": "127.0.0.0/8",
    }
    return subprocess.Popen([sys.executable, "-c", PROGRAM, how, NOW.isoformat()], env=environ)


@pytest.mark.parametrize("how", ["before", "after", "run"])
def test_killed_around_a_post_the_key_stays_the_same(store, settings, receiver, how):
    one = hooked(store, settings, receiver.url)
    hit(store, one, [1, 2])
    process = start(settings, how)
    if how == "run":
        receiver.before = lambda number: os.kill(process.pid, signal.SIGKILL) if number == 1 else None
    assert process.wait(60) == -signal.SIGKILL
    assert deliver(store, settings, NOW)["mails"] == 1
    assert deliver(store, settings, NOW)["mails"] == 0
    assert len(receiver.posts) == (1 if how == "before" else 2) and len(set(receiver.ids)) == 1
    first = dict(zip(receiver.ids, receiver.bodies, strict=True))
    assert [len(body["entries"]) for body in first.values()] == [2]


# ---- Dead channels ----


def test_gone_pauses_at_once_and_tells_through_another(store, mailing, mailbox, receiver):
    one = hooked(store, mailing, receiver.url, "mailto:ana@example.org")
    receiver.status = 410
    hit(store, one, [1])
    done = deliver(store, mailing, NOW)
    assert done["paused"] == [shown(receiver.url)] and done["parked"] == 1
    subjects = [letter["Subject"] for letter in mailbox[0].letters]
    assert sorted(subjects) == ["[Pututu] gancho: 1 noticia", "[Pututu] gancho: un canal en pausa"]
    assert any("410" in text and shown(receiver.url) in text for text in mailbox[0].texts)
    hit(store, one, [2])
    deliver(store, mailing, NOW + timedelta(hours=2))
    assert len(receiver.posts) == 1 and named(mailbox[0]) == [1, 2]  # not tried again, the mail goes on


def test_an_owner_whose_only_channel_died_is_told_by_mail_to_the_owners_address(store, mailing, mailbox, receiver):
    one = hooked(store, mailing, receiver.url)
    receiver.status = 410
    hit(store, one, [1])
    deliver(store, mailing, NOW)
    (letter,) = mailbox[0].letters
    assert letter["To"] == "ana@example.org" and "un canal en pausa" in letter["Subject"]
    hit(store, one, [2])
    assert deliver(store, mailing, NOW)["waiting"] == 1  # kept, unfrozen, until a channel works
    receiver.status = 200
    with store.write() as tx:
        assert deliveries.retry_deliveries(tx) == 1
    deliver(store, mailing, NOW)
    receiver.posts.pop(0)
    assert sorted(numbers(receiver)) == [1, 2]


def test_a_refused_address_pauses_and_a_webhook_is_told(store, mailing, mailbox, receiver):
    one = hooked(store, mailing, "mailto:ana@example.org", receiver.url)
    mailbox[0].refuse["ana@example.org"] = "550 nobody"
    hit(store, one, [1])
    deliver(store, mailing, NOW)
    bodies = sorted(receiver.bodies, key=lambda body: body["type"])
    assert [body["type"] for body in bodies] == ["alert.channel", "alert.digest"]
    assert bodies[0]["channel"] == "mailto:ana@example.org" and "550 nobody" in bodies[0]["reason"]


def test_an_owner_with_mail_alone_in_one_alert_is_told_by_a_chat_of_another(store, mailing, mailbox, receiver):
    one = hooked(store, mailing, "mailto:ana@example.org")
    hooked(store, mailing, receiver.url.replace("http://", "json://"), name="charla")
    hooked(store, mailing, receiver.url.replace("http://", "json://") + "/otra", name="ajena", owner="eva@example.org")
    mailbox[0].refuse["ana@example.org"] = "550 nobody"
    hit(store, one, [1])
    assert deliver(store, mailing, NOW)["parked"] == 1
    assert [body["title"] for body in receiver.bodies] == ["[Pututu] gancho: un canal en pausa"]
    assert "mailto:ana@example.org" in receiver.bodies[0]["message"]


def test_a_message_refused_for_good_is_told_through_another_channel(store, mailing, mailbox, receiver):
    one = hooked(store, mailing, "mailto:ana@example.org", receiver.url)
    mailbox[0].data_reply = "554 looks like junk"
    hit(store, one, [1])
    assert deliver(store, mailing, NOW)["parked"] == 1
    said = next(body for body in receiver.bodies if body["type"] == "alert.refused")
    assert said["channel"] == "mailto:ana@example.org" and "554 looks like junk" in said["reason"]
    deliver(store, mailing, NOW + timedelta(days=1))
    assert len(receiver.bodies) == 2, "once"


def test_who_has_mail_alone_is_told_shortly_by_mail_that_one_was_refused(store, mailing, mailbox):
    one = hooked(store, mailing, "mailto:ana@example.org")
    box = mailbox[0]
    keeping, refusals = box.handle_DATA, ["552 too large"]

    async def refusing(server, session, envelope):
        return refusals.pop() if refusals else await keeping(server, session, envelope)

    box.handle_DATA = refusing
    hit(store, one, [1])
    done = deliver(store, mailing, NOW)
    assert done["parked"] == 1 and [letter["Subject"] for letter in box.letters] == [
        "[Pututu] gancho: un mensaje rechazado"
    ]
    assert "552 too large" in box.texts[0] and "pututu retry deliver" in box.texts[0]


def test_a_channel_that_only_fails_for_days_is_paused_tried_daily_and_comes_back_by_itself(
    store, mailing, mailbox, receiver
):
    one = hooked(store, mailing, receiver.url)
    receiver.status = 500
    hit(store, one, [1])
    moment, done = NOW, {"paused": []}
    for _ in range(40):
        done = deliver(store, mailing, moment, all_due=False)
        if done["paused"]:
            break
        moment += timedelta(hours=8)
    assert done["paused"] and moment - NOW >= PATIENCE and states(store)[receiver.url].failures >= LEAST
    assert "un canal en pausa" in mailbox[0].letters[-1]["Subject"]
    tried = len(receiver.posts)
    hit(store, one, [2])
    deliver(store, mailing, moment + TRIAL / 2)
    deliver(store, mailing, moment + TRIAL / 2, all_due=False)
    assert len(receiver.posts) == tried
    receiver.status = 200
    deliver(store, mailing, moment + TRIAL, all_due=False)
    deliver(store, mailing, moment + TRIAL, all_due=False)
    assert set(numbers(receiver)) == {1, 2} and states(store) == {}


def test_many_alerts_on_one_dead_channel_tell_their_owner_once(store, mailing, mailbox, receiver):
    several = [hooked(store, mailing, receiver.url, name=f"n{n}") for n in range(5)]
    receiver.status = 410
    for number, one in enumerate(several):
        hit(store, one, [number])
    deliver(store, mailing, NOW)
    assert [letter["To"] for letter in mailbox[0].letters] == ["ana@example.org"] and len(receiver.posts) == 1


def test_a_mail_server_that_is_down_is_no_dead_address(store, mailing, receiver):
    import dataclasses

    one = hooked(store, mailing, receiver.url, "mailto:ana@example.org")
    hit(store, one, [1])
    down = dataclasses.replace(mailing, smtp="smtp://127.0.0.1:1")
    for day in range(9):
        done = deliver(store, down, NOW + timedelta(days=day))
    assert numbers(receiver) == [1] and done["paused"] == [] and done["waiting"] == 1
    assert deliver(store, mailing, NOW + timedelta(days=10))["mails"] == 1


def test_without_a_mail_server_webhooks_go_on(store, settings, receiver):
    one = hooked(store, settings, receiver.url, "mailto:ana@example.org")
    hit(store, one, [1])
    done = deliver(store, settings, NOW)
    assert numbers(receiver) == [1] and done["waiting"] == 1 and "PUTUTU_SMTP" in done["mend"]
    assert not outbox.is_anything_due(store, NOW, mail=False)


def test_an_alert_without_a_channel_keeps_everything(store, settings, mailing, mailbox, alert):
    import dataclasses

    with store.write() as tx:
        kept.edit(tx, dataclasses.replace(alert, channels=()), NOW)
    hit(store, alert, [1])
    assert deliver(store, mailing, NOW)["waiting"] == 1 and mailbox[0].raw == []
    subscriptions.edit(store, alert.id, NOW, channels=["mailto:ana@example.org"])
    assert deliver(store, mailing, NOW)["mails"] == 1


def test_a_feed_needs_no_server(store, settings):
    one = hooked(store, settings, "feed:")
    hit(store, one, [1])
    assert deliver(store, settings, NOW)["mails"] == 1
    assert [row.state for row in all_deliveries(store, one)] == ["sent"]


# ---- Chats ----


def test_a_chat_names_the_first_entries_and_counts_the_rest(store, settings, receiver):
    url = receiver.url.replace("http://", "json://") + "/chat"
    one = hooked(store, settings, url, name="charla")
    hit(store, one, range(25), story="s{}")
    assert deliver(store, settings, NOW)["mails"] == 1
    (said,) = receiver.bodies
    assert said["title"] == "[Pututu] charla: 25 noticias"
    named_there = said["message"].count("Paro de buses numero")
    assert named_there == 10 and "y 15 más: " in said["message"] and "Darme de baja: http" in said["message"]
    assert len(said["message"]) < 4096


def test_a_failing_chat_is_tried_again_and_its_secret_not_told(store, settings, receiver):
    url = receiver.url.replace("http://", "json://ana:clave@") + "/chat"
    one = hooked(store, settings, url)
    receiver.status = 500
    hit(store, one, [1])
    (said,) = deliver(store, settings, NOW)["failed"]
    assert "json://…" in said and "clave" not in said and "500" in said
    receiver.status = 200
    assert deliver(store, settings, NOW)["mails"] == 1


def test_a_chat_does_not_follow_redirects_into_a_private_network(settings, receiver):
    receiver.status, receiver.headers = 302, {"Location": receiver.url + "/inside"}
    with pytest.raises(ChannelDownError):
        ChatChannel(settings.allow_private).send(Note("t", "b"), receiver.url.replace("http://", "json://"))
    assert [path for path, *_ in receiver.posts] == ["/"]


def test_fresh_messages_do_not_begin_the_back_off_of_a_channel_anew(store, mailing, receiver, now):
    alert = hooked(store, mailing, f"{receiver.url}/x")
    receiver.status = 500
    for number in range(12):  # a new match every five minutes, for an hour
        hit(store, alert, [number], now=now + number * timedelta(minutes=5))
        deliver(store, mailing, now + number * timedelta(minutes=5), all_due=False)
    assert len(receiver.posts) == 6, "after 0, 5, 10, 15, 25 and 45 minutes: 1, 2, 4, 8, 16 and 32 minutes are waited"
    receiver.status = 200
    deliver(store, mailing, now + timedelta(hours=3), all_due=False)
    assert sorted(set(numbers(receiver)[-12:])) == list(range(12)) and not states(store)
