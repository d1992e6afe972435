"""What matters of a document, and whether a story that was told before has news: a pure comparison of facts.

A later document of a story fires again only when one of four things changed: the status of the strike, a place where it
happened, how many were killed or injured, a norm. Everything else (another outlet, another wording) is counted only.
Where the facts of what was told are not known (a hit of an earlier release), it fires: rather twice than never.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Facts = Mapping[str, Any]
CHANGES = ("status", "place", "casualties", "norm")


def facts(tags: Mapping[str, Any]) -> dict[str, Any]:
    """`{status, places, killed, injured, norms}` of a record's tags: places are UBIGEO codes of where it happened."""
    strike, casualties = tags.get("strike") or {}, tags.get("casualties") or {}
    return {
        "status": strike.get("status"),
        "places": sorted(
            {str(one["ubigeo"]) for one in tags.get("places") or () if one.get("role") == "event" and one.get("ubigeo")}
        ),
        "killed": casualties.get("killed"),
        "injured": casualties.get("injured"),
        "norms": sorted({str(one["id"]) for one in tags.get("norms") or () if one.get("id")}),
    }


def changed(snapshot: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> list[str]:
    """Which of CHANGES a document brings to what was told of its story, both as snapshots; nothing: it is the same news."""
    if not all("facts" in one for one in (snapshot, *told)):
        return list(CHANGES)
    new, old = snapshot["facts"], [one["facts"] for one in told]
    found = {
        "status": _status(snapshot, told),
        "place": any(not _named(code, old) for code in new["places"]),
        "casualties": any(
            new[key] is not None and new[key] not in {one[key] for one in old} for key in ("killed", "injured")
        ),
        "norm": not set(new["norms"]) <= {norm for one in old for norm in one["norms"]},
    }
    return [name for name in CHANGES if found[name]]


def within(code: str, wider: str) -> bool:
    """Whether a UBIGEO code is that place or inside it."""
    return code.startswith(_stem(wider))


def _status(snapshot: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> bool:
    """A status never told is news; one told before is when it follows another one (suspended, then on again)."""
    status = snapshot["facts"]["status"]
    known = [one for one in told if one["facts"]["status"]]
    if status is None:
        return False
    if status not in {one["facts"]["status"] for one in known}:
        return True
    latest = max(known, key=lambda one: one.get("published") or "")
    newer = (snapshot.get("published") or "") > (latest.get("published") or "")
    return newer and bool(latest["facts"]["status"] != status)


def _named(code: str, told: Sequence[Facts]) -> bool:
    """Whether this place, or one inside it, was told: a district is news after its department, not the other way round."""
    return any(within(other, code) for one in told for other in one["places"])


def _stem(code: str) -> str:
    """The part of a code that all places inside it share: `150100` (a province) is `1501`."""
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code
