"""What operators must know, without looking: sources that are silent, blocked or drifting, steps and stages that fail, work
and mails that are parked, a disk that fills up, a canary that does not arrive.

`troubles` says what is wrong now; `look` compares it with what was known: each trouble is told once when it begins and once
when it has been over for a while, whatever it does between.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from alerts import canary
from core.document import Payload
from core.settings import Settings
from crawler import health
from crawler.source import Source
from store import alerts as kept
from store import bulletins, deliveries, disk, runs, sources, work
from store.bulletins import Finding
from store.database import Store

LOW_DISK = 2 * 2**30  # bytes free below which the disk is called bad
WARNED = 14  # days until a disk is full that are called bad
SETTLED = timedelta(minutes=30)  # a trouble that is away for less has not ended
FORGOTTEN = timedelta(days=90)
TWICE = 2  # runs in a row that fail at the same stage: once is a hiccup
TRIED = 3  # attempts after which a step that fails is no hiccup either
JOBS = ("collect", "process", "refresh", "retention", "run")
LONGEST = 300  # characters of what was said


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something wrong: `key` is the same as long as it lasts, `what` says how `payload` is worded."""

    key: str
    what: str
    payload: Payload


def is_any_asked(tx: Connection) -> bool:
    """Whether anybody subscribed to what operators must know, or something told has not ended yet."""
    return bool(kept.active(tx, ("operator",)))


def look(store: Store, settings: Settings, known: Mapping[str, Source], now: datetime) -> dict[str, int]:
    """Look once, and let every active operator alert tell what is new and what has ended. Returns `{troubles, told}`."""
    found = {trouble.key: trouble for trouble in troubles(store, settings, known, now)}
    told = 0
    with store.write() as tx:
        bulletins.lock(tx)
        owners = [alert.id for alert in kept.active(tx, ("operator",))]
        before = {one.key: one for one in bulletins.findings_of(tx, over=True)}
        for key in found.keys() | before.keys():
            after = judged(before.get(key), found.get(key), now)
            if after is None:
                bulletins.forget_finding(tx, key)
                continue
            if after != before.get(key):
                bulletins.keep_finding(tx, after)
            told += sum(_tell(tx, alert, after, now) for alert in owners)
    return {"troubles": len(found), "told": told}


def judged(before: Finding | None, trouble: Trouble | None, now: datetime) -> Finding | None:
    """The finding after a look: begun, lasting, away, or (None) forgotten. A moment in the future is a clock that went back."""
    if trouble is not None:
        ended = before is None or (before.over is not None and not _is_recent(before.over, SETTLED, now))
        if before is None or ended:
            return Finding(key=trouble.key, what=trouble.what, payload=trouble.payload, since=now, over=None)
        return replace(before, payload=trouble.payload, over=None)
    assert before is not None
    if before.over is None:
        return replace(before, over=now)
    return before if _is_recent(before.over, FORGOTTEN, now) else None


def _is_recent(moment: datetime, span: timedelta, now: datetime) -> bool:
    return timedelta(0) <= now - moment < span


def _tell(tx: Connection, alert: str, finding: Finding, now: datetime) -> int:
    """A bulletin when it began, one when it has been over for a while (only to whom its beginning was told)."""
    begun = f"{finding.key}@{finding.since.isoformat()}"
    if finding.over is None:
        return int(bulletins.add(tx, alert, begun, finding.what, finding.payload, now))
    if _is_recent(finding.over, SETTLED, now) or not bulletins.has(tx, alert, begun):
        return 0
    ended = {"what": finding.what, "since": finding.since, "over": finding.over, **finding.payload}
    return int(bulletins.add(tx, alert, f"{begun}:over", "over", ended, now))


def troubles(store: Store, settings: Settings, known: Mapping[str, Source], now: datetime) -> Iterator[Trouble]:
    """All that is wrong now."""
    with store.read() as tx:
        yield from _sources(tx, known)
        yield from _parked(tx)
        yield from _steps(tx)
        yield from _stages(tx)
        yield from _canary(tx, now)
    yield from _disk(store, settings, now)


