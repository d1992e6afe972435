"""Many workers on one store: two processes, or two hosts. No document twice, none left, no mail twice; and one may die."""

import json
import mailbox
import os
import re
import signal
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch
from sqlalchemy import func, select

from alerts import subscriptions
from core.settings import Settings
from demo.mailbox import receiving
from store import documents, schema
from store.database import Store

from .hosts import STAGES, Host, Site, forwarded, home_variables, namespaces

ARTICLES = 60
KINDS = ["one home on SQLite", "one home on PostgreSQL", "two homes on PostgreSQL", "two hosts in namespaces"]


@dataclass
class Shared:
    """Two hosts, the store they share as this process sees it, the site they crawl, and the mails that came."""

    hosts: tuple[Host, Host]
    settings: Settings
    site: Site
    mails: Path

    def count(self, table: str, *columns: str) -> Counter[tuple[str, ...]]:
        """How many rows there are of each value."""
        rows = schema.metadata.tables[table]
        keys = [rows.c[name] for name in columns]
        with Store.open(self.settings) as store, store.read() as tx:
            found = tx.execute(select(*keys, func.count()).group_by(*keys)).all()
        return Counter({tuple(row[:-1]): row[-1] for row in found})

    def told(self) -> Counter[str]:
        """How often each document's permalink stands in mails that differ by Message-ID."""
        letters = mailbox.mbox(self.mails) if self.mails.exists() else []
        by_id = {letter["Message-ID"]: letter for letter in letters}
        texts = []
        for letter in by_id.values():
            parts = [part for part in letter.walk() if part.get_content_type() == "text/plain"]
            texts += [part.get_payload(decode=True).decode("utf-8") for part in parts]
        return Counter(link for text in texts for link in re.findall(r"/documents/([0-9a-f]{20})", text))

    def all_is_done_once(self) -> None:
        """Every article is one document, each was worked on once, and each was told once."""
        with Store.open(self.settings) as store, store.read() as tx:
            found = documents.many(tx, documents.ids(tx, limit=10_000))
        assert sorted(one.url for one in found) == sorted(f"{self.site.base}/nota/{n}" for n in range(ARTICLES))
        assert {one.version for one in found} == {1} and all("Puerto Ficticio" in one.text for one in found)
        assert self.count("frontier", "state") == {("extracted",): ARTICLES}
        assert self.count("work", "kind", "state") == {
            (kind, "done"): ARTICLES for kind in ("enrich", "index", "match")
        }
        assert self.told() == dict.fromkeys((one.id for one in found), 1)
        assert self.count("hits", "counted") == {(False,): ARTICLES}
        assert set(self.count("deliveries", "state")) == {("sent",)}
        done = subprocess.run(_search(self.hosts[1]), capture_output=True, text=True, timeout=60, check=False, env=os.environ | self.hosts[1].variables)  # fmt: skip
        assert done.stdout.strip() == str(ARTICLES), done.stderr


def _search(host: Host) -> list[str]:
    import sys

    inside = ["ip", "netns", "exec", host.namespace] if host.namespace else []
    return [*inside, sys.executable, "-m", "cli", "search", "puerto ficticio", "--count"]


Make = Callable[[str], Shared]


@pytest.fixture
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Make]:
    """`shared(kind)`: two hosts of one of the KINDS. Skips with a reason where it cannot be had."""
    with ExitStack() as stack:

        def make(kind: str) -> Shared:
            address, network, names = "127.0.0.1", "127.0.0.0/8", [None, None]
            if kind.endswith("namespaces"):
                try:
                    address, network, names = stack.enter_context(namespaces(2))  # type: ignore[assignment]
                except OSError as error:
                    pytest.skip(f"no network namespaces here: {error}")
            store = "" if kind.endswith("SQLite") else str(request.getfixturevalue("server_url"))
            site, mails = Site(address, ARTICLES), tmp_path / "mails.mbox"
            stack.callback(site.server.shutdown)
            site.source(tmp_path / "sources")
            smtp = stack.enter_context(receiving(mails))
            index = _index(stack, tmp_path, shared_by_hosts=names[0] is not None)
            homes = [tmp_path / "one", tmp_path / ("one" if kind.startswith("one") else "two")]
            settings = Settings.load({"PUTUTU_HOME": str(homes[0]), "PUTUTU_SMTP": smtp})
            settings = replace(settings, store=store or settings.store)
            seen = {"PUTUTU_STORE": settings.store, "PUTUTU_SMTP": smtp, "PUTUTU_INDEX": index}
            if names[0] is not None:
                seen = {
                    name: stack.enter_context(forwarded(address, url)) if "://" in url else url
                    for name, url in seen.items()
                }
            seen["PUTUTU_ALLOW_PRIVATE"] = network
            one, two = (
                Host(f"host {n}", home_variables(home, tmp_path / "sources", **seen), name)
                for n, (home, name) in enumerate(zip(homes, names, strict=True))
            )
            with Store.open(settings) as opened:
                subscriptions.add(
                    opened, datetime.now(UTC), name="todo", query="source:ribera", owner="ana@example.org", every=True
                )  # every document: all are one story, which would be told once
            stack.callback(_end, [one, two])
            return Shared((one, two), settings, site, mails)

        yield make


