"""What the flow leans on is down, busy or slow, then back: the rest goes on meanwhile, and nothing is lost, doubled or mailed twice."""

import asyncio
import dataclasses
import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from elasticsearch import Elasticsearch

from alerts import outbox, subscriptions
from alerts.channels.mail import MailChannel
from demo.mailbox import _Controller, _Keeper
from store.database import Store


@pytest.fixture
def store_url() -> str:
    """SQLite in the home: that both databases do the same is tested in `tests/store` and by the kills."""
    return ""


def dead_port() -> int:
    """A port of loopback at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@pytest.fixture
def elasticsearch() -> Iterator[str]:
    """The address of a node with an alias of this test's own, whose indices are removed afterwards."""
    node = os.environ.get("TEST_ELASTICSEARCH_URL", "")
    if not node:
        pytest.skip("no Elasticsearch: set TEST_ELASTICSEARCH_URL")
    alias = f"pututu-outage-{uuid.uuid4().hex[:10]}"
    yield f"{node.rstrip('/')}/{alias}"
    with Elasticsearch(node) as client:
        for index in client.indices.get_alias(index=f"{alias}-*", allow_no_indices=True).body:
            client.indices.delete(index=index)


@pytest.fixture(params=["nobody listens", "it answers 503", pytest.param("it says nothing", marks=pytest.mark.long)])
def broken_engine(request: pytest.FixtureRequest) -> Iterator[str]:
    """An address at which no search engine works."""
    if request.param == "nobody listens":
        yield f"http://127.0.0.1:{dead_port()}"
        return
    if request.param == "it says nothing":
        with socket.create_server(("127.0.0.1", 0)) as listening:  # connections wait in its backlog for ever
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        return

    class Busy(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(503)

        do_HEAD = do_PUT = do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Busy) as server:
        threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def test_a_search_engine_that_is_down_holds_up_neither_crawl_nor_alerts(flow: Any, broken_engine: str) -> None:
    flow.alone()
    began = time.monotonic()
    done = flow.command("run", "--json", PUTUTU_INDEX=broken_engine)
    assert time.monotonic() - began < 60
    assert done.returncode == 1, "the exit code does not say that something could not be done"
    receipt = json.loads(done.stdout)
    assert [why.partition(":")[0] for why in receipt["failed"]] == ["index"]
    assert "Elasticsearch" in receipt["index"]["error"] and "object at 0x" not in receipt["index"]["error"]
    urls = flow.documents()
    assert len(urls) == len(set(urls)) >= 20 and flow.states("frontier").keys() == {("extracted",)}
    assert flow.states("work") == {
        ("enrich", "done"): len(urls), ("index", "waiting"): len(urls), ("match", "done"): len(urls),
    }  # fmt: skip
    assert set(flow.told().values()) == {1} and len(flow.told()) == len(urls)
    assert flow.command("index", PUTUTU_INDEX=broken_engine).returncode == 1
    assert flow.command("runs", "--json", PUTUTU_INDEX=broken_engine).stdout.count('"state": "failed"') == 2


def test_elasticsearch_down_for_a_whole_crawl_then_started(flow: Any, elasticsearch: str) -> None:
    flow.alone()
    assert flow.command("run", PUTUTU_INDEX=f"http://127.0.0.1:{dead_port()}").returncode == 1
    count = len(flow.documents())
    done = flow.command("index", "--json", PUTUTU_INDEX=elasticsearch)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"indexed": count, "failed": 0}
    found = flow.command("search", "source:faro", "--limit", "1000", "--json", PUTUTU_INDEX=elasticsearch)
    urls = [json.loads(line)["url"] for line in found.stdout.splitlines()]
    assert sorted(urls) == sorted(flow.documents())
    assert flow.command("run", PUTUTU_INDEX=elasticsearch).returncode == 0
    assert flow.command("search", "source:faro", "--count", PUTUTU_INDEX=elasticsearch).stdout == f"{count}\n"
    assert set(flow.told().values()) == {1} and len(flow.told()) == count and len(flow.letters()) == 1


def test_a_mail_server_that_is_down_then_up_gets_each_entry_once(flow: Any) -> None:
    flow.alone()
    nowhere = {"PUTUTU_SMTP": f"smtp://127.0.0.1:{dead_port()}"}
    done = flow.command("run", "--json", **nowhere)
    receipt = json.loads(done.stdout)
    assert done.returncode == 1 and [why.partition(":")[0] for why in receipt["failed"]] == ["deliver"]
    count = len(flow.documents())
    assert flow.command("search", "source:faro", "--count").stdout == f"{count}\n"
    done = flow.command("deliver", **nowhere)
    assert done.returncode == 1 and nowhere["PUTUTU_SMTP"].partition("//")[2] in done.stderr
    assert flow.letters() == [] and flow.states("deliveries") == {}
    assert flow.command("deliver").returncode == 0
    assert flow.command("run").returncode == 0
    assert len(flow.letters()) == 1 and set(flow.told().values()) == {1} and len(flow.told()) == count


