"""How a channel is written: one URL for each way an alert is told, checked before it is kept and told apart by its scheme.

`mailto:ADDRESS` is mail; `https://...` or `http://...` a webhook; `feed:` nothing but the alert's feed; every other scheme
one of Apprise's services (`tgram://`, `slack://`, `discord://` ...). What leads into a private network is refused unless
PUTUTU_ALLOW_PRIVATE names it.
"""

import re
from collections.abc import Iterable
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from core.errors import InputError, UnavailableError
from core.settings import Network
from core.urls import check_public

Kind = Literal["mail", "webhook", "chat", "feed"]
FEED = "feed:"
ADDRESS_LENGTH = 254
LONGEST = 2_000
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
MEND = "Write mailto:ADDRESS, https://HOST/PATH (a webhook), feed:, or the URL of a chat as Apprise writes it (tgram://TOKEN/CHAT)."


def kind(url: str) -> Kind:
    """Which way a checked channel goes."""
    scheme = url.partition(":")[0]
    return {"mailto": "mail", "http": "webhook", "https": "webhook", "feed": "feed"}.get(scheme, "chat")  # type: ignore[return-value]


def checked(url: str, allowed: Iterable[Network] = ()) -> str:
    """The channel as it is kept. Raises InputError naming the part that is wrong, or the private address it leads to."""
    url = url.strip(" ")
    if not url or len(url) > LONGEST or not url.isprintable() or not SCHEME.match(url):
        raise InputError(f"{url[:80]!r} is no channel that can be used.", MEND)
    scheme, _, rest = url.partition(":")
    scheme = scheme.lower()
    if scheme == "mailto":
        return f"mailto:{mail_address(rest, 'The channel')}"
    if scheme == "feed":
        if rest:
            raise InputError(f"The channel {url!r} has something behind feed:.", "Write feed: alone; `pututu alerts feed ALERT` prints its address.")  # fmt: skip
        return FEED
    if scheme in ("http", "https"):
        return _webhook(f"{scheme}:{rest}", allowed)
    from alerts.channels.chat import check_service  # loads Apprise: only for who uses it

    check_service(url, allowed)
    return url


def mail_address(address: str, what: str) -> str:
    """One plausible mail address: ASCII, one @, a host. Nothing that could end a header or begin a second recipient."""
    address = address.strip(" ")
    local, _, host = address.rpartition("@")
    dotted = all(part for part in host.split(".")) and all(part for part in local.split("."))
    if len(address) > ADDRESS_LENGTH or not ADDRESS.fullmatch(address) or not dotted:
        raise InputError(f"{what} {address!r} is no mail address.", "Give one address such as ana@example.org; write a host with accents in its xn-- form.")  # fmt: skip
    return address


def shown(url: str) -> str:
    """A channel as it may be shown: what only its owner knows (a chat's token, the path and query of a webhook) left out."""
    match kind(url):
        case "mail" | "feed":
            return url
        case "webhook":
            parts = urlsplit(url)
            hidden = "/…" if parts.path.strip("/") or parts.query else ""
            return urlunsplit((parts.scheme, parts.netloc, "", "", "")) + hidden
    return f"{url.partition(':')[0]}://…"


def _webhook(url: str, allowed: Iterable[Network]) -> str:
    """An address to post to: host, port and path as given, no password, no fragment, nothing private."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InputError(f"The webhook {url!r}: its host or port cannot be read ({error}).", "Write https://HOST[:PORT]/PATH.") from error  # fmt: skip
    if not host:
        raise InputError(f"The webhook {url!r} names no host.", "Write https://HOST[:PORT]/PATH.")
    if parts.fragment:
        raise InputError(f"The webhook {url!r} has a part behind #, which is never sent.", "Leave it out.")
    if len(url.split()) != 1:
        raise InputError(f"The webhook {url!r} has a space in it.", "Write it as %20.")
    try:
        check_public(url, allowed)
    except UnavailableError as error:
        raise InputError(f"The webhook's host: {error.reason}", "Correct the name.") from error
    except InputError as error:
        raise InputError(f"The webhook: {error.reason}", error.mend) from error
    return url
