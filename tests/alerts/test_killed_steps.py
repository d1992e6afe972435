"""kill -9 at every step of a pressed link, and around a chat's message: nothing half done, nothing lost, the press can be repeated."""

import os
import signal
import subprocess
import sys

import pytest

from alerts import actions
from alerts.outbox import deliver
from store import alerts as kept
from store import answers

from .conftest import NOW
from .test_channels import hooked
from .test_links import signer, state, word  # noqa: F401 (a fixture)
from .test_outbox import all_deliveries, hit

DYING = """
import functools, importlib, os, signal, sys
from datetime import datetime
from core.settings import Settings
from store.database import Store

def dies(when, function):
    @functools.wraps(function)
    def wrapper(*args, **more):
        if when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*args, **more)
        os.kill(os.getpid(), signal.SIGKILL)
        return result
    return wrapper

point, when, moment, *rest = sys.argv[1:]
owner, _, path = point.partition(":")
holder = importlib.import_module(owner)
*names, last = path.split(".")
for name in names:
    holder = getattr(holder, name)
setattr(holder, last, dies(when, getattr(holder, last)))
settings, now = Settings.load(), datetime.fromisoformat(moment)
with Store.open(settings) as store:
    if rest:
        from alerts import actions
        actions.press(store, rest[0], now)
    else:
        from alerts.outbox import deliver
        deliver(store, settings, now)
"""


def killed(settings, point, when, *rest):
    """Run it in a process of its own, and see it die there."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
    environ = plain | {
        "PUTUTU_HOME": str(settings.home),
        "PUTUTU_STORE": settings.store,
        "PUTUTU_ALLOW_PRIVATE": "127.0.0.0/8",
    }
    done = subprocess.run([sys.executable, "-c", DYING, point, when, NOW.isoformat(), *rest], env=environ, timeout=120, check=False)  # fmt: skip
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("point", "when"),
    [("store.answers:use_link", "before"), ("store.answers:use_link", "after"), ("alerts.actions:_act", "before"), ("alerts.actions:_act", "after")],
)  # fmt: skip
def test_a_press_that_was_killed_did_nothing_and_can_be_repeated(store, mailing, alert, signer, point, when):  # noqa: F811
    pressed = word(signer, "pause")
    killed(mailing, point, when, pressed)
    assert state(store, alert) == "active"
    assert actions.press(store, pressed, NOW).outcome == "done" and state(store, alert) == "paused"
    assert actions.press(store, pressed, NOW).outcome == "already"


def test_an_unsubscribing_that_was_killed_is_whole_when_repeated(store, settings, signer, alert):  # noqa: F811
    """Channel, redirected messages and the used link go together."""
    from alerts.links import digest

    hit(store, alert, [1])
    pressed = word(signer, "unsubscribe", digest(alert.channels[0]))
    killed(settings, "alerts.actions:_unsubscribe", "after", pressed)
    assert state(store, alert) == "active"
    assert actions.press(store, pressed, NOW).outcome == "done" and state(store, alert) == "removed"
    with store.read() as tx:
        assert len(kept.hits_of(tx, alert.id)) == 1


def test_a_mute_that_was_killed_after_it_was_kept_stands(store, settings, signer, alert):  # noqa: F811
    pressed = word(signer, "source", "diario")
    killed(settings, "alerts.actions:press", "after", pressed)
    with store.read() as tx:
        assert [one.value for one in answers.muted(tx, [alert.id])] == ["diario"]
    assert actions.press(store, pressed, NOW).outcome == "already"


@pytest.mark.parametrize(
    ("point", "when", "posts"),
    [
        ("alerts.outbox:_Run._freeze", "before", 1), ("alerts.outbox:_Run._freeze", "after", 1), ("alerts.outbox:_Run._claim", "after", 1),
        ("alerts.channels.chat:ChatChannel.send", "before", 1), ("alerts.channels.chat:ChatChannel.send", "after", 2),
        ("store.deliveries:record_sent", "before", 2), ("store.deliveries:record_sent", "after", 2), ("alerts.outbox:_Run._sent", "after", 1),
    ],
)  # fmt: skip
def test_a_chat_killed_at_any_step_loses_nothing(store, settings, receiver, point, when, posts):
    """A chat has no idempotency key: where its acceptance was not recorded it comes again, else once."""
    one = hooked(store, settings, receiver.url.replace("http://", "json://") + "/chat")
    hit(store, one, [1, 2])
    killed(settings, point, when)
    deliver(store, settings, NOW)
    assert deliver(store, settings, NOW)["mails"] == 0
    assert len(receiver.posts) == posts and {body["message"].count("Paro de buses") for body in receiver.bodies} == {2}
    assert [row.state for row in all_deliveries(store, one)] == ["sent"]


@pytest.mark.parametrize("point", ["alerts.outbox:_Run._freeze", "alerts.outbox:_Run._claim", "store.deliveries:record_sent", "alerts.outbox:_Run._sent"])  # fmt: skip
def test_a_webhook_killed_at_any_step_keeps_its_key(store, settings, receiver, point):
    one = hooked(store, settings, receiver.url)
    hit(store, one, [1, 2])
    killed(settings, point, "after")
    deliver(store, settings, NOW)
    assert deliver(store, settings, NOW)["mails"] == 0
    assert len({headers["webhook-id"] for headers in map(_small, receiver.posts)}) == 1
    assert [row.state for row in all_deliveries(store, one)] == ["sent"]


def _small(post):
    return {name.lower(): value for name, value in post[1].items()}
