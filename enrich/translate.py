"""The translation step: Spanish documents into English, with the gazetteer's names and the glossary protected.

Only what `PUTUTU_TRANSLATE` asks for is translated (documents with a topic by default). A text is translated once per
process: copies of a wire story, and a document enriched again, are answered from a bounded cache.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import ahocorasick

from core.document import Document, Payload
from core.peru.gazetteer import load
from core.settings import Settings
from core.text import lower
from enrich import language as languages
from enrich.protecting import protector
from enrich.lexicon import Lexicon
from enrich.lexicon import load as load_lexicon
from enrich.mentions import capitalised
from enrich.models import Translator, choose
from enrich.reading import Field, Reading

VERSION = "1"
FIELDS = ("title", "summary", "text")
CACHE = 2_000
"""Texts kept: at 3 kB each, some 12 MB."""
_NO_WORD = re.compile(r"[\W_]")


class TranslateStep:
    """The step `translate`, made by `step` where there is an engine."""

    name = "translate"
    reads = ("language", "topics")
    lexical = True

    def __init__(self, engine: Translator, which: str) -> None:
        self._engine, self._which = engine, which
        self._cache: OrderedDict[bytes, str] = OrderedDict()
        self.depends: Mapping[str, str] = {"engine": engine.name, "engine_version": engine.version, "translate": which}
        self.version = VERSION

    def __call__(self, reading: Reading) -> Payload:
        """`{"translation": {language, title, summary, text, engine}}`, or `{"translation": None}` where it is not asked for."""
        if reading.said["language"]["language"] != "es":
            return {"translation": None}
        if self._which == "relevant" and not reading.said["topics"]["topics"]:
            return {"translation": None}
        return {"translation": self.translation(reading.document)}

    def translation(self, document: Document) -> dict[str, Any]:
        """A document's translation, whatever its topic."""
        texts = [getattr(document, name) for name in FIELDS]
        title, summary, text = self._translate(texts)
        return {"language": "en", "title": title, "summary": summary, "text": text, "engine": self._engine.name}

    def _translate(self, texts: Sequence[str]) -> list[str]:
        keys = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._cache}
        for key, english in zip(missing, self._engine.translate(list(missing.values())), strict=True):
            self._cache[key] = english
        found = [self._cache[key] for key in keys]
        for key in keys:
            self._cache.move_to_end(key)
        while len(self._cache) > CACHE:
            self._cache.popitem(last=False)
        return found

    def close(self) -> None:
        """End the engine."""
        self._engine.close()


def step(settings: Settings, lexicon: Lexicon) -> TranslateStep | None:
    """The step, or None where translation is switched off or `auto` finds no engine: then nothing is said, and it is due later.

    Raises UnavailableError for a named engine that is not here.
    """
    if settings.translate == "none":
        return None
    engine = choose(settings, protector(lexicon))
    return TranslateStep(engine, settings.translate) if engine else None


def translate_documents(
    documents: Iterable[Document], settings: Settings, engine: str | None = None
) -> Iterator[tuple[Document, dict[str, Any] | None]]:
    """Each document with its translation, for `pututu translate`; None for documents that are not in Spanish.

    Raises UnavailableError where no engine is there.
    """
    chosen = choose(settings, protector(load_lexicon(settings.lexicon_dir)), engine)
    if chosen is None:
        choose(settings, name="apertium")
        raise AssertionError("choose names what is missing")
    worker = TranslateStep(chosen, "all")
    try:
        for document in documents:
            code = document.language or languages.detect("\n".join(getattr(document, name) for name in FIELDS))
            yield document, worker.translation(document) if code == "es" else None
    finally:
        worker.close()
