"""Ways out of the machine: one file per channel, all behind one port.

A channel is opened once for a batch and sends one message at a time. What goes wrong is said in three words: the channel
itself does not work now (`ChannelDownError`: stop, keep everything), this message may go later (`DeliveryError`), this
message will never be taken (`DeliveryError` with `permanent`).
"""

from email.message import EmailMessage
from typing import Protocol, Self

from core.errors import PututuError, UnavailableError


class ChannelDownError(UnavailableError):
    """The channel does not work at all now: nothing was sent, and trying the next message would be in vain."""


class DeliveryError(PututuError):
    """This one message was not taken. `permanent`: the other side said never, so trying again is no use."""

    def __init__(self, reason: str, mend: str = "", *, permanent: bool = False) -> None:
        super().__init__(reason, mend)
        self.permanent = permanent


class Channel(Protocol):
    """A connection that is made by entering and given back by leaving; `send` returns only when the message was accepted."""

    def __enter__(self) -> Self:
        """Connect. Raises ChannelDownError."""
        ...

    def __exit__(self, *_: object) -> None:
        """Disconnect; never raises for a connection that is gone already."""
        ...

    def send(self, message: EmailMessage, recipient: str) -> None:
        """Hand over one message. Raises DeliveryError or ChannelDownError."""
        ...
