"""How good the tags are: what steps say of hand-labelled rows, counted as true, false and missing, by what is said.

A row has the keys of `shared/data/gold`: topics, sectors, norms (lists of names), amounts (value, currency, what), casualties,
strike (status, start); `subtypes` (topic -> subtype), `roles` (sector -> role) and `event` (`2025-08-21/day`) where it has
them. What a row does not say is not scored (`sectors: null`). Subtype, role and status count only where their topic or sector
was found: they are scored on their own.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]
Said = Mapping[str, Any]
Pair = tuple[frozenset[Any], frozenset[Any]]


@dataclass(slots=True)
class Score:
    """Counts of one kind of tag; `wrong` lists the rows where they differ, with what is missing and what is false."""

    true: int = 0
    false: int = 0
    missing: int = 0
    wrong: list[tuple[str, list[str], list[str]]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """Of what was said, how much is right; 1 where nothing was said."""
        return self.true / (self.true + self.false) if self.true + self.false else 1.0

    @property
    def recall(self) -> float:
        """Of what there is, how much was said; 1 where there is nothing."""
        return self.true / (self.true + self.missing) if self.true + self.missing else 1.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def add(self, row: str, wanted: frozenset[Any], said: frozenset[Any]) -> None:
        """One row's pair of sets."""
        self.true += len(wanted & said)
        self.false += len(said - wanted)
        self.missing += len(wanted - said)
        if wanted != said:
            self.wrong.append((row, sorted(map(str, wanted - said)), sorted(map(str, said - wanted))))


def scores(rows: Iterable[tuple[Row, Said]]) -> dict[str, Score]:
    """The scores of rows with what the steps say of each (the keys of the document's JSON)."""
    found: dict[str, Score] = {}
    for row, said in rows:
        for name, (wanted, got) in _pairs(row, said):
            found.setdefault(name, Score()).add(str(row["id"]), wanted, got)
    return found


def _pairs(row: Row, said: Said) -> Iterator[tuple[str, Pair]]:
    topics = {topic["name"]: topic["subtype"] for topic in said["topics"]}
    yield "topics", (frozenset(row["topics"]), frozenset(topics))
    yield "subtypes", _shared(row.get("subtypes") or {}, topics)
    if row.get("sectors") is not None:
        sectors = {sector["name"]: sector["role"] for sector in said["sectors"]}
        yield "sectors", (frozenset(row["sectors"]), frozenset(sectors))
        yield "roles", _shared(row.get("roles") or {}, sectors)
    yield "norms", (frozenset(row["norms"]), frozenset(norm["id"] for norm in said["norms"]))
    amounts = {(a["value"], a["currency"]): a["what"] for a in said["amounts"]}
    wanted = {(a["value"], a["currency"]): a["what"] for a in row["amounts"]}
    yield "amounts", (frozenset(wanted), frozenset(amounts))
    yield "what amounts are", _shared(wanted, amounts)
    yield "casualties", (_dead(row["casualties"]), _dead(said["casualties"]))
    yield from _of_a_strike(row["strike"], said["strike"])
    if row.get("event"):
        event = said["event"]
        yield (
            "event",
            (frozenset([row["event"]]), frozenset([f"{event['date']}/{event['precision']}"] if event else ())),
        )


def _of_a_strike(wanted: Row | None, said: Said | None) -> Iterator[tuple[str, Pair]]:
    if wanted:
        got = said or {}
        yield "strike status", (frozenset([wanted["status"]]), frozenset([got["status"]] if said else ()))
        if "start" in wanted:
            yield "strike start", (_given(wanted["start"]), _given(got.get("start")))


def _shared(wanted: Mapping[Any, Any], said: Mapping[Any, Any]) -> Pair:
    """What is said of the keys that both have."""
    keys = wanted.keys() & said.keys()
    return frozenset((key, wanted[key]) for key in keys), frozenset((key, said[key]) for key in keys)


def _dead(counts: Mapping[str, int] | None) -> frozenset[Any]:
    return frozenset([(counts["killed"], counts["injured"])]) if counts else frozenset()


def _given(value: Any) -> frozenset[Any]:
    return frozenset() if value is None else frozenset([value])
