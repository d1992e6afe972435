"""Chats by Apprise, the only file that imports it: Telegram, Slack, Discord, Matrix, ntfy and the other services it knows.

A chat gets plain text. Services that show things on this very machine are refused, and so are hosts in private networks
that PUTUTU_ALLOW_PRIVATE does not name; redirects are not followed. Apprise resolves a self-hosted service's name itself,
a moment after we did: a name that changes its mind in between is not caught here as it is for webhooks.
No chat service takes an idempotency key from us: a message can come twice where its answer is lost.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from alerts.channels import ChannelDownError
from alerts.channels.addresses import shown
from core.errors import InputError, UnavailableError
from core.settings import Network
from core.urls import check_public

DEADLINE = 30.0
LOCAL = "{schema}://"  # a template of services that have no address: they show it on this machine
OURS = ("mailto", "mailtos")


@dataclass(frozen=True, slots=True)
class Note:
    """What a chat is told: a title and lines of plain text."""

    title: str
    body: str


class ChatChannel:
    """Hands notes to any service that Apprise knows."""

    def __init__(self, allowed: Iterable[Network] = (), deadline: float = DEADLINE) -> None:
        self._allowed = tuple(allowed)
        self._deadline = deadline

    def __enter__(self) -> Self:
        """Each service is connected to when it is told."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def send(self, message: Note, recipient: str) -> None:
        """Tell one chat. Raises ChannelDownError with what the service said; it is tried again."""
        import apprise

        try:
            service = check_service(recipient, self._allowed)
        except InputError as error:
            raise ChannelDownError(error.reason, error.mend) from error
        said: list[str] = []
        crowd = apprise.Apprise(asset=_asset())
        crowd.add(service)
        with _asked_to_wait() as again:
            told = crowd.notify(
                body=message.body, title=message.title, body_format=apprise.NotifyFormat.TEXT.value, timeout=self._deadline,
                log_callback=lambda entry, _: said.append(entry.message), log_level=30,
            )  # fmt: skip
        if not told:
            why = " ".join(" ".join(said[:3]).split())[:300]
            raise ChannelDownError(f"{shown(recipient)} did not take it ({why or 'no reason given'}).", "It is tried again.", again=again[-1] if again else None)  # fmt: skip


@contextmanager
def _asked_to_wait() -> Iterator[list[str]]:
    """The Retry-After of every refusal meanwhile. Apprise keeps them to itself, but all its services ask by requests."""
    import requests

    heard: list[str] = []
    send = requests.Session.send

    def listening(self: requests.Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        answer = send(self, request, **how)
        if not answer.ok and "Retry-After" in answer.headers:
            heard.append(answer.headers["Retry-After"])
        return answer

    requests.Session.send = listening  # type: ignore[method-assign]
    try:
        yield heard
    finally:
        requests.Session.send = send  # type: ignore[method-assign]


def check_service(url: str, allowed: Iterable[Network] = ()) -> Any:
    """The service behind a URL. Raises InputError where Apprise knows none, a part of it is wrong, or it must not be reached."""
    import apprise

    scheme = url.partition(":")[0].lower()
    known = apprise.NotificationManager()
    if scheme in OURS or scheme not in known:
        raise InputError(f"{scheme}: is no kind of channel.", "Write mailto:ADDRESS, https://HOST/PATH, feed:, or a chat as Apprise writes it (tgram://TOKEN/CHAT).")  # fmt: skip
    service: Any = apprise.Apprise.instantiate(url, asset=_asset(), suppress_exceptions=True)
    if service is None:
        raise InputError(f"{scheme}: is known, but what stands behind it is not what {known[scheme].service_name} needs.", f"Its forms: {', '.join(form.replace('{schema}', scheme) for form in known[scheme].templates[:3])}.")  # fmt: skip
    if any(form.rstrip("/") == LOCAL.rstrip("/") for form in service.templates):
        raise InputError(f"{scheme}: would show it on this very machine.", "Name a service that its owner reads.")
    if service.host and any("{host}" in form for form in service.templates):
        _check_host(scheme, service, allowed)
    return service


def _check_host(scheme: str, service: Any, allowed: Iterable[Network]) -> None:
    host = f"[{service.host}]" if ":" in service.host else service.host
    try:
        check_public(f"https://{host}:{service.port or 443}/", allowed)
    except UnavailableError as error:
        raise InputError(f"{scheme}: its host: {error.reason}", "Correct the name.") from error
    except InputError as error:
        raise InputError(f"{scheme}: its host: {error.reason}", error.mend) from error


def _asset() -> Any:
    """How Apprise presents us: by name, without pictures, files or redirects."""
    import apprise

    return apprise.AppriseAsset(
        app_id="Pututu", app_desc="Pututu", app_url="", image_url_mask="", image_url_logo="", http_redirects=False, async_mode=False,
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )  # fmt: skip
