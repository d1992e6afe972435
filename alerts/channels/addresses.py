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
HIDDEN = "…"
FILE = re.compile(r"(?:file:|[A-Za-z]:[\\/]|\.{0,2}/(?!/)|~)", re.IGNORECASE)
BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
MEND = "Write mailto:ADDRESS, https://HOST/PATH (a webhook), feed:, or the URL of a chat as Apprise writes it (tgram://TOKEN/CHAT)."


def kind(url: str) -> Kind:
    """Which way a checked channel goes."""
    scheme = url.partition(":")[0]
    return {"mailto": "mail", "http": "webhook", "https": "webhook", "feed": "feed"}.get(scheme, "chat")  # type: ignore[return-value]


def checked(url: str, allowed: Iterable[Network] = ()) -> str:
    """The channel as it is kept. Raises InputError naming the part that is wrong, or the private address it leads to."""
    url = url.strip(" ")
    scheme, rest = _scheme(url)
    if scheme == "mailto":
        if rest.startswith("/"):
            raise InputError(
                f"The channel {url!r} has a slash before the address.", f"Write mailto:{rest.lstrip('/')}."
            )
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


def _scheme(url: str) -> tuple[str, str]:
    """The scheme of a channel, in small letters, and what stands behind its colon. Raises InputError saying why there is none."""
    if not url:
        raise InputError("The channel is empty.", MEND)
    if len(url) > LONGEST:
        raise InputError(f"The channel {url[:80]!r}... is {len(url)} characters long, more than {LONGEST}.", MEND)
    hidden = next((place for place, sign in enumerate(url) if not sign.isprintable()), None)
    if hidden is not None:
        raise InputError(f"The channel {url[:80]!r} has a character that cannot be seen (U+{ord(url[hidden]):04X}, character {hidden + 1}).", "Type it anew, without it.")  # fmt: skip
    if FILE.match(url):
        raise InputError(f"The channel {url[:80]!r} is the path of a file: it names no server.", MEND)
    if not SCHEME.match(url):
        scheme = "mailto:" if ADDRESS.fullmatch(url) else "https://"
        raise InputError(f"The channel {url[:80]!r} does not say what it is: nothing stands before a colon.", f"Write {scheme}{url.lstrip('/')[:80]}, if that is meant.")  # fmt: skip
    if url.endswith(HIDDEN):
        raise InputError(f"The channel {url!r} is how a page shows it: what only its owner knows is left out.", "Write it whole.")  # fmt: skip
    scheme, _, rest = url.partition(":")
    return scheme.lower(), rest


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
            hidden = f"/{HIDDEN}" if parts.path.strip("/") or parts.query else ""
            return urlunsplit((parts.scheme, parts.netloc, "", "", "")) + hidden
    return f"{url.partition(':')[0]}://{HIDDEN}"


def _webhook(url: str, allowed: Iterable[Network]) -> str:
    """An address to post to: host, port and path as given, no password, no fragment, nothing private."""
    if "\\" in url:
        raise InputError(f"The webhook {url!r} has a backslash in it.", "Write / instead, or %5C where it is meant.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise InputError(f"The webhook {url!r}: its host or port cannot be read ({error}).", "Write https://HOST[:PORT]/PATH.") from error  # fmt: skip
    if not host:
        raise InputError(f"The webhook {url!r} names no host.", "Write https://HOST[:PORT]/PATH, with both slashes.")
    if port == 0:
        raise InputError(
            f"The webhook {url!r} names the port 0, where nobody listens.", "Write https://HOST[:PORT]/PATH."
        )
    if broken := BROKEN.search(url):
        raise InputError(f"The webhook {url!r} has a % without two hexadecimal digits behind it (character {broken.start() + 1}).", "Write a % itself as %25.")  # fmt: skip
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
