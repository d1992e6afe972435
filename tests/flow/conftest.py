"""The fictional press as the site of the flow's tests: real HTTP, a real mail server, and what was asked of them."""

import mailbox
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

import pipeline
from alerts import subscriptions
from core.settings import Settings
from crawler import catalog
from demo.stage import Press, press
from store import documents, schema, sources
from store.database import Store

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@dataclass
class Flow:
    """One outlet of the press, its store, and an alert that every article of it matches."""

    stage: Press
    slug: str

    @property
    def settings(self) -> Settings:
        return self.stage.settings

    def environment(self) -> dict[str, str]:
        """The settings as the variables of a process."""
        settings = self.settings
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PUTUTU_")}
        return kept | {
            "PUTUTU_HOME": str(settings.home),
            "PUTUTU_STORE": settings.store,
            "PUTUTU_SOURCES_DIR": str(settings.sources_dir),
            "PUTUTU_SMTP": settings.smtp,
            "PUTUTU_ALLOW_PRIVATE": "127.0.0.0/8",
            "PUTUTU_TRANSLATE": "none",
            "PUTUTU_INDEX": settings.index,
            "PYTHONPATH": str(ROOT),
        }

    def command(self, *arguments: str, timeout: float = 120, **extra: str) -> subprocess.CompletedProcess[str]:
        """The product's command line, as a user calls it; `extra` are further variables."""
        line = [sys.executable, "-m", "cli", *arguments]
        environment = self.environment() | extra
        return subprocess.run(line, env=environment, text=True, capture_output=True, timeout=timeout, check=False)

    def alone(self) -> None:
        """Leave this outlet as the only one that is crawled unasked: the bundled sources are not on loopback."""
        with Store.open(self.settings) as store, store.write() as tx:
            for other in catalog.load(self.settings.sources_dir):
                if other != self.slug:
                    sources.disable(tx, other)

    def slowly(self, delay: float) -> None:
        """From now on so many seconds pass between two pages of the outlet."""
        assert self.settings.sources_dir
        file = self.settings.sources_dir / f"{self.slug}.py"
        file.write_text(re.sub(r"delay=[\d.]+", f"delay={delay}", file.read_text("utf-8")), "utf-8")

    def killed(self, point: str, when: str, number: int) -> int:
        """Run the flow in a process that dies at a point; its exit code (-9 when it died)."""
        line = [sys.executable, str(ROOT / "tests/flow/killed.py"), point, when, str(number), self.slug]
        return subprocess.run(line, env=self.environment(), capture_output=True, timeout=120, check=False).returncode

    def run(self) -> pipeline.Receipt:
        """The whole flow, in this process."""
        with Store.open(self.settings) as store:
            return pipeline.run(store, self.settings, [self.slug])

    def documents(self) -> list[str]:
        """The addresses of all documents."""
        with Store.open(self.settings) as store, store.read() as tx:
            return [d.url for d in documents.many(tx, documents.ids(tx, limit=10_000))]

    def states(self, table: str) -> Counter[tuple[str, ...]]:
        """How many rows are in each state."""
        rows = schema.metadata.tables[table]
        keys = [rows.c.state] if "kind" not in rows.c or table == "deliveries" else [rows.c.kind, rows.c.state]
        with Store.open(self.settings) as store, store.read() as tx:
            found = tx.execute(select(*keys, func.count()).group_by(*keys)).all()
        return Counter({tuple(row[:-1]): row[-1] for row in found})

    def letters(self) -> list[mailbox.mboxMessage]:
        """Every mail that was accepted."""
        if not self.stage.mailbox_path.exists():
            return []
        return list(mailbox.mbox(self.stage.mailbox_path))  # type: ignore[arg-type]

    def told(self) -> Counter[str]:
        """How often each document's permalink stands in the plain text of mails that differ by Message-ID."""
        by_id = {letter["Message-ID"]: letter for letter in self.letters()}
        texts = ["".join(_plain(letter)) for letter in by_id.values()]
        return Counter(link for text in texts for link in re.findall(r"/documents/([0-9a-f]{20})", text))

    def asked(self, path: str) -> Counter[str]:
        """How often each address below a path was asked for."""
        return Counter(
            target for method, target, _ in self.stage.requests if method == "GET" and target.startswith(path)
        )


def _plain(letter: mailbox.mboxMessage) -> Iterator[str]:
    for part in letter.walk():
        if part.get_content_type() == "text/plain":
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            yield payload.decode("utf-8")


@pytest.fixture
def flow(settings: Settings, store_url: str) -> Iterator[Flow]:
    """The outlet `faro` on loopback, and an instant alert that each of its articles matches; on each database."""
    with press(settings, NOW) as stage:
        if store_url:
            stage = replace(stage, settings=replace(stage.settings, store=store_url))
        with Store.open(stage.settings) as store:
            subscriptions.add(store, datetime.now(UTC), name="todo", query="source:faro", owner="ana@example.org")
        yield Flow(stage, "faro")
