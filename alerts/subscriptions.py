"""Adding, editing, pausing and removing alerts: the rules, then the store, in one transaction each. What every door calls."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from alerts import rules
from core.errors import InputError, QueryError
from core.settings import Network
from store import alerts as kept
from store import deliveries
from store.alerts import Alert
from store.database import Store

OF_OWNER = ("owner", "language", "quiet", "channels")
"""What may be changed for all alerts of an owner at once."""


def add(store: Store, now: datetime, *, allowed: Iterable[Network] = (), **fields: Any) -> Alert:
    """Keep a new alert (fields as `rules.create`). Raises InputError or QueryError."""
    alert = rules.create(**fields, now=now, allowed=allowed)
    with store.write() as tx:
        kept.add(tx, alert)
    return alert


def edit(store: Store, which: str, now: datetime, *, allowed: Iterable[Network] = (), **changes: Any) -> Alert:
    """Change an alert found by id or name; messages that wait for a channel it no longer has go to its new one."""
    with store.write() as tx:
        alert = kept.edit(tx, rules.edited(kept.get(tx, which), allowed, **changes), now)
        deliveries.redirect(tx, alert)
    return alert


def edit_owner(
    store: Store, address: str, now: datetime, *, allowed: Iterable[Network] = (), **changes: Any
) -> list[Alert]:
    """Change the language, quiet hours, channels or address (`owner`) of all alerts of an owner, or, where one of them refuses,
    of none. Raises InputError for an address without alerts."""
    unknown = sorted(set(changes) - set(OF_OWNER))
    if unknown:
        raise InputError(f"An owner has no {', '.join(unknown)}.", f"There are {', '.join(OF_OWNER)}.")
    networks = tuple(allowed)
    with store.write() as tx:
        mine = [alert for alert in kept.listed(tx) if alert.owner == address.strip()]
        if not mine:
            raise InputError(f"{address!r} has no alert.", "`pututu alerts list` names the owners.")
        given = {name: value for name, value in changes.items() if value is not None}
        changed = [kept.edit(tx, rules.edited(alert, networks, **given), now) for alert in mine] if given else mine
        for alert in changed:
            deliveries.redirect(tx, alert)
        return changed


def pause(store: Store, which: str, now: datetime) -> Alert:
    """Stop asking and telling, as its owner wishes."""
    with store.write() as tx:
        alert = kept.get(tx, which)
        kept.pause(tx, alert.id, None, now)
        return kept.get(tx, alert.id)


def resume(store: Store, which: str, now: datetime) -> Alert:
    """Ask again. Raises QueryError while its question cannot be asked."""
    with store.write() as tx:
        alert = kept.get(tx, which)
        if reason := rules.invalid(alert):
            raise QueryError(f"The alert {alert.name!r} cannot be asked: {reason}", f"Edit it first: pututu alerts edit {alert.id} --query ...")  # fmt: skip
        kept.resume(tx, alert.id, now)
        return kept.get(tx, alert.id)


def remove(store: Store, which: str, now: datetime) -> Alert:
    """Ask and tell no more; what it found is kept."""
    with store.write() as tx:
        alert = kept.get(tx, which)
        kept.remove(tx, alert.id, now)
        return kept.get(tx, alert.id)
