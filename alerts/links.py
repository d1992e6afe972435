"""Signed links: what a reader may do with one press from a mail, without an account.

A link names an act, its alert, its subject and when it ends, signed with the alert's own key (HMAC-SHA256, 128 bits kept).
Whoever has the mail has the link, so it can only do what its reader may do to that one alert; a new key for an alert ends
all its links. Opening one only asks; pressing the button acts.
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

LIFETIME = timedelta(days=180)
ACTS = ("pause", "unsubscribe", "story", "source", "place", "relevant", "irrelevant", "options")
MUTES = ("story", "source", "place")
LONGEST = 2_000
SIGNATURE = 16
SEPARATOR = "\x1f"


class LinkError(Exception):
    """A link that is refused: `why` is `forged` or `expired`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Link:
    """What pressing it does: `act` on `subject` (a story, source, place code, document or channel digest) of an alert."""

    act: str
    alert: str
    ends: datetime
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Signer:
    """Makes the links of one message. `began` is when the message was prepared, so that a message sent again says the same."""

    key: str
    alert: str
    public_url: str
    began: datetime

    def url(self, act: str, subject: str = "") -> str:
        """The address of a link."""
        return f"{self.public_url}/l/{sign(self.key, Link(act, self.alert, self.began + LIFETIME, subject))}"


def sign(key: str, link: Link) -> str:
    """The link as one word for an address."""
    said = SEPARATOR.join((link.act, link.alert, str(int(link.ends.timestamp())), link.subject)).encode()
    return f"{_letters(said)}.{_letters(_signature(key, said))}"


def read(word: str) -> Link:
    """What a word claims to be, before its signature is looked at. Raises LinkError."""
    body, _, _ = word.partition(".")
    try:
        if len(word) > LONGEST:
            raise ValueError("too long")
        said = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True).decode()
        act, alert, ends, subject = said.split(SEPARATOR)
        link = Link(act, alert, datetime.fromtimestamp(int(ends), UTC), subject)
    except (ValueError, binascii.Error, OverflowError, OSError) as error:
        raise LinkError("forged") from error
    if act not in ACTS:
        raise LinkError("forged")
    return link


def check(word: str, link: Link, key: str, now: datetime) -> None:
    """Raises LinkError when the word is not exactly what we signed, or has ended."""
    if not hmac.compare_digest(sign(key, link).encode(), word.encode("utf-8", "replace")):
        raise LinkError("forged")
    if now >= link.ends:
        raise LinkError("expired")


def for_act(link: Link, act: str, subject: str) -> Link:
    """Another act with the same end: what a page of options offers."""
    return replace(link, act=act, subject=subject)


def digest(text: str) -> str:
    """A short name for a channel's URL, so that no address stands in a link."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _signature(key: str, said: bytes) -> bytes:
    return hmac.new(key.encode(), b"pututu link " + said, hashlib.sha256).digest()[:SIGNATURE]


def _letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