def test_without_a_mail_server_deliver_says_what_is_due_and_the_flow_is_done(flow: Any) -> None:
    flow.alone()
    assert flow.command("run", PUTUTU_SMTP="").returncode == 0
    done = flow.command("deliver", PUTUTU_SMTP="")
    assert done.returncode == 1 and "PUTUTU_SMTP" in done.stderr
    assert flow.command("deliver").returncode == 0 and set(flow.told().values()) == {1}
    assert flow.command("deliver", PUTUTU_SMTP="").returncode == 0, "nothing is due any more"


class Moody(_Keeper):
    """A mail server that first answers as it is told to: each reply is given once, to the command it is for."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.rcpt: list[str] = []
        self.data: list[str] = []
        self.seconds = 0.0
        self.busy = threading.Event()

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if self.rcpt and (reply := self.rcpt.pop(0)):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.busy.set()
        await asyncio.sleep(self.seconds)
        return self.data.pop(0) if self.data else await super().handle_DATA(server, session, envelope)


@pytest.fixture
def moody(flow: Any) -> Iterator[Moody]:
    """A second alert, everything matched and nothing mailed yet, and a moody mail server that writes into the flow's mailbox."""
    with Store.open(flow.settings) as store:
        subscriptions.add(store, datetime.now(UTC), name="otro", query="source:faro", owner="eva@example.org")
    settings = flow.settings
    flow.stage = dataclasses.replace(flow.stage, settings=dataclasses.replace(settings, smtp=""))
    assert flow.run()["failed"] == []
    keeper = Moody(flow.stage.mailbox_path)
    controller = _Controller(keeper, hostname="127.0.0.1", ready_timeout=15)
    controller.start()
    smtp = f"smtp://127.0.0.1:{controller.port}"
    flow.stage = dataclasses.replace(flow.stage, settings=dataclasses.replace(settings, smtp=smtp))
    yield keeper
    controller.stop()


def mailed_once(flow: Any) -> None:
    """Each owner has each document in exactly one mail, and there is one mail for each."""
    assert sorted(letter["To"] for letter in flow.letters()) == ["ana@example.org", "eva@example.org"]
    assert set(flow.told().values()) == {2} and len(flow.told()) == len(flow.documents()) >= 20
    assert flow.states("deliveries") == {("sent",): 2}


@pytest.mark.parametrize(
    ("command", "replies"),
    [
        ("rcpt", ["451 4.7.1 Greylisted, try again later"]),
        pytest.param("rcpt", ["", "450 4.2.1 Mailbox busy"], marks=pytest.mark.long),
        pytest.param("data", ["452 4.3.1 No room now"], marks=pytest.mark.long),
        ("data", ["421 4.3.2 Closing"]),
    ],
)
def test_a_server_that_says_later_and_then_accepts(flow: Any, moody: Moody, command: str, replies: list[str]) -> None:
    getattr(moody, command).extend(replies)
    done = flow.command("deliver", "--json")
    assert done.returncode == 1 and replies[-1].split()[0] in done.stderr
    assert flow.command("deliver").returncode == 0
    mailed_once(flow)


def test_a_slow_server_gets_each_mail_once(flow: Any, moody: Moody) -> None:
    moody.seconds = 2
    done = flow.command("deliver", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["mails"] == 2
    mailed_once(flow)


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.long)])
def test_who_is_told_to_end_while_a_mail_is_taken_writes_that_down_first(flow: Any, moody: Moody, number: int) -> None:
    moody.seconds = 2
    line = [sys.executable, "-m", "cli", "deliver"]
    with subprocess.Popen(line, env=flow.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert moody.busy.wait(60)
        process.send_signal(number)
        assert process.wait(30) == (130 if number == signal.SIGINT else -number)
    assert len(flow.letters()) == 1 and flow.states("deliveries") == {("sent",): 1, ("prepared",): 1}
    assert flow.command("deliver").returncode == 0
    mailed_once(flow)


def test_a_server_too_slow_to_be_heard_gets_the_same_mail_again(flow: Any, moody: Moody) -> None:
    """It accepts after we hung up: the one case of at least once, and then under the same Message-ID."""
    moody.seconds = 1.5
    with Store.open(flow.settings) as store:
        now = datetime.now(UTC)
        impatient = MailChannel(flow.settings.smtp, flow.settings.mail_from, timeout=0.5)
        receipt = outbox.deliver(store, flow.settings, now, channel=impatient)
        assert receipt["mails"] == 0 and receipt["failed"] and receipt["waiting"] > 0
    moody.seconds = 0
    assert flow.command("deliver").returncode == 0
    assert set(flow.told().values()) == {2} and flow.states("deliveries") == {("sent",): 2}
    assert len({letter["Message-ID"] for letter in flow.letters()}) == 2
