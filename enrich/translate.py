"""The translation step: Spanish documents into English, or an English line from their tags where no engine is here.

Only what `PUTUTU_TRANSLATE` asks for is translated (documents with a topic by default). A text is translated once: copies
of a wire story are answered from a bounded cache by the hash of their content, and a document that is enriched again keeps
its translation as long as engine, text and what is protected in it are the same.
"""

import hashlib
import json
import logging
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from core.document import Document, Payload
from core.errors import PututuError, UnavailableError
from core.record import TAG_LINE as TAGS
from core.settings import Settings
from enrich import gist, protecting
from enrich import language as languages
from enrich.lexicon import Lexicon
from enrich.lexicon import load as load_lexicon
from enrich.models import Translator, choose, missing
from enrich.protecting import Protect, protector
from enrich.reading import Reading

log = logging.getLogger(__name__)

VERSION = "2"
NAME = "translate"
FIELDS = ("title", "summary", "text")
CACHE = 2_000
"""Texts kept, of at most LARGE characters together: some 40 MB."""
LARGE = 10_000_000
TOGETHER = 200_000
"""Characters of several documents that an engine is given at once, so that it can sort sentences by length."""
MOST_DOWN = 3
"""Documents of one batch that ask an engine that is down; the others are told what the last one heard."""


class TranslateStep:
    """The step `translate` where there is an engine."""

    name = NAME
    reads: tuple[str, ...] = ("language", "topics")
    lexical = True
    provisional = False

    def __init__(self, engine: Translator, which: str, protect: Protect | None = None) -> None:
        self._engine, self._which, self._protect = engine, which, protect
        self._cache: OrderedDict[bytes, str] = OrderedDict()
        self._kept = 0
        self._down: list[UnavailableError] = []
        self.depends: Mapping[str, str] = {
            "engine": engine.name, "engine_version": engine.version, "translate": which, "protecting": protecting.VERSION,
        }  # fmt: skip
        self.version = VERSION

    def __call__(self, reading: Reading) -> Payload:
        """`{"translation": {language, title, summary, text, engine}}`, or `{"translation": None}` where it is not asked for.

        `made_from` is the hash of all that the translation hangs on. Raises UnavailableError where the engine is down.
        """
        if not wants(reading, self._which):
            return {"translation": None}
        made_from = self._hash(reading.document)
        before = reading.before.get(NAME) or {}
        if before.get("made_from") == made_from and before.get("translation"):
            return {"translation": before["translation"], "made_from": made_from}
        if len(self._down) >= MOST_DOWN:
            raise self._down[-1]
        return {"translation": self.translation(reading.document), "made_from": made_from}

    def prepare(self, readings: Iterable[Reading]) -> None:
        """Translate what these documents need in few large requests. What fails is left to each document's own turn."""
        self._down.clear()
        texts: list[str] = []
        size = 0
        for reading in readings:
            if not wants(reading, self._which):
                continue
            before = reading.before.get(NAME) or {}
            if before.get("translation") and before.get("made_from") == self._hash(reading.document):
                continue
            for text in (getattr(reading.document, name) for name in FIELDS):
                texts.append(text)
                size += len(text)
            if size >= TOGETHER:
                self._try(texts)
                texts, size = [], 0
        self._try(texts)

    def translation(self, document: Document) -> dict[str, Any]:
        """A document's translation, whatever its topic."""
        texts = [getattr(document, name) for name in FIELDS]
        try:
            title, summary, text = self._translate(texts)
        except UnavailableError as error:
            self._down.append(error)
            raise
        return {"language": "en", "title": title, "summary": summary, "text": text, "engine": self._engine.name}

    def instead(self, reading: Reading) -> Payload:
        """What is said while the engine is down."""
        return tag_line(reading, self._which)

    def _try(self, texts: Sequence[str]) -> None:
        try:
            self._translate(texts)
        except (PututuError, RuntimeError, ValueError, MemoryError) as error:
            log.debug("%s on %d texts at once: %s", self._engine.name, len(texts), error)

    def _hash(self, document: Document) -> str:
        texts = [getattr(document, name) for name in FIELDS]
        protected = [self._protect(text) for text in texts] if self._protect else []
        whole = json.dumps([self._engine.name, self._engine.version, protecting.VERSION, texts, protected])
        return hashlib.blake2b(whole.encode(), digest_size=12).hexdigest()

    def _translate(self, texts: Sequence[str]) -> list[str]:
        keys = [hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts]
        lacking = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._cache}
        if lacking:
            for key, english in zip(lacking, self._engine.translate(list(lacking.values())), strict=True):
                self._cache[key] = english
                self._kept += len(english)
        found = [self._cache[key] for key in keys]
        for key in keys:
            self._cache.move_to_end(key)
        while len(self._cache) > CACHE or (self._kept > LARGE and len(self._cache) > 1):
            self._kept -= len(self._cache.popitem(last=False)[1])
        return found

    def close(self) -> None:
        """End the engine."""
        self._engine.close()


