"""How good the tags are: what steps say of hand-labelled rows, counted as true, false and missing, by what is said.

A row has the keys of `enrich.gold`. What a row does not say is not scored. Subtype, role, status and what an amount is count
only where their topic, sector, strike or amount was found: they are scored on their own.
"""

import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.document import SECTORS, SUBTYPES
from core.text import fold
from enrich.entities import are_sure

Row = Mapping[str, Any]
Said = Mapping[str, Any]
Pair = tuple[frozenset[Any], frozenset[Any]]
Counts = tuple[int, int, int]
CLASSES = (
    "topics",
    "subtypes",
    "sectors",
    "roles",
    "department",
    "place roles",
    "what amounts are",
    "strike status",
    "language",
)
"""The kinds whose members are few and named: each has a score of its own."""
DRAWS = 1000
SEED = 20250101


@dataclass(slots=True)
class Score:
    """Counts of one kind of tag; `wrong` lists the rows where they differ, with what is missing and what is false."""

    true: int = 0
    false: int = 0
    missing: int = 0
    wrong: list[tuple[str, list[str], list[str]]] = field(default_factory=list)
    rows: list[Counts] = field(default_factory=list)
    classes: "dict[str, Score]" = field(default_factory=dict)

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

    def add(
        self, row: str, wanted: frozenset[Any], said: frozenset[Any], named: Callable[[Any], str] | None = None
    ) -> None:
        """One row's pair of sets; `named` gives the class of a member where the kind has classes."""
        counts = (len(wanted & said), len(said - wanted), len(wanted - said))
        self._count(counts)
        if wanted != said:
            self.wrong.append((row, sorted(map(str, wanted - said)), sorted(map(str, said - wanted))))
        for name in sorted({named(one) for one in wanted | said}) if named else ():
            ours = [frozenset(one for one in side if named and named(one) == name) for side in (wanted, said)]
            self.classes.setdefault(name, Score()).add(row, ours[0], ours[1])

    def _count(self, counts: Counts) -> None:
        self.true, self.false, self.missing = (
            a + b for a, b in zip((self.true, self.false, self.missing), counts, strict=True)
        )
        self.rows.append(counts)

    def interval(self, of: int) -> tuple[float, float]:
        """Where 95 % of the F1 of samples lie: the percentile bootstrap over the `of` rows of the set (Efron 1979), DRAWS draws.

        Rows, not tags, are drawn, since the tags of one text hang together. A fixed seed: the same rows give the same figures.
        """
        active = [counts for counts in self.rows if any(counts)]
        if not active:
            return 1.0, 1.0
        draw = random.Random(SEED)
        found = sorted(_f1(_drawn(active, max(of, len(active)), draw)) for _ in range(DRAWS))
        return found[int(DRAWS * 0.025)], found[int(DRAWS * 0.975) - 1]


def _drawn(active: Sequence[Counts], of: int, draw: random.Random) -> Counts:
    """The sums over a sample of `of` rows with replacement; rows that say nothing of this kind add nothing."""
    picked = draw.choices(active, k=_binomial(of, len(active) / of, draw))
    return sum(one[0] for one in picked), sum(one[1] for one in picked), sum(one[2] for one in picked)


def _binomial(trials: int, chance: float, draw: random.Random) -> int:
    """How many of the drawn rows are among the active ones (by the gaps between them: as many steps as there are hits)."""
    if chance >= 1:
        return trials
    hits, place, log_miss = 0, -1, math.log1p(-chance)
    while True:
        place += 1 + int(math.log(1 - draw.random()) / log_miss)
        if place >= trials:
            return hits
        hits += 1


def _f1(counts: Counts) -> float:
    true, false, missing = counts
    return 2 * true / (2 * true + false + missing) if true + false + missing else 1.0


def scores(rows: Iterable[tuple[Row, Said]]) -> dict[str, Score]:
    """The scores of rows with what the steps say of each (the keys of the document's JSON), by kind of tag."""
    found: dict[str, Score] = defaultdict(Score)
    for row, said in rows:
        for name, (wanted, got) in _pairs(row, said):
            found[name].add(str(row["id"]), wanted, got, _class if name in CLASSES else None)
    return dict(found)


def _class(member: Any) -> str:
    """`march` of the strike is `strike/march`; of a role or of what an amount is, which place or amount is no class."""
    if not isinstance(member, tuple):
        return str(member)
    first, second = member
    return f"{first}/{second}" if first in SUBTYPES else second if first in SECTORS else str(first)


