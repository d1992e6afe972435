"""What an alert may be: every field is checked here, whoever asks (command line, page, API), before anything is kept."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, get_args

from alerts.channels.addresses import checked, mail_address, shown
from alerts.words import CONTROL
from core.errors import InputError, QueryError
from core.settings import Network
from search.nodes import DAY_FIELDS, TEXT_FIELDS, And, Leaf, Node, Not, Or, Range, Wildcard, leaves
from search.query import All, parse
from store.alerts import Alert, Day, Language, Rhythm

__all__ = ["VOLUME", "Alert", "checked_query", "create", "edited", "invalid", "thresholds"]

NAME_LENGTH = 120
EVERYWHERE = ("", *TEXT_FIELDS, "source", "kind", "language", "id", "story")  # what (nearly) every document has
EDITABLE = ("name", "query", "owner", "language", "rhythm", "at", "day", "quiet", "channels", "volume", "every")
KINDS = ("documents", "volume", "operator")
HOUR = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"
VOLUME: Mapping[str, tuple[float, float, float]] = {
    "count": (5, 5, 100_000), "ratio": (3.0, 3.0, 1_000.0), "sources": (2, 2, 1_000), "cooldown": (24, 1, 24 * 90),
}  # fmt: skip
"""Of an alert on volume: what is taken where nothing is said, the least and the most. `cooldown` is in hours."""


def create(
    *,
    name: str,
    owner: str,
    now: datetime,
    query: str = "",
    language: str = "es",
    rhythm: str = "instant",
    at: str = "07:00",
    day: str = "monday",
    quiet: str | None = None,
    channels: Sequence[str] | None = None,
    kind: str = "documents",
    volume: Mapping[str, Any] | None = None,
    every: bool = False,
    allowed: Iterable[Network] = (),
) -> Alert:
    """A new alert, checked. Without channels (None) it mails its owner; `allowed` are private networks that channels may reach.

    Raises InputError or QueryError with the mend.
    """
    of_kind = _one_of(kind, KINDS, "The kind")
    _checked(kind, query)
    owner = mail_address(owner, "The owner")
    return Alert(
        id=secrets.token_hex(4),
        name=_name(name),
        query=query.strip(),
        owner=owner,
        language=_one_of(language, get_args(Language), "The language"),
        rhythm=_one_of(rhythm, get_args(Rhythm), "The rhythm"),
        at=_hour(at),
        day=_one_of(day, get_args(Day), "The day"),
        quiet=_quiet(quiet),
        channels=_channels(channels, owner, allowed),
        every=every,
        kind=of_kind,
        volume=thresholds(kind, volume),
        created=now,
        changed=now,
    )


def edited(alert: Alert, allowed: Iterable[Network] = (), **changes: Any) -> Alert:
    """The alert with some fields changed (None: kept), checked as a new one is. A new owner's mail goes to the new address;
    of `volume` only what is named changes; `quiet=""` ends the quiet hours; a channel as it is shown stands for the kept one."""
    unknown = sorted(set(changes) - set(EDITABLE))
    if unknown:
        raise InputError(f"An alert has no {', '.join(unknown)} that can be edited.", f"It has {', '.join(EDITABLE)}.")
    given = {name: value for name, value in changes.items() if value is not None}
    if "owner" in given and "channels" not in given and alert.channels == (f"mailto:{alert.owner}",):
        given["channels"] = None
    elif "channels" in given:
        given["channels"] = _unhidden(given["channels"], alert.channels)
    if "volume" in given:
        given["volume"] = {**(alert.volume or {}), **given["volume"]}
    fields = {name: getattr(alert, name) for name in EDITABLE} | {"channels": None} | given
    if alert.kind in KINDS:
        fields["kind"] = alert.kind
    fresh = create(**fields, now=alert.created, allowed=allowed)
    changed = {name: getattr(fresh, name) for name in EDITABLE}
    return replace(alert, **changed | ({} if "channels" in given else {"channels": alert.channels}))


def invalid(alert: Alert) -> str | None:
    """Why the alert's question can no longer be asked; None when it can."""
    try:
        _checked(alert.kind, alert.query)
    except QueryError as error:
        return str(error)
    return None


