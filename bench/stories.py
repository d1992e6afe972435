"""How well stories come out of headlines alone, through the real store: pair recall and joined pairs in a thousand.

    python -m bench.stories [--headlines DIR] [--all] [--out bench/stories.json]

Reads `same_story_slug.tsv` (groups of headlines that tell one wire story) and, with `--all`, every headline of the index
in the order of its days, and gives them to signatures and `join_many` as the pipeline does. Recall: the share of pairs of
one group that ended in one story. Joined: the share of random pairs of one day and different groups that did.
"""

import argparse
import gzip
import itertools
import json
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.document import Document, document_id
from core.settings import Settings
from enrich import signatures
from store import documents, joining
from store.database import Store

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "headlines"
BATCH, PAIRS = 200, 200_000
ALONE = "-"
NOW = datetime(2021, 7, 1, tzinfo=UTC)


Told = tuple[str, str, str, str]
"""Group, day, source, title."""


def grouped(folder: Path) -> list[Told]:
    """The headlines of the groups alone, each on the day on which its group was first seen, in the order of days."""
    found: list[Told] = []
    for slug, day, titles, urls in _groups(folder):
        for title, url in zip(titles, urls, strict=True):
            found.append((slug, f"{day[:4]}-{day[4:6]}-{day[6:]}", _host(url), title))
    return _by_day(found)


def everything(folder: Path) -> list[Told]:
    """Every headline of the index, with its group where it has one, in the order of days."""
    group = {url: slug for slug, _, _, urls in _groups(folder) for url in urls}
    named = set(group.values())
    with gzip.open(folder / "headlines-2020-12_2021-06.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return _by_day(
        [(group.get(r["url"]) or _alone(_slug(r["url"]), named), r["date"], r["outlet"], r["title"]) for r in rows]
    )


def _groups(folder: Path) -> Iterator[tuple[str, str, list[str], list[str]]]:
    for line in (folder / "same_story_slug.tsv").read_text("utf-8").splitlines()[1:]:
        slug, day, _, _, titles, urls = line.split("\t")
        yield slug, day, titles.split("||"), urls.split("||")


def _by_day(told: list[Told]) -> list[Told]:
    random.Random(1).shuffle(told)  # within a day papers do not come one after the other
    return sorted(told, key=lambda one: one[1])


def _first_days(told: list[Told], days: int) -> list[Told]:
    kept = set(sorted({one[1] for one in told})[:days])
    return [one for one in told if one[1] in kept]


def _host(url: str) -> str:
    return re.sub(r"^https?://(?:www\.)?([^/]+).*", r"\1", url)


def _alone(slug: str, named: set[str]) -> str:
    """For a headline of no group: what keeps pairs of one address words from being taken for different news."""
    return slug if slug in named else f"{ALONE}{slug}"


def _slug(url: str) -> str:
    return re.sub(r"-?(?:n[a-z]{3}-)?noticia$", "", url.rstrip("/").split("/")[-1])


def document(number: int, one: Told) -> Document:
    """A headline without its address, which would give the answer away."""
    _, day, source, title = one
    when = datetime.fromisoformat(day).replace(hour=5, tzinfo=UTC)
    name = f"url:bench.example/{number}"
    return Document(
        id=document_id(name), url=f"https://bench.example/{number}", title=title, source=source, fetched=when, published=when,
        published_precision="day", language="es", aliases=(name,),
    )  # fmt: skip


def joined(given: Iterable[Document]) -> tuple[dict[str, str], float]:
    """The story of each document, given in this order; and the seconds that joining took."""
    found: dict[str, str] = {}
    seconds, waiting = 0.0, iter(given)
    with tempfile.TemporaryDirectory() as home, Store.open(Settings.load({"PUTUTU_HOME": home})) as store:
        while batch := list(itertools.islice(waiting, BATCH)):
            with store.write() as tx:
                documents.save_many(tx, batch, now=NOW)
            start = time.perf_counter()
            signed = [(one, {"signature": signatures.signature(one)}) for one in batch]
            with store.write() as tx:
                found |= joining.join_many(tx, signed, NOW, similar=signatures.similar)
            seconds += time.perf_counter() - start
    return found, seconds


def measured(told: Sequence[Told]) -> dict[str, Any]:
    """Recall of pairs, joined pairs in a thousand, how many stories, documents a second."""
    given = [document(number, one) for number, one in enumerate(told)]
    stories, seconds = joined(given)
    story = [stories[one.id] for one in given]
    groups, days = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
    for number, (group, day, _, _) in enumerate(told):
        groups[group].append(number)
        days[day].append(number)
    together = [
        story[a] == story[b]
        for group, some in groups.items()
        if not group.startswith(ALONE)
        for a, b in itertools.combinations(some, 2)
    ]
    apart = [story[a] == story[b] for a, b in _random_pairs(told, days)]
    sizes = Counter(Counter(story).values())
    return {
        "documents": len(given), "stories": len(set(story)), "of_several": sum(n for size, n in sizes.items() if size > 1),
        "largest": max(sizes), "pairs": len(together), "recall": round(sum(together) / len(together), 4),
        "random_pairs": len(apart), "joined_per_1000": round(1000 * sum(apart) / len(apart), 3),
        "documents_per_second": round(len(given) / seconds),
    }  # fmt: skip


def _random_pairs(told: Sequence[Told], days: Mapping[str, list[int]]) -> Iterator[tuple[int, int]]:
    """Pairs of one day and different groups: all where there are few, else PAIRS drawn with the same chance each."""
    pairs = sum(len(some) * (len(some) - 1) // 2 for some in days.values())
    if pairs <= PAIRS:
        drawn: Iterable[tuple[int, int]] = (pair for some in days.values() for pair in itertools.combinations(some, 2))
    else:
        chance = random.Random(2)
        names = chance.choices(list(days), [len(some) * (len(some) - 1) for some in days.values()], k=PAIRS)
        drawn = ((pair[0], pair[1]) for pair in (chance.sample(days[name], 2) for name in names))
    return ((a, b) for a, b in drawn if told[a][0] != told[b][0])


def main() -> None:
    """Measure, print, write."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--headlines", type=Path, default=DATA)
    asked.add_argument("--all", action="store_true", help="also with every headline of the index (some minutes)")
    asked.add_argument("--days", type=int, default=400, help="with --all: only so many days of it")
    asked.add_argument("--out", type=Path)
    given = asked.parse_args()
    if not (given.headlines / "same_story_slug.tsv").exists():
        sys.exit(f"{given.headlines}/same_story_slug.tsv is not there: name the folder with --headlines.")
    found = {"groups alone": measured(grouped(given.headlines))}
    if given.all:
        found["every headline"] = measured(_first_days(everything(given.headlines), given.days))
    for name, figures in found.items():
        print(name, *(f"{key} {value}" for key, value in figures.items()), sep="  ")
    if given.out:
        given.out.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