def _pairs(row: Row, said: Said) -> Iterator[tuple[str, Pair]]:
    if row.get("lang") and "language" in said:
        yield "language", (frozenset([row["lang"]]), frozenset([said["language"]] if said["language"] else ()))
    if row.get("topics") is not None:
        topics = {topic["name"]: topic["subtype"] for topic in said["topics"]}
        yield "topics", (frozenset(row["topics"]), frozenset(topics))
        yield "subtypes", _shared(row.get("subtypes") or {}, topics)
    if row.get("sectors") is not None:
        sectors = {sector["name"]: sector["role"] for sector in said["sectors"]}
        yield "sectors", (frozenset(row["sectors"]), frozenset(sectors))
        yield "roles", _shared(row.get("roles") or {}, sectors)
    if row.get("places") is not None:
        yield from _of_places(row["places"], said["places"])
    if row.get("people") is not None:
        yield "people", _names(row["people"], [one for one in are_sure(said["entities"]) if one["type"] == "person"])
    if row.get("organisations") is not None:
        names = [one["name"] if isinstance(one, Mapping) else one for one in row["organisations"]]
        yield (
            "organisations",
            _names(names, [one for one in are_sure(said["entities"]) if one["type"] == "organisation"]),
        )
    if row.get("norms") is not None:
        yield "norms", (frozenset(row["norms"]), frozenset(norm["id"] for norm in said["norms"]))
    if row.get("amounts") is not None:
        yield from _of_amounts(row["amounts"], said["amounts"])
    if "casualties" in row:
        yield "casualties", (_dead(row["casualties"]), _dead(said["casualties"]))
    if row.get("strike") or ("strike" in row and "strike" not in (row.get("topics") or ())):
        yield from _of_a_strike(row["strike"], said["strike"])
    if row.get("event"):
        event = said["event"]
        yield (
            "event",
            (frozenset([row["event"]]), frozenset([f"{event['date']}/{event['precision']}"] if event else ())),
        )


def _of_places(wanted: Sequence[Row], said: Sequence[Said]) -> Iterator[tuple[str, Pair]]:
    for level in ("department", "district"):
        pair = [frozenset(_official(place.get(level)) for place in side if place.get(level)) for side in (wanted, said)]
        yield level, (pair[0], pair[1])
    roles = [
        {_official("/".join(str(place.get(part) or "") for part in ("department", "province", "district"))): place.get("role") for place in side}
        for side in (wanted, said)
    ]  # fmt: skip
    named, given = ({key: role for key, role in side.items() if role} for side in roles)
    shared = named.keys() & given.keys()
    yield (
        "place roles",
        (frozenset((named[key], key) for key in shared), frozenset((given[key], key) for key in shared)),
    )


def _official(name: str | None) -> str:
    return fold(name or "").replace("nazca", "nasca")


def _names(wanted: Iterable[str], said: Iterable[Said]) -> Pair:
    """Names as sets: a name that is said in the words of the label is the label's."""
    labels = {fold(name): name for name in wanted}
    found = []
    for item in said:
        forms = [fold(item["name"]), *(fold(form) for form in item.get("forms") or ())]
        found.append(next((labels[form] for form in forms if form in labels), item["name"]))
    return frozenset(labels.values()), frozenset(found)


def _of_amounts(wanted: Sequence[Row], said: Sequence[Said]) -> Iterator[tuple[str, Pair]]:
    there = {(a["value"], a["currency"]): a.get("what") for a in wanted}
    got = {(a["value"], a["currency"]): a["what"] for a in said}
    yield "amounts", (frozenset(there), frozenset(got))
    keys = {key for key in there.keys() & got.keys() if there[key]}
    yield "what amounts are", (frozenset((there[key], key) for key in keys), frozenset((got[key], key) for key in keys))


def _of_a_strike(wanted: Row | None, said: Said | None) -> Iterator[tuple[str, Pair]]:
    got = said or {}
    yield "strike status", (_given((wanted or {}).get("status")), _given(got.get("status")))
    if wanted and "start" in wanted:
        yield "strike start", (_given(wanted["start"]), _given(got.get("start")))


def _shared(wanted: Mapping[Any, Any], said: Mapping[Any, Any]) -> Pair:
    """What is said of the keys that both have; nothing said is nothing, not a class."""
    keys = wanted.keys() & said.keys()
    sides = [frozenset((key, side[key]) for key in keys if side[key] is not None) for side in (wanted, said)]
    return sides[0], sides[1]


def _dead(counts: Mapping[str, int] | None) -> frozenset[Any]:
    return frozenset([(counts["killed"], counts["injured"])]) if counts else frozenset()


def _given(value: Any) -> frozenset[Any]:
    return frozenset() if value is None else frozenset([value])