def _index(stack: ExitStack, folder: Path, *, shared_by_hosts: bool) -> str:
    """An index that both see: a node of Elasticsearch for hosts, where there is one, else a folder."""
    node = os.environ.get("TEST_ELASTICSEARCH_URL", "")
    if not (shared_by_hosts and node):
        return str(folder / "index")
    name = f"pututu-hosts-{uuid.uuid4().hex[:8]}"
    stack.callback(_remove, node, name)
    return f"{node}/{name}"


def _remove(node: str, alias: str) -> None:
    with Elasticsearch(node) as client:
        for index in client.indices.get_alias(index=f"{alias}-*", allow_no_indices=True).body:
            client.indices.delete(index=index)


def _end(hosts: list[Host]) -> None:
    for process in (process for host in hosts for process in host.started):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


@pytest.mark.parametrize("kind", KINDS)
def test_two_work_at_the_same_time(shared: Make, kind: str) -> None:
    both = shared(kind)
    both.site.crawlers = 2
    running = [host.start() for host in both.hosts]
    said = [process.communicate(timeout=240)[0] for process in running]
    assert not any("FAILED" in one for one in said), "\n".join(said)
    assert set(both.site.pages().values()) == {1}, "no page is asked for twice"
    crawled = [json.loads(line) for one in said for line in one.splitlines() if line.startswith('{"sources"')]
    assert all(one["documents"] > 0 for one in crawled) and sum(one["documents"] for one in crawled) == ARTICLES
    both.hosts[1].run("enrich", "index", "match", "deliver")  # what the other still held when this one came by
    both.all_is_done_once()
    assert len({letter["Message-ID"] for letter in mailbox.mbox(both.mails)}) == len(mailbox.mbox(both.mails))


DEATHS = [(kind, stage) for kind in (KINDS[0], KINDS[3]) for stage in STAGES]
USUAL = {(KINDS[0], "crawl"), (KINDS[0], "enrich"), (KINDS[3], "crawl")}


@pytest.mark.parametrize(
    ("kind", "stage"), [pytest.param(*one, marks=() if one in USUAL else pytest.mark.long) for one in DEATHS]
)
def test_one_is_killed_in_the_middle_and_the_other_finishes(shared: Make, kind: str, stage: str) -> None:
    both = shared(kind)
    dying, living = both.hosts[0].start(), both.hosts[1].start()
    assert dying.stdout is not None
    for line in dying.stdout:
        if line.strip() == stage:
            break
    _in_the_middle(both, stage)
    os.killpg(dying.pid, signal.SIGKILL)
    dying.wait(10)
    said, _ = living.communicate(timeout=240)
    assert "FAILED" not in said, said
    said = both.hosts[1].run()
    assert "FAILED" not in said, said
    both.all_is_done_once()
    again = {path: count for path, count in both.site.pages().items() if count > 1}
    assert len(again) <= (ARTICLES if stage == "crawl" else 0), (
        "only pages that died with their archive are asked for again"
    )
    assert set(again.values()) <= {2}


def _in_the_middle(both: Shared, stage: str) -> None:
    """Wait until a stage is under way: for the crawl until a third of the pages came, else until somebody holds its work."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if stage == "crawl" and len(both.site.pages()) > ARTICLES // 3:
            return
        if stage == "deliver" or (stage != "crawl" and both.count("work", "kind", "state")[(stage, "leased")]):
            return
        done = both.count("work", "kind", "state")
        if stage != "crawl" and done[(stage, "done")] == ARTICLES:
            return  # the other one was quicker: then it dies with nothing in its hands
        time.sleep(0.02)
