"""The page's own words in Spanish and English: two tables with the same keys, and which of them a request wants.

What is wrong is said by errors, in English; `Words.said` turns it (`web.spanish`).
"""

import functools
import json
from pathlib import Path
from typing import Literal

from web.spanish import in_spanish

Language = Literal["es", "en"]
LANGUAGES: tuple[Language, ...] = ("es", "en")
FOLDER = Path(__file__).parent / "locale"


@functools.cache
def table(language: Language) -> dict[str, str]:
    """Every key and its words in a language."""
    words: dict[str, str] = json.loads((FOLDER / f"{language}.json").read_text("utf-8"))
    return words


class Words:
    """The words of one language: `t("search.count", n=3)`."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._table = table(language)

    def t(self, key: str, **values: object) -> str:
        """The words of a key with its `{values}` filled in; an unknown key is a KeyError."""
        words = self._table[key]
        return words.format(**values) if values else words

    def said(self, reason: str) -> str:
        """What is wrong and what mends it, as our errors say it in English; what is no sentence of ours stays."""
        return in_spanish(reason) if self.language == "es" else reason

    def name(self, kind: str, value: object) -> str:
        """The printed name of a value of a closed list (`topic`, `sector`, `status` ...); the value itself if it has none."""
        return self._table.get(f"{kind}.{value}", str(value))


def preferred(header: str) -> Language:
    """The language that an Accept-Language header asks for, by its weights; Spanish where it names neither."""
    wanted: list[tuple[float, int, Language]] = []
    for place, part in enumerate(header.split(",")):
        tag, _, weight = part.strip().partition(";q=")
        name = tag.strip().lower().split("-")[0]
        try:
            rank = float(weight) if weight else 1.0
        except ValueError:
            continue
        wanted += [(-rank, place, language) for language in LANGUAGES if language == name and rank > 0]
    return min(wanted)[2] if wanted else "es"
