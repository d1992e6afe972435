"""Whether a mail has arrived: asked of the mailbox itself, over IMAP, in a Maildir or in an mbox file.

A canary's mail that was found is removed again where that is safe (IMAP, Maildir): nobody reads that mailbox, and it must not
fill up. Only the mail with the very Message-ID that was asked for is touched.
"""

import imaplib
import re
from contextlib import suppress
from email.parser import BytesHeaderParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from core.errors import SettingError, UnavailableError

TIMEOUT = 20.0  # seconds
TAIL = 8 * 2**20  # bytes at the end of an mbox file in which a mail of the last hours is looked for
MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]+>")
MEND = "Correct PUTUTU_CANARY_MAILBOX."


def holds(place: str, message_id: str) -> bool:
    """Whether the mailbox has the mail. Raises UnavailableError or SettingError where it cannot be read."""
    if not MESSAGE_ID.fullmatch(message_id):
        return False
    if "://" in place:
        return _by_imap(place, message_id)
    path = Path(place).expanduser()
    if path.is_dir():
        return _in_maildir(path, message_id)
    return _in_mbox(path, message_id)


def _by_imap(url: str, message_id: str) -> bool:
    parts = urlsplit(url)
    folder = unquote(parts.path.strip("/")) or "INBOX"
    try:
        kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
        client = kind(parts.hostname or "", parts.port or (993 if parts.scheme == "imaps" else 143), timeout=TIMEOUT)
        try:
            client.login(unquote(parts.username or ""), unquote(parts.password or ""))
            return _found(client, folder, message_id)
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                client.logout()
    except (imaplib.IMAP4.error, OSError) as error:
        # the server's words may repeat what it was sent: only their kind is told
        raise UnavailableError(f"The canary's mailbox at {parts.hostname} cannot be read ({type(error).__name__}).", MEND) from error  # fmt: skip


def _found(client: imaplib.IMAP4, folder: str, message_id: str) -> bool:
    quoted = '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if client.select(quoted)[0] != "OK":
        raise UnavailableError("The canary's mailbox has no such folder.", MEND)
    _, answer = client.search(None, "HEADER", "Message-ID", f'"{message_id}"')
    numbers = (answer[0] or b"").split()
    for number in numbers:
        client.store(number.decode(), "+FLAGS", "\\Deleted")
    if numbers:
        client.expunge()
    return bool(numbers)


def _in_maildir(folder: Path, message_id: str) -> bool:
    try:
        for path in [*(folder / "new").iterdir(), *(folder / "cur").iterdir()]:
            with path.open("rb") as file:
                found = BytesHeaderParser().parse(file).get("Message-ID", "")
            if str(found).strip() == message_id:
                path.unlink()
                return True
    except FileNotFoundError as error:
        if not (folder / "new").is_dir():
            raise SettingError(f"PUTUTU_CANARY_MAILBOX: {folder} is no Maildir.", MEND) from error
    except OSError as error:
        raise UnavailableError(f"The canary's mailbox {folder} cannot be read ({error.strerror}).", MEND) from error
    return False


def _in_mbox(file: Path, message_id: str) -> bool:
    """Read only: other programs append to the file."""
    try:
        with file.open("rb") as opened:
            size = opened.seek(0, 2)
            opened.seek(max(0, size - TAIL))
            return re.search(rb"(?im)^message-id:\s*" + re.escape(message_id.encode()), opened.read()) is not None
    except FileNotFoundError:
        return False  # the first mail makes it
    except OSError as error:
        raise UnavailableError(f"The canary's mailbox {file} cannot be read ({error.strerror}).", MEND) from error
