"""A document together with everything said of it, and its one JSON form (the same on the command line, in the API and in files)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from core.document import Annotation, Document, Payload, StoryRef
from core.masking import mask, mask_as, values
from core.text import fold
from core.time import lima_iso

LISTS = ("topics", "sectors", "places", "entities", "norms", "amounts", "roads")
SINGLES = ("casualties", "strike", "event")
TAGS = (*LISTS, *SINGLES, "steps")
"""The keys that the steps set: all else is the document's own."""
HUMAN = "human"
HIDDEN = "hidden"
"""The key under which a step keeps, as hashes, what masking hides."""
TAG_LINE = "tags"
"""The engine of a translation that is none: an English line composed from the tags, while nothing has translated the document."""
TEXT_FIELDS = ("title", "summary", "text")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A document, its tags (merged from annotations, a person's word last), its translation and its story.

    `tags` has every key of LISTS (lists of dicts) and SINGLES (a dict or None). `steps` names each step's version.
    `hides`: enrichment found something in it that masking hides.
    """

    document: Document
    tags: Payload = field(default_factory=dict)
    translation: Payload | None = None
    story: StoryRef | None = None
    steps: Mapping[str, str] = field(default_factory=dict)
    hides: bool = False

    @classmethod
    def of(cls, document: Document, annotations: Iterable[Annotation], story: StoryRef | None = None) -> "Record":
        """Merge annotations of this very version. A step's payload sets its keys; `human` corrects them item by item."""
        tags: dict[str, Any] = {name: [] for name in LISTS} | dict.fromkeys(SINGLES)
        translation: Payload | None = None
        steps: dict[str, str] = {}
        human: Payload = {}
        hides = False
        for annotation in sorted(annotations, key=lambda a: a.step):
            steps[annotation.step] = str(annotation.payload.get("step_version", ""))
            if annotation.step == HUMAN:
                human = annotation.payload
                continue
            for key, value in annotation.payload.items():
                if key in LISTS or key in SINGLES:
                    tags[key] = value
                elif key == "translation":
                    translation = value
                elif key == HIDDEN:
                    hides = bool(value)
                elif key == "language" and document.language is None and value:
                    document = replace(document, language=value)
        document = _correct(tags, human, document)
        return cls(document=document, tags=tags, translation=translation, story=story, steps=steps, hides=hides)

    @property
    def id(self) -> str:
        """The document's id."""
        return self.document.id

    def field_text(self, name: str) -> str:
        """The text of `title`, `summary`, `text`, or of the translation as `translation.title` and so on; `""` if none."""
        if name.startswith("translation."):
            return (self.translation or {}).get(name.removeprefix("translation.")) or ""
        return str(getattr(self.document, name))

    def masked(self) -> "Record":
        """The form that may leave the machine: phones, accounts, identity numbers and plates masked, one for one; those in bylines too.

        A translation may print a number without the words that told what it is: what its original hides is hidden in it.
        """
        hidden = replace(self.document, **{name: mask(getattr(self.document, name)) for name in TEXT_FIELDS})  # type: ignore[arg-type]
        if self.document.kind != "post":  # a post's handle may look like an address; exports give it a pseudonym
            hidden = replace(hidden, author=tuple(map(mask, self.document.author)))
        if hidden.section:
            hidden = replace(hidden, section=mask(hidden.section))
        translation = self.translation
        if translation:
            changed = (name for name in TEXT_FIELDS if getattr(hidden, name) != getattr(self.document, name))
            known = [value for name in changed for value in values(getattr(self.document, name))]
            translation = {
                key: mask_as(value, known) if key in TEXT_FIELDS and value else value
                for key, value in translation.items()
            }
        return replace(self, document=hidden, translation=translation, tags=_masked(self.tags))

    def to_json(self, *, with_text: bool = True) -> dict[str, Any]:
        """The document as every face prints it: all keys, always in this order. `with_text=False` nulls the long texts."""
        d, tags = self.document, self.tags
        translation = None
        if self.translation is not None:
            translation = {key: self.translation.get(key) for key in ("language", "title", "summary", "text", "engine")}
            translation["text"] = translation["text"] if with_text else None
        return {
            "id": d.id, "url": d.url, "canonical_url": d.canonical_url, "source": d.source, "kind": d.kind,
            "title": d.title, "summary": d.summary or (None if with_text else snippet(d.text)) or "",
            "text": d.text if with_text else None, "language": d.language, "author": list(d.author), "section": d.section,
            "published": _lima(d.published), "published_precision": d.published_precision, "published_from": d.published_from,
            "fetched": _lima(d.fetched), "arrival": d.arrival, "version": d.version, "completeness": d.completeness,
            "paywalled": d.paywalled, "archive": d.archive, "translation": translation,
            **{name: list(tags.get(name) or []) for name in ("topics", "sectors", "places", "entities", "norms", "amounts", "roads")},
            "casualties": tags.get("casualties"), "strike": tags.get("strike"),
            "story": self.story and {"id": self.story.id, "size": self.story.size, "first": _lima(self.story.first)},
            "steps": dict(self.steps), "event": tags.get("event"),
        }  # fmt: skip


def columns() -> tuple[str, ...]:
    """The keys of `to_json`, in their order: the header of a list that has no row."""
    nothing = Document(id="", url="", title="", source="", fetched=datetime(2000, 1, 1, tzinfo=UTC))
    return tuple(Record(document=nothing).to_json())


def _masked(tags: Payload) -> Payload:
    """The words of the text that a tag quotes: what a strike demands."""
    strike = tags.get("strike")
    if not strike or not strike.get("demand"):
        return tags
    return {**tags, "strike": {**strike, "demand": mask(strike["demand"])}}


def snippet(text: str, length: int = 280) -> str:
    """The beginning of a text, cut at a word, with an ellipsis where something was cut."""
    if len(text) <= length:
        return text
    return text[:length].rsplit(None, 1)[0] + "…"


def _is_same(item: Payload, new: Payload) -> bool:
    if new.get("ubigeo"):
        return bool(item.get("ubigeo") == new["ubigeo"])
    return fold(str(item.get("name"))) == fold(str(new.get("name")))


def _lima(moment: datetime | None) -> str | None:
    return lima_iso(moment) if moment else None


def called(item: Payload) -> frozenset[str]:
    """What an item of a list may be called in a correction, folded: its name as written, its id or code, its official name."""
    official = item.get("district") or item.get("province") or item.get("department")
    return frozenset(
        fold(str(name)) for name in (item.get("name"), item.get("id"), item.get("ubigeo"), official) if name
    )


def _correct(tags: dict[str, Any], human: Payload, document: Document) -> Document:
    """Apply a person's corrections in place: `{"topics": {"add": [item], "remove": [name]}, ..., "published": ISO}`.

    What a person adds to an item that a step found keeps the step's spans, and its subtype or role unless another is given.
    """
    for key in LISTS:
        change = human.get(key) or {}
        if not change:
            continue
        gone = {fold(name) for name in change.get("remove") or ()}
        kept = [item for item in tags[key] if not gone & called(item)]
        for new in change.get("add") or ():
            same = next((item for item in kept if _is_same(item, new)), None)
            if same is None:
                kept.append(new)
            else:
                kept[kept.index(same)] = {
                    **same,
                    **{name: value for name, value in new.items() if value not in (None, [])},
                }
        tags[key] = kept
    if "strike" in {fold(name) for name in (human.get("topics") or {}).get("remove") or ()}:
        tags["strike"] = None  # what is no strike has no status, guild or day
    if human.get("published"):
        moment = datetime.fromisoformat(human["published"])
        return replace(document, published=moment, published_precision=human.get("published_precision", "day"))
    return document
