"""The gazetteer of Peru: departments, provinces and districts with official names, codes and coordinates.

`places.csv` is derived from the ubigeo tables (MIT, see LICENSE-ubigeo.txt) with accents and capitals put back;
`places.toml` adds spellings, landmarks, names that need a cue, and what people from a place are called.
"""

import csv
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from core.text import fold

Level = Literal["department", "province", "district"]


@dataclass(frozen=True, slots=True)
class Place:
    """One unit: its UBIGEO code, official names as far down as it reaches, coordinates and seat (None where unknown)."""

    code: str
    department: str
    province: str | None
    district: str | None
    lat: float | None
    lon: float | None
    capital: str | None

    @property
    def level(self) -> Level:
        """How far down the unit reaches."""
        if self.district:
            return "district"
        return "province" if self.province else "department"

    @property
    def name(self) -> str:
        """The unit's own official name."""
        return self.district or self.province or self.department

    def path(self) -> str:
        """`Department/Province/District`, as far as the unit reaches: the key used in places.toml."""
        return "/".join(part for part in (self.department, self.province, self.district) if part)

    def within(self, other: "Place") -> bool:
        """Whether this unit is `other` or lies in it."""
        return self.department == other.department and (
            other.province is None or (self.province == other.province and other.district in (None, self.district))
        )


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All units, and what each folded name may mean."""

    places: Mapping[str, Place]
    """By code."""
    named: Mapping[str, tuple[Place, ...]]
    """By folded name: official names, seats of districts, aliases."""
    aliases: Mapping[str, Place]
    landmarks: frozenset[str]
    """Those of the aliases that are no settlements: the noun that one begins with may be printed small."""
    usual: Mapping[str, Place]
    demonyms: Mapping[str, Place]
    weak: frozenset[str]

    def department(self, name: str) -> Place | None:
        """The department of that official name, accents and case aside."""
        return next((p for p in self.named.get(fold(name), ()) if p.level == "department"), None)

    def parent(self, place: Place) -> Place | None:
        """The province of a district, the department of a province."""
        if place.level == "department":
            return None
        return self.places.get(place.code[:4] + "00" if place.level == "district" else place.code[:2] + "0000")


@lru_cache(maxsize=1)
def load() -> Gazetteer:
    """Read the bundled tables once."""
    folder = files("core.peru")
    table = (folder / "places.csv").read_text("utf-8").splitlines()
    places = {row["code"]: _place(row) for row in csv.DictReader(table)}
    extra = tomllib.loads((folder / "places.toml").read_text("utf-8"))
    by_path = {place.path(): place for place in places.values()}
    named: defaultdict[str, list[Place]] = defaultdict(list)
    for place in places.values():
        named[fold(place.name)].append(place)
    _add_seats(named, places)
    aliases = _resolve(extra["aliases"] | extra["landmarks"], by_path)
    for name, place in aliases.items():
        if place not in named[name]:
            named[name].insert(0, place)
    usual = _resolve(extra["usual"], by_path)
    for name, place in usual.items():
        if place not in named[name]:
            named[name].append(place)
    return Gazetteer(
        places=places,
        named={name: tuple(found) for name, found in named.items()},
        aliases=aliases,
        landmarks=frozenset(map(fold, extra["landmarks"])),
        usual=usual,
        demonyms=_resolve(extra["demonyms"], by_path),
        weak=frozenset(fold(name) for name in extra["weak"]["names"]),
    )


def _place(row: Mapping[str, Any]) -> Place:
    return Place(
        code=row["code"],
        department=row["department"],
        province=row["province"] or None,
        district=row["district"] or None,
        lat=float(row["lat"]) if row["lat"] else None,
        lon=float(row["lon"]) if row["lon"] else None,
        capital=row["capital"] or None,
    )


def _add_seats(named: defaultdict[str, list[Place]], places: Mapping[str, Place]) -> None:
    """A district's seat is a name of the district where nothing official bears that name."""
    official = set(named)
    for place in places.values():
        if place.district and place.capital and len(place.capital) > 3 and fold(place.capital) not in official:
            named[fold(place.capital)].append(place)


def _resolve(names: Mapping[str, str], by_path: Mapping[str, Place]) -> dict[str, Place]:
    unknown = sorted({path for path in names.values() if path not in by_path})
    if unknown:
        raise ValueError(f"places.toml: no such place: {', '.join(unknown)}")
    return {fold(name): by_path[path] for name, path in names.items()}