class TagLine:
    """The step `translate` where no engine is here: a line from the tags, which gives way to the first translation."""

    name = NAME
    version = VERSION
    reads: tuple[str, ...] = ("language", "topics", "sectors", "places", "norms", "amounts", "strikes", "casualties")
    lexical = False
    provisional = True

    def __init__(self, which: str) -> None:
        self._which = which
        self.depends: Mapping[str, str] = {"engine": TAGS, "translate": which}

    def __call__(self, reading: Reading) -> Payload:
        """`{"translation": {...}}` with the line as title and `tags` as engine, None where nothing is to be said."""
        return tag_line(reading, self._which)


def tag_line(reading: Reading, which: str) -> Payload:
    """The translation's place, taken by the line of tags."""
    title = gist.line(reading.said) if wants(reading, which) else ""
    if not title:
        return {"translation": None}
    return {"translation": {"language": "en", "title": title, "summary": "", "text": "", "engine": TAGS}}


def wants(reading: Reading, which: str) -> bool:
    """Whether a document is to be translated: in Spanish, and with a topic unless all are."""
    if reading.said["language"]["language"] != "es":
        return False
    return which == "all" or bool(reading.said["topics"]["topics"])


def is_real(translation: Mapping[str, Any] | None) -> bool:
    """Whether it was translated, and not composed from tags."""
    return bool(translation) and (translation or {}).get("engine") != TAGS


def step(settings: Settings, lexicon: Lexicon, workers: int = 0) -> TranslateStep | TagLine | None:
    """The step, or None where translation is switched off.

    An engine that is named and not here stops no document: `pututu doctor` says so, and the line of tags stands in.
    """
    if settings.translate == "none" or settings.translation == "none":
        return None
    protect = protector(lexicon)
    try:
        engine = choose(settings, protect, workers=workers)
    except UnavailableError as error:
        log.warning("%s", error)
        engine = None
    return TranslateStep(engine, settings.translate, protect) if engine else TagLine(settings.translate)


def translate_documents(
    documents: Iterable[Document], settings: Settings, engine: str | None = None
) -> Iterator[tuple[Document, dict[str, Any] | None, str]]:
    """Each document with its translation, for `pututu translate`; None for documents that are not in Spanish.

    Where the engine fails on one, the reason stands in its place, and the next one is translated.
    Raises UnavailableError where no engine is there.
    """
    protect = protector(load_lexicon(settings.lexicon_dir))
    chosen = choose(settings, protect, engine)
    if chosen is None:
        raise missing()
    worker = TranslateStep(chosen, "all", protect)
    try:
        for document in documents:
            code = document.language or languages.detect("\n".join(getattr(document, name) for name in FIELDS))
            try:
                yield document, worker.translation(document) if code == "es" else None, ""
            except UnavailableError as error:
                yield document, None, str(error)
    finally:
        worker.close()
