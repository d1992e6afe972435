"""What an alert may be: every field is checked here, whoever asks (command line, page, API), before anything is kept."""

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from alerts.channels.addresses import checked, mail_address
from alerts.words import CONTROL
from core.errors import InputError, QueryError
from core.settings import Network
from search.nodes import DAY_FIELDS, TEXT_FIELDS, And, Leaf, Node, Not, Or, Range, Wildcard, leaves
from search.query import All, parse
from store.alerts import Alert, Language, Rhythm

__all__ = ["Alert", "checked_query", "create", "edited", "invalid"]

NAME_LENGTH = 120
EVERYWHERE = ("", *TEXT_FIELDS, "source", "kind", "language", "id", "story")  # what (nearly) every document has
EDITABLE = ("name", "query", "owner", "language", "rhythm", "at", "channels", "every")


def create(
    *,
    name: str,
    query: str,
    owner: str,
    now: datetime,
    language: str = "es",
    rhythm: str = "instant",
    at: str = "07:00",
    channels: Sequence[str] = (),
    every: bool = False,
    allowed: Iterable[Network] = (),
) -> Alert:
    """A new alert, checked. Without channels it mails its owner; `allowed` are private networks that channels may reach.

    Raises InputError or QueryError with the mend.
    """
    checked_query(query)
    owner = mail_address(owner, "The owner")
    return Alert(
        id=secrets.token_hex(4),
        name=_name(name),
        query=query.strip(),
        owner=owner,
        language=_one_of(language, Language, "The language"),
        rhythm=_one_of(rhythm, Rhythm, "The rhythm"),
        at=_hour(at),
        channels=_channels(channels, owner, allowed),
        every=every,
        created=now,
        changed=now,
    )


def edited(alert: Alert, allowed: Iterable[Network] = (), **changes: Any) -> Alert:
    """The alert with some fields changed (None: kept), checked as a new one is. A new owner's mail goes to the new address."""
    unknown = sorted(set(changes) - set(EDITABLE))
    if unknown:
        raise InputError(f"An alert has no {', '.join(unknown)} that can be edited.", f"It has {', '.join(EDITABLE)}.")
    given = {name: value for name, value in changes.items() if value is not None}
    if "owner" in given and "channels" not in given and alert.channels == (f"mailto:{alert.owner}",):
        given["channels"] = ()
    fields = {name: getattr(alert, name) for name in EDITABLE} | {"channels": ()} | given
    fresh = create(**fields, now=alert.created, allowed=allowed)
    changed = {name: getattr(fresh, name) for name in EDITABLE}
    return replace(alert, **changed | ({} if "channels" in given else {"channels": alert.channels}))


def invalid(alert: Alert) -> str | None:
    """Why the alert's question can no longer be asked; None when it can."""
    try:
        checked_query(alert.query)
    except QueryError as error:
        return str(error)
    return None


def checked_query(text: str) -> Node:
    """The tree of an alert's query. Raises QueryError when it does not parse, asks for days, or would fire on nearly everything."""
    node = parse(text)
    for positive in (True, False):
        for leaf in leaves(node, positive=positive):
            if isinstance(leaf, Range) or getattr(leaf, "field", "") in DAY_FIELDS:
                raise QueryError(f"An alert cannot ask for `{getattr(leaf, 'field', 'date')}:`: it is asked of each document as it arrives, whatever its date.", "Leave that clause out.", _place(text, leaf))  # fmt: skip
    if not _anchored(node):
        raise QueryError("An alert needs something that must occur: this one would fire on nearly every document.", "Add a word, a phrase, the beginning of a word or a field; `NOT` and `*` alone are not enough.")  # fmt: skip
    return node


def _anchored(node: Node) -> bool:
    """Whether a document must have something particular to match."""
    match node:
        case And(nodes):
            return any(map(_anchored, nodes))
        case Or(nodes):
            return all(map(_anchored, nodes))
        case Not(Not(inner)):
            return _anchored(inner)
        case Not() | All() | Range():
            return False
        case Wildcard(field, shape):
            return field not in EVERYWHERE or any(c.isalnum() for c in shape)
    return True


def _place(text: str, leaf: Leaf) -> int | None:
    field = getattr(leaf, "field", "")
    found = re.search(rf"\b{re.escape(field)}\s*:", text, re.IGNORECASE)
    return found.start() if found else None


def _name(name: str) -> str:
    """A name on one line: it goes into the subject of mails."""
    if CONTROL.search(name):
        raise InputError("The name has a line break or control character.", "Give a name on one line.")
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise InputError(f"The name has {len(name)} characters; 1 to {NAME_LENGTH} are allowed.", "Give a shorter name." if name else "Give a name.")  # fmt: skip
    return name


def _one_of(value: str, words: Any, what: str) -> Any:
    known: tuple[str, ...] = get_args(words)
    if value not in known:
        raise InputError(f"{what} {value!r} is not known.", f"It is one of {', '.join(known)}.")
    return value


def _hour(at: str) -> str:
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", at):
        raise InputError(f"{at!r} is no hour.", "Write HH:MM, from 00:00 to 23:59, in Lima time.")
    return at


def _channels(channels: Sequence[str], owner: str, allowed: Iterable[Network]) -> tuple[str, ...]:
    """Where to tell it; without any, by mail to the owner. Doubles are one."""
    networks = tuple(allowed)
    return tuple(dict.fromkeys(checked(channel, networks) for channel in channels or (f"mailto:{owner}",)))
