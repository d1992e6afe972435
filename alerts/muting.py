"""What an owner no longer wants to hear of, as it holds now: asked when a document matches, and again when what waits is frozen.

A muted story is followed: into the one it was merged into, and wherever documents that its owner was told of went later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from alerts import news
from store import alerts as kept
from store import answers, story_decisions
from store.alerts import Entry
from store.answers import Mute

Mutes = Mapping[str, Sequence[Mute]]


def standing(tx: Connection) -> Mutes:
    """The mutes of every alert that has any."""
    found: dict[str, list[Mute]] = {}
    for one in [*(_led(tx, mute) for mute in answers.muted(tx)), *answers.strayed(tx)]:
        found.setdefault(one.alert, []).append(one)
    return found


def muted(mutes: Sequence[Mute], source: str, story: str | None, facts: Mapping[str, Any]) -> str | None:
    """Which mute silences a document, as `source:rpp`. A place does only where all that happened, happened inside muted places."""
    values = {kind: [one.value for one in mutes if one.kind == kind] for kind in ("story", "source", "place")}
    if story in values["story"]:
        return f"story:{story}"
    if source in values["source"]:
        return f"source:{source}"
    inside = [next((wide for wide in values["place"] if news.within(code, wide)), None) for code in facts["places"]]
    return f"place:{inside[0]}" if inside and all(inside) else None


def still_told(tx: Connection, alert: str, waiting: Iterable[Entry], mutes: Sequence[Mute]) -> list[Entry]:
    """The entries that are told: what was muted since it matched is only counted from now on."""
    ready = list(waiting)
    if not mutes:
        return ready
    silenced: dict[str, str] = {}
    for hits in kept.hits_of_entries(tx, [entry.id for entry in ready]).values():
        for hit in hits:
            facts = hit.snapshot.get("facts") or {"places": ()}
            if why := muted(mutes, str(hit.snapshot["source"]), hit.story, facts):
                silenced[hit.document] = why
    gone = answers.silence(tx, alert, silenced)
    return [entry for entry in ready if entry.id not in gone]


def _led(tx: Connection, one: Mute) -> Mute:
    """A mute as it holds now: that of a story which was merged into another silences that one."""
    return replace(one, value=story_decisions.follow(tx, one.value) or one.value) if one.kind == "story" else one
