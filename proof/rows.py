"""What a measured set is, and the measuring of gold rows: every step's answers scored by kind and class."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from enrich.gold import document, said
from enrich.scores import Score, scores
from enrich.steps import Chain

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One set and what was found on it: `size` of `unit` (rows, headlines ...), scores by kind, other figures by name.

    `reason`: why it was not scored (then it has no figures). `about`: what is counted as right, one sentence or two.
    """

    name: str
    size: int
    unit: str
    about: str = ""
    scores: Mapping[str, Score] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""


def by_set(rows: Iterable[tuple[str, Row]]) -> dict[str, list[Row]]:
    """Rows by the set they name, or else that of their file (the pairs' first part)."""
    sets: defaultdict[str, list[Row]] = defaultdict(list)
    for file, row in rows:
        sets[row.get("set") or file].append(row)
    return dict(sets)


def measure(chain: Chain, name: str, rows: Sequence[Row]) -> Measured:
    """The scores of one set's rows. Raises InputError where a step fails on one of them."""
    return Measured(
        name=name, size=len(rows), unit="rows", scores=scores((row, said(chain, document(row))) for row in rows)
    )


def lines(sets: Iterable[Measured]) -> Iterator[dict[str, Any]]:
    """A line for each set, kind and class, as `pututu evaluate --json` prints it: all keys, always in this order."""
    for one in sets:
        for kind, score in one.scores.items():
            yield _line(one, kind, None, score)
            yield from (_line(one, kind, name, of_class) for name, of_class in sorted(score.classes.items()))
        if one.figures or one.reason:
            yield {**_empty(one), "figures": dict(one.figures), "reason": one.reason or None}


def _line(one: Measured, kind: str, name: str | None, score: Score) -> dict[str, Any]:
    low, high = score.interval(one.size)
    return {
        **_empty(one), "kind": kind, "class": name, "precision": round(score.precision, 4), "recall": round(score.recall, 4),
        "f1": round(score.f1, 4), "low": round(low, 4), "high": round(high, 4), "true": score.true, "false": score.false,
        "missing": score.missing, "wrong": [{"id": id, "missing": missing, "false": false} for id, missing, false in score.wrong],
    }  # fmt: skip


def _empty(one: Measured) -> dict[str, Any]:
    names = ("kind", "class", "precision", "recall", "f1", "low", "high", "true", "false", "missing")
    return (
        {"set": one.name, "size": one.size, "unit": one.unit}
        | dict.fromkeys(names)
        | {"wrong": [], "figures": {}, "reason": None}
    )
