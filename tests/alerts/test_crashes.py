"""kill -9 around sending, and processes that deliver at the same time: nothing lost, and twice only under one Message-ID."""

import os
import re
import signal
import subprocess
import sys
from collections import defaultdict
from datetime import timedelta

import pytest

from alerts import subscriptions
from alerts.outbox import deliver

from .conftest import NOW
from .test_outbox import NUMBER, all_deliveries, hit

PROGRAM = """
import os, signal, sys
from datetime import datetime
from alerts.channels.mail import MailChannel
from alerts.outbox import deliver
from core.settings import Settings
from store.database import Store

class Dying(MailChannel):
    def send(self, message, recipient):
        if sys.argv[1] == "after":
            super().send(message, recipient)
        os.kill(os.getpid(), signal.SIGKILL)

settings = Settings.load()
with Store.open(settings) as store:
    channel = Dying(settings.smtp, settings.mail_from) if sys.argv[1] in ("before", "after") else None
    deliver(store, settings, datetime.fromisoformat(sys.argv[2]), channel=channel)
"""


def start(settings, how):
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
    environment = plain | {
        "PUTUTU_HOME": str(settings.home),
        "PUTUTU_STORE": settings.store,
        "PUTUTU_SMTP": settings.smtp,
        "PUTUTU_MAIL_FROM": settings.mail_from,
        "PUTUTU_PUBLIC_URL": settings.public_url,
    }
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, how, NOW.isoformat()], env=environment, stderr=subprocess.PIPE
    )


def finish(process):
    _, errors = process.communicate(timeout=60)
    return process.returncode, errors.decode()


def test_killed_between_prepare_and_send(store, mailing, mailbox, alert, now):
    hit(store, alert, range(3))
    assert finish(start(mailing, "before"))[0] == -signal.SIGKILL
    (prepared,) = all_deliveries(store, alert)
    assert prepared.state == "prepared" and mailbox[0].raw == []
    assert hit(store, alert, [9], story="0").entries == 1  # its story's entry is frozen
    assert deliver(store, mailing, now)["mails"] == 2  # at once: the lease of the dead is free
    mails = {
        letter["Message-ID"]: NUMBER.findall(text)
        for letter, text in zip(mailbox[0].letters, mailbox[0].texts, strict=True)
    }
    assert mails.pop(prepared.message_id) == ["0", "1", "2"]
    assert list(mails.values()) == [["9"]]


def test_killed_between_send_and_record(store, mailing, mailbox, alert, now):
    hit(store, alert, range(3))
    assert finish(start(mailing, "after"))[0] == -signal.SIGKILL
    assert deliver(store, mailing, now + timedelta(hours=9))["mails"] == 1
    first, second = mailbox[0].letters
    assert first["Message-ID"] == second["Message-ID"] and first["Date"] == second["Date"]
    assert mailbox[0].texts[0] == mailbox[0].texts[1]
    assert deliver(store, mailing, now + timedelta(hours=9))["mails"] == 0


@pytest.mark.parametrize("nth", [1, 3])
def test_killed_while_the_server_answers(store, mailing, mailbox, now, nth):
    box, _ = mailbox
    alerts = [subscriptions.add(store, now, name=f"n{n}", query="paro", owner=f"o{n}@example.org") for n in range(5)]
    for number, one in enumerate(alerts):
        hit(store, one, [number])
    process = start(mailing, "run")
    box.on_data = lambda: os.kill(process.pid, signal.SIGKILL) if len(box.raw) == nth else None
    assert finish(process)[0] == -signal.SIGKILL
    box.on_data = lambda: None
    deliver(store, mailing, now)
    ids = defaultdict(set)
    for letter, text in zip(box.letters, box.texts, strict=True):
        (number,) = re.findall(NUMBER, text)
        ids[int(number)].add(letter["Message-ID"])
    assert sorted(ids) == list(range(5)) and all(len(names) == 1 for names in ids.values())
    assert len(box.raw) <= 6


def test_two_processes_deliver_at_once(store, mailing, mailbox, now):
    alerts = [subscriptions.add(store, now, name=f"n{n}", query="paro", owner=f"o{n}@example.org") for n in range(12)]
    for number, one in enumerate(alerts):
        hit(store, one, [number])
    processes = [start(mailing, "run") for _ in range(2)]
    assert [finish(process) for process in processes] == [(0, ""), (0, "")]
    named = [int(number) for text in mailbox[0].texts for number in NUMBER.findall(text)]
    assert sorted(named) == list(range(12))
