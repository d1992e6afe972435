"""Ways out of the machine: one file per channel, all behind one port.

A channel is written as a URL (`addresses.py`): `mailto:ana@example.org`, `https://...` (a webhook), `tgram://...` (a chat), `feed:`.
It is opened for a batch and sends one message at a time. What goes wrong is said in four words: the channel itself does not
work now (`ChannelDownError`: stop, keep everything), this message may go later (`DeliveryError`), this message will never be
taken (`permanent`), this destination takes no message any more (`gone`).
"""

from typing import Protocol, Self, TypeVar

from core.errors import PututuError, UnavailableError

Message = TypeVar("Message", contravariant=True)


class ChannelDownError(UnavailableError):
    """The channel does not work at all now: nothing was sent, and trying the next message would be in vain.

    `again` is what the other side said of when to come back: the value of its Retry-After, as it came.
    """

    def __init__(self, reason: str, mend: str = "", *, again: str | None = None) -> None:
        super().__init__(reason, mend)
        self.again = again


class DeliveryError(PututuError):
    """This one message was not taken. `permanent`: trying again is no use. `gone`: for this destination nothing is of use."""

    def __init__(self, reason: str, mend: str = "", *, permanent: bool = False, gone: bool = False) -> None:
        super().__init__(reason, mend)
        self.permanent = permanent
        self.gone = gone


class Channel(Protocol[Message]):
    """A connection that is made by entering and given back by leaving; `send` returns only when the message was accepted."""

    def __enter__(self) -> Self:
        """Connect. Raises ChannelDownError."""
        ...

    def __exit__(self, *_: object) -> None:
        """Disconnect; never raises for a connection that is gone already."""
        ...

    def send(self, message: Message, recipient: str) -> None:
        """Hand over one message to a recipient (a mail address, or the channel's URL). Raises DeliveryError or ChannelDownError."""
        ...
