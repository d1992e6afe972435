"""docs/quality.md: the figures of every set, their intervals, the classes, and which rows are wrong. Identifiers only, no text of a set."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from enrich.scores import CLASSES, Score
from proof.rows import Measured

MOST_LISTED = 60
HEAD = """# Quality: how good the tags are, measured

Written by `pututu evaluate`: do not edit it, run the command again. Each set says first how large it is: a figure of thirty
rows is a hint, not a rate. F1 comes with the range that holds it in 95 % of samples of the same size (bootstrap over rows,
1,000 draws, fixed seed). Subtypes, roles, statuses and what an amount is are scored where their topic, sector, strike or
amount was found. Wrong rows are named by their ids, the texts of other people's sets are not copied here.
"""
FOOT = """
## What these figures are not

- Sets that the word lists were mended on, or that taught the weights (`tests/enrich/rows.jsonl`), say what still holds (no regression), not how the next text
  fares; `held` and the shared gold taught no weight. What rows gave when they were read for the
  first time stands in [tagging](tagging.md#how-good-they-are).
- The gold rows are one reader's labels.
- How pages become documents (text, title, date, author) is measured by `bench/extraction.py`, speed by `bench/tagging.py`.
"""


def markdown(sets: Sequence[Measured], steps: Mapping[str, str], command: str) -> str:
    """The whole page; `steps` are the versions that were measured, `command` what makes it again."""
    parts = [
        HEAD,
        f"    {command}\n",
        "Steps: " + ", ".join(f"{name} {version}" for name, version in steps.items()) + ".\n",
    ]
    parts += ["\n".join(_section(one)) for one in sets]
    return "\n".join([*parts, FOOT.lstrip("\n")])


def _section(one: Measured) -> Iterator[str]:
    yield f"## {one.name[:1].upper()}{one.name[1:]}\n"
    if one.reason:
        yield f"Not scored: {one.reason}.\n"
        return
    yield f"{one.size:,} {one.unit}. {one.about}".rstrip() + "\n"
    if one.figures:
        yield from (f"- {name}: {_figure(value)}" for name, value in one.figures.items())
        yield ""
    if one.scores:
        yield from _table((kind, score, one.size) for kind, score in one.scores.items())
    for kind, score in one.scores.items():
        if score.classes:
            yield f"### {one.name}: {kind} by class\n"
            yield from _table((name, of_class, one.size) for name, of_class in sorted(score.classes.items()))
    yield from _wrong(one)


def _figure(value: float) -> str:
    if value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3f}" if value < 1 else f"{value:.1f}"


def _table(rows: Iterable[tuple[str, Score, int]]) -> Iterator[str]:
    yield "| | precision | recall | F1 | 95 % | true | false | missing |"
    yield "|---|---:|---:|---:|---|---:|---:|---:|"
    for name, score, size in rows:
        if not (score.true or score.false or score.missing):
            continue
        low, high = score.interval(size)
        yield (
            f"| {name} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} | {low:.3f} to {high:.3f} "
            f"| {score.true} | {score.false} | {score.missing} |"
        )
    yield ""


def _wrong(one: Measured) -> Iterator[str]:
    wrong = {kind: score.wrong for kind, score in one.scores.items() if score.wrong}
    if not wrong:
        return
    yield f"### {one.name}: wrong rows\n"
    for kind, rows in wrong.items():
        left = f" and {len(rows) - MOST_LISTED} more" if len(rows) > MOST_LISTED else ""
        yield f"- {kind} ({len(rows)}): {', '.join(_told(kind, *row) for row in rows[:MOST_LISTED])}{left}"
    yield ""


def _told(kind: str, id: str, missing: Sequence[str], false: Sequence[str]) -> str:
    """A row's id; for topics, sectors and statuses also what is missing and what is false: names of ours, nobody's text."""
    if kind not in CLASSES or kind in ("place roles", "what amounts are", "subtypes", "roles"):
        return id
    signs = [f"-{name}" for name in missing] + [f"+{name}" for name in false]
    return f"{id} ({' '.join(signs)})"