def _checked(kind: str, query: str) -> None:
    """What each kind of alert may ask: an operator's asks nothing, one on volume may count everything."""
    if kind == "operator":
        if query.strip():
            raise InputError(
                "An alert of kind operator has no query: it tells how Pututu does.", "Leave the query out."
            )
    elif not query.strip():
        raise InputError("The alert has no query.", "Give what it asks for, in the search language.")
    else:
        checked_query(query, anchored=kind != "volume")


def checked_query(text: str, *, anchored: bool = True) -> Node:
    """The tree of an alert's query. Raises QueryError when it does not parse, asks for days, or (where it must be anchored)
    would fire on nearly everything."""
    node = parse(text)
    for positive in (True, False):
        for leaf in leaves(node, positive=positive):
            if isinstance(leaf, Range) or getattr(leaf, "field", "") in DAY_FIELDS:
                raise QueryError(f"An alert cannot ask for `{getattr(leaf, 'field', 'date')}:`: it is asked of each document as it arrives, whatever its date.", "Leave that clause out.", _place(text, leaf), text)  # fmt: skip
    if anchored and not _anchored(node):
        raise QueryError("An alert needs something that must occur: this one would fire on nearly every document.", "Add a word, a phrase, the beginning of a word or a field; `NOT` and `*` alone are not enough.", None, text)  # fmt: skip
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


def _one_of(value: str, known: Sequence[str], what: str) -> Any:
    if value not in known:
        raise InputError(f"{what} {value!r} is not known.", f"It is one of {', '.join(known)}.")
    return value


def _hour(at: str) -> str:
    if not re.fullmatch(HOUR, at):
        raise InputError(f"{at!r} is no hour.", "Write HH:MM, from 00:00 to 23:59, in Lima time.")
    return at


def _quiet(quiet: str | None) -> str | None:
    """Hours in which nothing is sent, HH:MM-HH:MM in Lima; they may run through midnight."""
    if not quiet:
        return None
    ends = re.sub(r"\s", "", quiet)
    if not re.fullmatch(f"{HOUR}-{HOUR}", ends):
        raise InputError(f"{quiet!r} are no quiet hours.", "Write HH:MM-HH:MM in Lima time, e.g. 22:00-07:00.")
    if ends[:5] == ends[6:]:
        raise InputError(f"The quiet hours {quiet!r} begin where they end.", "Leave some time to be told; to be told nothing, pause the alert.")  # fmt: skip
    return ends


def thresholds(kind: str, given: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The thresholds of an alert on volume; others have none."""
    if kind != "volume":
        if given:
            raise InputError("Only an alert of kind volume has thresholds.", "Leave count, ratio, sources and cooldown out, or give it the kind volume.")  # fmt: skip
        return None
    unknown = sorted(set(given or {}) - set(VOLUME))
    if unknown:
        raise InputError(f"A threshold {', '.join(unknown)} is not known.", f"There are {', '.join(VOLUME)}.")
    return {name: _within(name, (given or {}).get(name)) for name in VOLUME}


def _within(name: str, given: Any) -> float | int:
    usual, least, most = VOLUME[name]
    if given is None:
        return usual
    whole = not isinstance(usual, float)
    within = isinstance(given, int | float) and not isinstance(given, bool) and least <= given <= most
    if not within or (whole and given != int(given)):
        raise InputError(f"The {name} {given!r} cannot be used.", f"Give a {'whole ' if whole else ''}number from {least:g} to {most:g}.")  # fmt: skip
    return int(given) if whole else float(given)


def _channels(channels: Sequence[str] | None, owner: str, allowed: Iterable[Network]) -> tuple[str, ...]:
    """Where to tell it; where nothing is said, by mail to the owner. Doubles are one."""
    if channels is not None and not channels:
        raise InputError("The owner has no channel: nobody would be told.", "Name one, such as mailto:ana@example.org, or leave the channels out: then it is mail to the owner.")  # fmt: skip
    networks = tuple(allowed)
    return tuple(dict.fromkeys(checked(channel, networks) for channel in channels or (f"mailto:{owner}",)))


def _unhidden(channels: Sequence[str], kept: Sequence[str]) -> list[str]:
    """Channels where `tgram://…`, as pages show it, stands for the one that is kept; of several alike, in their order."""
    hidden = [one for one in kept if shown(one) != one]
    found = []
    for channel in channels:
        same = next((one for one in hidden if shown(one) == channel.strip()), None)
        if same is not None:
            hidden.remove(same)
        found.append(same or channel)
    return found
