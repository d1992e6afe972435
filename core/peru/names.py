"""Given names and places abroad, by which a capitalised name is known for a person's or a place's (names.toml, written for this project)."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from core.text import fold


@dataclass(frozen=True, slots=True)
class Names:
    """Folded forms."""

    given: frozenset[str]
    surnames: frozenset[str]
    world: frozenset[str]
    """Countries, states, cities and seas abroad."""


@lru_cache(maxsize=1)
def load() -> Names:
    """Read the bundled table once."""
    table = tomllib.loads((files("core.peru") / "names.toml").read_text("utf-8"))
    return Names(
        given=frozenset(fold(name) for name in table["given"].split()),
        surnames=frozenset(fold(name) for name in table["surnames"].split()),
        world=frozenset(fold(name) for name in table["world"]),
    )