def _sources(tx: Connection, known: Mapping[str, Source]) -> Iterator[Trouble]:
    for slug, state in sorted(sources.states(tx).items()):
        if slug not in known or not state.enabled:
            continue
        told = {"slug": slug, "name": known[slug].name, "reason": state.reason, "last_item": state.last_item}
        drift = health.facts(state)["drift"]
        if drift:
            yield Trouble(key=f"drift:{slug}", what="drift", payload=told | {"drift": drift})
        if state.status in ("silent", "blocked") or (state.status == "failing" and not drift):
            said = {"error": (state.error or "")[:LONGEST]}
            yield Trouble(key=f"{state.status}:{slug}", what=state.status, payload=told | said)


def _parked(tx: Connection) -> Iterator[Trouble]:
    """Parked work by kind; told again when there is ten times as much."""
    examples = {one.kind: one for one in reversed(work.parked(tx))}
    for kind, counts in work.summary(tx).items():
        if counts["parked"]:
            error = examples[kind].error[:LONGEST] if kind in examples else ""
            payload = {"kind": kind, "number": counts["parked"], "error": error}
            yield Trouble(key=f"parked:{kind}:{_magnitude(counts['parked'])}", what="parked", payload=payload)
    mails = deliveries.parked_deliveries(tx)
    if mails:
        payload = {"kind": "deliver", "number": len(mails), "error": (mails[0].error or "")[:LONGEST]}
        yield Trouble(key=f"parked:deliver:{_magnitude(len(mails))}", what="parked", payload=payload)


def _magnitude(number: int) -> int:
    return int(10 ** (len(str(number)) - 1))


def _steps(tx: Connection) -> Iterator[Trouble]:
    """Steps that fail again and again on documents that still wait: the word before the colon names the step."""
    counts: dict[str, int] = {}
    examples: dict[str, str] = {}
    for error, number in work.failing(tx, TRIED):
        step = error.partition(":")[0].strip() or "?"
        counts[step] = counts.get(step, 0) + number
        examples.setdefault(step, error)
    for step, number in counts.items():
        payload = {"step": step, "number": number, "error": examples[step][:LONGEST]}
        yield Trouble(key=f"step:{step[:60]}", what="step", payload=payload)


def _stages(tx: Connection) -> Iterator[Trouble]:
    """Jobs whose last runs failed, one after the other, at the same stage."""
    for job in JOBS:
        last = [run for run in runs.recent(tx, TWICE + 1, job) if run.state != "running"][:TWICE]
        said = [_failed(run.receipt or {}) if run.state == "failed" else {} for run in last]
        if len(said) < TWICE:
            continue
        for stage in set(said[0]).intersection(*said[1:]):
            payload = {"job": job, "stage": stage, "error": said[0][stage][:LONGEST]}
            yield Trouble(key=f"stage:{job}:{stage}", what="stage", payload=payload)


def _failed(receipt: Mapping[str, Any]) -> dict[str, str]:
    """What failed in a run, by stage."""
    failed = receipt.get("failed")
    if isinstance(failed, list) and failed:
        return {str(one).partition(":")[0]: str(one) for one in failed}
    return {"": str(receipt.get("error") or "it failed")}


def _canary(tx: Connection, now: datetime) -> Iterator[Trouble]:
    told = canary.state(tx, now)
    if told is not None and told.late:
        yield Trouble(
            key="canary",
            what="canary",
            payload={"station": told.station, "injected": told.canary.injected, "arrived": told.canary.arrived},
        )


def _disk(store: Store, settings: Settings, now: datetime) -> Iterator[Trouble]:
    """The disk's forecast and the database's budget, from the recorded days and what is free now."""
    with store.read() as tx:
        days = disk.history(tx, settings)
    usage = replace(days[-1], free=disk.free(settings)) if days else disk.measure(store, settings, now)
    limits = disk.budgets(settings, usage, local=store.file is not None)
    left = disk.days_until_full(usage, days, limits)
    if usage.free < LOW_DISK or (left is not None and left < WARNED):
        payload = {"free": usage.free, "days": None if left is None else int(left)}
        yield Trouble(key="disk", what="disk", payload=payload)
    if limits.store is not None and usage.store > limits.store:
        yield Trouble(key="budget:store", what="budget", payload={"used": usage.store, "limit": limits.store})
