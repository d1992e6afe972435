"""What the alerts' tests share: a store, documents that arrive, and a real mail server on loopback."""

import dataclasses
import email
import email.policy
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from alerts import subscriptions
from core.document import Document, document_id
from core.settings import Settings
from core.urls import alias
from store import documents, work
from store.alerts import Alert
from store.database import Store
from store.saving import save_many

from .receiver import Receiver

NOW = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)  # a Wednesday, 10:00 in Lima


@pytest.fixture
def now() -> datetime:
    """The moment at which the tests stand."""
    return NOW


@pytest.fixture
def settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """A home of the test's own; its store is on PostgreSQL when TEST_POSTGRESQL_URL names a server's database."""
    if not os.environ.get("TEST_POSTGRESQL_URL"):
        return settings
    return dataclasses.replace(settings, store=str(request.getfixturevalue("server_url")))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """An empty store."""
    with Store.open(settings) as opened:
        yield opened


class Mailbox:
    """A mail server that keeps what it accepts, and refuses what it is told to: `refuse` maps addresses to replies."""

    def __init__(self) -> None:
        self.raw: list[bytes] = []
        self.refuse: dict[str, str] = {}
        self.data_reply = "250 kept"
        self.on_data: Callable[[], None] = lambda: None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data_reply.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.raw.append(envelope.content)
        self.on_data()
        return self.data_reply

    @property
    def letters(self) -> list[EmailMessage]:
        """The mails accepted so far, oldest first."""
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.raw]  # type: ignore[misc]

    @property
    def texts(self) -> list[str]:
        """The plain text of each."""
        return [plain(letter) for letter in self.letters]


def plain(letter: EmailMessage) -> str:
    """The decoded plain text of a mail."""
    body = letter.get_body(("plain",))
    assert body is not None
    return body.get_content()


class FreePort(Controller):
    """A controller on a port that the system chooses: it must be known before the server is first asked."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, str]]:
    """The mailbox and the URL of its server."""
    box = Mailbox()
    controller = FreePort(box, hostname="127.0.0.1", port=0, data_size_limit=50_000_000)
    controller.start()
    yield box, f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook's receiver."""
    opened = Receiver()
    yield opened
    opened.close()


@pytest.fixture
def mailing(settings: Settings, mailbox: tuple[Mailbox, str]) -> Settings:
    """Settings with the mailbox's server."""
    return dataclasses.replace(
        settings, smtp=mailbox[1], mail_from="pututu@example.org", public_url="http://127.0.0.1:9"
    )


def article(number: int, title: str = "", text: str = "", **more: Any) -> Document:
    """A document of our own making."""
    url = more.pop("url", f"https://diario.example/nota/{number}")
    name = alias(url)
    fields: dict[str, Any] = {
        "id": document_id(name), "url": url, "title": title or f"Paro de buses numero {number} en la ruta", "text": text,
        "source": "diario", "fetched": NOW, "language": "es", "aliases": (name,), "completeness": "full" if text else "headline",
        "published": NOW, "published_precision": "minute", "published_from": "metadata",
    }  # fmt: skip
    return Document(**fields | more)


def arrive(store: Store, given: Sequence[Document], *, cause: str = "publisher", now: datetime = NOW) -> list[str]:
    """Save documents and queue them to be matched, as the pipeline does once they are enriched."""
    with store.write() as tx:
        saved = save_many(tx, given, now=now)
        changed = [(one.document.id, one.document.version) for one in saved if one.change in ("new", "version")]
        work.add_many(tx, "match", changed, cause, now)
        assert documents.count(tx)
    return [one.document.id for one in saved]


@pytest.fixture
def alert(store: Store) -> Alert:
    """An instant alert on strikes."""
    return subscriptions.add(store, NOW, name="paros", query="paro", owner="ana@example.org")
