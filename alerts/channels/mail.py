"""Mail by our own SMTP connection: `smtp[s]://[user:password@]host:port`.

One connection carries a batch. Over `smtp://` STARTTLS is used where the server offers it (not on loopback, where there is
nobody to listen and certificates are home-made); a password is never sent in the clear to another machine.
"""

import base64
import contextlib
import smtplib
import ssl
from dataclasses import dataclass
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import parseaddr
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from alerts.channels import ChannelDownError, DeliveryError
from core.errors import SettingError

TIMEOUT = 30.0
LOOPBACK = ("localhost", "127.0.0.1", "::1")


WHOLE = ("list-unsubscribe", "in-reply-to", "references")


class MailPolicy(EmailPolicy):
    """SMTP's policy with subjects folded by `email.header`: the policy's own folding loses spaces between accented words.

    Addresses of links and messages stay whole: the policy would encode a long one, and nobody could follow it.
    """

    def fold(self, name: str, value: Any) -> str:
        """The header as lines."""
        if name.lower() == "subject" and not str(value).isascii():
            encoded = Header(str(value), "utf-8", header_name=name).encode(linesep=self.linesep)
            return f"{name}: {encoded}{self.linesep}"
        if name.lower() in WHOLE and str(value).isascii():
            return f"{name}: {value}{self.linesep}"
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The header as lines, encoded."""
        return self.fold(name, value).encode("ascii", "surrogateescape")


POLICY = MailPolicy(linesep=SMTP.linesep)


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server as PUTUTU_SMTP names it; user and password are URL-decoded."""

    host: str
    port: int
    implicit_tls: bool
    user: str
    password: str

    @classmethod
    def of(cls, url: str) -> "Server":
        """Read the setting. Raises SettingError where it has no host or no usable port."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise SettingError(f"PUTUTU_SMTP cannot be read: {error}.", "Write smtp://host:port.") from error
        if parts.scheme not in ("smtp", "smtps") or not host:
            raise SettingError("PUTUTU_SMTP names no mail server.", "Write smtp[s]://[user:password@]host:port.")
        tls = parts.scheme == "smtps"
        return cls(
            host, port or (465 if tls else 25), tls, unquote(parts.username or ""), unquote(parts.password or "")
        )

    @property
    def loopback(self) -> bool:
        """Whether it is on this very machine."""
        return self.host in LOOPBACK or self.host.startswith("127.")


class MailChannel:
    """The mail channel; `sender` is the envelope's sender and names this machine to the server."""

    def __init__(self, url: str, sender: str, timeout: float = TIMEOUT) -> None:
        self._server = Server.of(url)
        self._sender = _address(sender)
        self._timeout = timeout
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        """Connect, secure, log in. Raises ChannelDownError with what the server said."""
        server = self._server
        where = f"The mail server {server.host}:{server.port}"
        try:
            smtp = self._connect()
            if server.user:
                _log_in(smtp, server.user, server.password)
        except smtplib.SMTPAuthenticationError as error:
            self._drop()
            raise ChannelDownError(
                f"{where} refuses the user or password ({_said(error)}).", "Correct PUTUTU_SMTP."
            ) from error
        except ssl.SSLError as error:
            self._drop()
            raise ChannelDownError(f"{where}: its certificate or encryption cannot be used ({error}).", "Mend the server's certificate, or name the server as the certificate does in PUTUTU_SMTP.") from error  # fmt: skip
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise ChannelDownError(f"{where} does not take mail now ({_said(error)}).", "Nothing is lost: `pututu deliver` tries again.") from error  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        """Say goodbye."""
        if self._smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._smtp.quit()
        self._drop()

    def send(self, message: EmailMessage, recipient: str) -> None:
        """Hand over one message. Only a refusal of this recipient or message is the delivery's own; the rest is the channel's."""
        if self._smtp is None:
            raise ChannelDownError("The connection to the mail server is closed.", "Nothing is lost: `pututu deliver` tries again.")  # fmt: skip
        try:
            self._smtp.sendmail(self._sender, [recipient], message.as_bytes(policy=POLICY))
        except smtplib.SMTPRecipientsRefused as error:
            code, said = error.recipients[recipient]
            self._after(code, said)
            raise DeliveryError(f"{recipient}: {code} {_text(said)}", permanent=code >= 500, gone=code >= 500) from error  # fmt: skip
        except smtplib.SMTPDataError as error:
            self._after(error.smtp_code, error.smtp_error)
            raise DeliveryError(f"{recipient}: {_said(error)}", permanent=error.smtp_code >= 500) from error
        except smtplib.SMTPSenderRefused as error:
            if error.smtp_code == 552:
                raise DeliveryError(
                    f"The mail is too large for the server ({_said(error)}).", permanent=True
                ) from error
            raise ChannelDownError(f"The mail server refuses the sender {self._sender} ({_said(error)}).", "Set PUTUTU_MAIL_FROM to an address it accepts.") from error  # fmt: skip
        except (OSError, smtplib.SMTPException) as error:
            raise ChannelDownError(f"The mail server broke off ({_said(error)}).", "Nothing is lost: `pututu deliver` tries again.") from error  # fmt: skip

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        name = self._sender.rpartition("@")[2]
        me = name if name.isascii() and name else "localhost"
        if server.implicit_tls:
            context = ssl.create_default_context()
            self._smtp = smtplib.SMTP_SSL(server.host, server.port, me, timeout=self._timeout, context=context)
            return self._smtp
        self._smtp = smtp = smtplib.SMTP(server.host, server.port, me, timeout=self._timeout)
        smtp.ehlo_or_helo_if_needed()
        if server.loopback:
            return smtp
        if smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
        elif server.user:
            raise smtplib.SMTPNotSupportedError("it offers no encryption for the password; use smtps://")
        return smtp

    def _after(self, code: int, said: bytes | str) -> None:
        """421 closes the connection whatever it answers to: then it is the channel that is down."""
        if code == 421:
            raise ChannelDownError(f"The mail server closes the connection ({code} {_text(said)}).", "Nothing is lost: `pututu deliver` tries again.")  # fmt: skip

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp = None


def _address(sender: str) -> str:
    """The address in PUTUTU_MAIL_FROM, which may have a name before it. Raises SettingError when there is none."""
    address = parseaddr(sender)[1]
    local, _, host = address.rpartition("@")
    if not (local and host and address.isascii() and sender.isprintable() and len(address.split()) == 1):
        raise SettingError(f"PUTUTU_MAIL_FROM: {sender!r} is no mail address.", "Write pututu@example.org, or Name <pututu@example.org>.")  # fmt: skip
    return address


def _log_in(smtp: smtplib.SMTP, user: str, password: str) -> None:
    """As `smtplib.login`, which can send ASCII only: other passwords go by PLAIN in UTF-8 (RFC 4616)."""
    if (user + password).isascii():
        smtp.login(user, password)
        return
    smtp.ehlo_or_helo_if_needed()
    secret = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    code, said = smtp.docmd("AUTH", f"PLAIN {secret}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, said)


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())


def _said(error: Exception) -> str:
    """The server's own words where there are any. Never the credentials: smtplib puts none into its errors."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return _text(str(error)) or type(error).__name__
