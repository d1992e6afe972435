"""Webhooks: one JSON body posted to an address, signed as Standard Webhooks (standardwebhooks.com) has it.

`webhook-id` is the delivery's id, the same at every retry, so a receiver that keeps the ids it has seen takes each message
once; it stands in `Idempotency-Key` as well. `webhook-timestamp` is the second of this attempt, `webhook-signature` is
`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` with the alert's own secret (`whsec_...`).
The name is resolved once, a private address refused, and that very address connected to; redirects are not followed.
"""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit, urlunsplit

from alerts.channels import ChannelDownError, DeliveryError
from alerts.channels.addresses import shown
from core.errors import InputError, UnavailableError
from core.settings import Network
from core.urls import check_public

if TYPE_CHECKING:
    import httpx

DEADLINE = 15.0
"""Seconds for all of one attempt: a receiver that stalls or drips is given up then."""
GONE = 410


@dataclass(frozen=True, slots=True)
class Post:
    """What is posted: `id` makes it the same message at every attempt, `secret` signs it."""

    id: str
    secret: str
    body: bytes

    @classmethod
    def of(cls, id: str, secret: str, content: Any) -> "Post":
        """The content as compact UTF-8 JSON; what UTF-8 cannot hold becomes a question mark."""
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return cls(id, secret, text.encode("utf-8", "replace"))


class WebhookChannel:
    """Posts to any address. `clock` gives seconds since 1970; `allowed` are private networks that may be reached."""

    def __init__(
        self, agent: str, clock: Callable[[], float], allowed: Iterable[Network] = (), deadline: float = DEADLINE
    ) -> None:  # fmt: skip
        self._agent = agent
        self._clock = clock
        self._allowed = tuple(allowed)
        self._deadline = deadline

    def __enter__(self) -> Self:
        """Each message has a connection of its own: receivers fail one by one."""
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is open."""

    def send(self, message: Post, recipient: str) -> None:
        """Post it. 2xx is accepted; 410 means gone; all else, and silence, is tried again later. Raises DeliveryError or
        ChannelDownError, the latter with the Retry-After of the answer."""
        import httpx  # here: most commands post nothing, and it takes a tenth of a second to come

        where = shown(recipient)
        try:
            status, again = asyncio.run(asyncio.wait_for(self._post(message, recipient), self._deadline))
        except TimeoutError as error:
            raise ChannelDownError(f"{where} did not answer within {self._deadline:g} seconds.", "It is tried again.") from error  # fmt: skip
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise ChannelDownError(f"{where} does not answer ({type(error).__name__}).", "It is tried again.") from error  # fmt: skip
        except UnavailableError as error:
            raise ChannelDownError(error.reason, error.mend) from error
        except InputError as error:
            raise ChannelDownError(f"{where}: {error.reason}", error.mend) from error
        if status == GONE:
            raise DeliveryError(f"{where} answered {status}: it takes no more messages.", permanent=True, gone=True)
        if not 200 <= status < 300:
            raise ChannelDownError(f"{where} answered {status}.", "It is tried again.", again=again)

    async def _post(self, message: Post, url: str) -> tuple[int, str | None]:
        """The status of the answer, and its Retry-After."""
        import httpx

        addresses = await asyncio.to_thread(check_public, url, self._allowed)
        async with httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=self._deadline) as client:
            for address in addresses[:-1]:
                try:
                    return await self._posted(client, message, url, address)
                except (httpx.ConnectError, httpx.ConnectTimeout):
                    continue  # the next address of the same name
            return await self._posted(client, message, url, addresses[-1])

    async def _posted(
        self, client: "httpx.AsyncClient", message: Post, url: str, address: str
    ) -> tuple[int, str | None]:
        parts = urlsplit(url)
        host = f"[{address}]" if ":" in address else address
        netloc = f"{host}:{parts.port}" if parts.port else host
        target = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
        headers = signed(message, int(self._clock())) | {"Host": parts.netloc, "User-Agent": self._agent}
        request = client.build_request(
            "POST", target, content=message.body, headers=headers, extensions={"sni_hostname": parts.hostname}
        )
        response = await client.send(request, stream=True)
        await response.aclose()
        return response.status_code, response.headers.get("retry-after")


def signed(message: Post, timestamp: int) -> dict[str, str]:
    """The headers of an attempt in that second."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "Idempotency-Key": message.id,
        "webhook-id": message.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(message.secret, message.id, timestamp, message.body),
    }


def signature(secret: str, id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the signature of a body; a receiver computes the same and compares in constant time."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    said = f"{id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()


def secret(key: str) -> str:
    """An alert's webhook key as its receiver is told it."""
    return "whsec_" + base64.b64encode(key.encode()).decode()
