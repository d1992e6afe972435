"""What a message shows, as plain strings: the one place where snapshots become words, for mail, chat and feed alike.

Everything comes from the snapshots that were taken when the documents matched and from what was frozen with the entries, so
a message that is composed again after a crash says the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from alerts import words
from alerts.links import Signer, digest
from alerts.snapshots import repeats
from alerts.words import CONTROL
from core.time import LIMA
from store.alerts import Alert, Hit
from store.deliveries import Delivery

COUNTED = ("backfill", "import", "translation", "told", "muted")
FEW = 50
"""A message of more entries has one link to all options for each document instead of one link for each option."""
MOST_DOWN = 30
Link = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What one message carries: entries (each a list of hits, in the order they matched) and counts of what is not listed.

    `others`: for an entry's id, how many outlets besides its own tell its story.
    """

    entries: Sequence[Sequence[Hit]]
    counted: Mapping[str, int] = field(default_factory=dict)
    others: Mapping[int, int] = field(default_factory=dict)

    @property
    def documents(self) -> int:
        """How many documents are named."""
        return sum(map(len, self.entries))

    def others_of(self, hits: Sequence[Hit]) -> int:
        """How many other outlets tell the story of an entry."""
        return self.others.get(hits[0].entry or 0, 0)


def view(alert: Alert, delivery: Delivery, contents: Contents, public_url: str, links: Signer | None = None) -> dict[str, Any]:  # fmt: skip
    """What every form of the message shows, as plain strings and (text, marked) pieces; links are (label, address)."""
    language, say = alert.language, words.TABLES[alert.language]
    few, query = len(contents.entries) <= FEW, question(alert, delivery)
    return {
        "language": language,
        "say": say,
        "heading": wire(f"{say['alert']} «{line(alert.name)}»"),
        "summary": summary(language, delivery, contents),
        "entries": [
            [document(language, hit, hits, public_url, contents.others_of(hits), links, few, query) for hit in hits] for hits in contents.entries
        ],
        "counted": [words.say(language, f"counted_{kind}", contents.counted[kind]) for kind in COUNTED if contents.counted.get(kind)],
        "query": wire(line(query)),
        "earlier": earlier(language, delivery.receipt or {}),
        "search": f"{public_url}/search?{urlencode({'q': query})}",
        "checked": words.say(language, "checked", delivery.checked),
        "receipt": receipt(language, delivery.receipt or {}),
        "pause": say["pause"].format(id=alert.id),
        "page": f"{public_url}/alerts",
        "ledger": f"{public_url}/alerts/{alert.id}/deliveries/{delivery.id}",
        "links": [(say["act_pause"], links.url("pause")), (say["act_unsubscribe"], unsubscribe(links, delivery))] if links else [],
        "masked": say["masked"],
    }  # fmt: skip


def question(alert: Alert, delivery: Delivery) -> str:
    """What the alert asked when a message was frozen: an edit since changes nothing of what it says."""
    return str((delivery.receipt or {}).get("query") or alert.query)


def earlier(language: str, told: Mapping[str, Any]) -> list[str]:
    """For each question that the alert asked before it was edited, how many documents of a message matched that one."""
    asked = (told.get("earlier") or {}).items()
    return [f"{words.say(language, 'earlier', number)}: {wire(line(query))}" for query, number in asked]


def unsubscribe(links: Signer, delivery: Delivery) -> str:
    """The link that ends this alert on this channel."""
    return links.url("unsubscribe", digest(delivery.channel))


def summary(language: str, delivery: Delivery, contents: Contents) -> str:
    """How much the message tells: `3 noticias, 5 documentos, correo 1 de 2`."""
    said = [words.say(language, "entries", len(contents.entries))]
    if contents.documents != len(contents.entries):
        said.append(words.say(language, "documents", contents.documents))
    if delivery.parts > 1:
        said.append(words.TABLES[language]["part"].format(part=delivery.part, parts=delivery.parts))
    return ", ".join(said)


def receipt(language: str, told: Mapping[str, Any]) -> list[str]:
    """What the end of a digest says: how many matched, how many came late, which sources were down. Nothing where nobody counted."""
    if not told:
        return []
    late = f"; {words.say(language, 'came_late', told['late'])}" if told["late"] else ""
    names = [line(name) for name in told["down"]]
    more = [words.TABLES[language]["and_more"].format(n=len(names) - MOST_DOWN)] if len(names) > MOST_DOWN else []
    down = (
        words.say(language, "down", names=", ".join([*names[:MOST_DOWN], *more]))
        if names
        else words.say(language, "down_none")
    )
    return [wire(f"{words.say(language, 'matched', told['matched'])}{late}."), wire(down)]


def document(language: str, hit: Hit, hits: Sequence[Hit], public_url: str, others: int = 0, links: Signer | None = None, few: bool = True, query: str = "") -> dict[str, Any]:  # fmt: skip
    """One document's lines. `hits` of its entry: a sentence that says one of their headlines again is not shown. `query` is what
    the message says that the alert asks: a document that matched another question says which."""
    say, snapshot = words.TABLES[language], hit.snapshot
    first = hit is hits[0]
    sentence = snapshot.get("sentence")
    marked = pieces(sentence["text"], sentence["marks"]) if sentence else []
    said = "".join(text for text, _ in marked)
    translated = (snapshot.get("translation") or "") if language == "en" else ""
    if repeats(snapshot["headline"], translated):
        translated = ""
    if not said.strip() or any(repeats(one, said) for one in [*(hit.snapshot["headline"] for hit in hits), translated]):
        marked = []
    return {
        "headline": wire(line(snapshot["headline"])),
        "facts": facts(language, snapshot),
        "news": _news(say, snapshot.get("changed") or []),
        "translation": wire(line(translated)),
        "translation_label": say["composed" if snapshot.get("composed") else "translation"],
        "sentence": [(wire(text), is_marked) for text, is_marked in marked],
        "why": wire(why(language, snapshot)),
        "question": _other_question(say, snapshot, query),
        "others": words.say(language, "others", others) if first and others else "",
        "story": f"{public_url}/stories/{hit.story}" if first and others and hit.story else "",
        "permalink": f"{public_url}/documents/{hit.document}",
        "article": safe(snapshot["url"]),
        "links": _links(say, hit, links, first, few) if links else [],
    }


def facts(language: str, snapshot: Mapping[str, Any]) -> str:
    """Outlet, time, place and topic on one line."""
    say = words.TABLES[language]
    said = [line(snapshot["outlet"]), when(language, snapshot)]
    if snapshot.get("late"):
        said.append(say["late"])
    if snapshot.get("places"):
        said.append(f"{say['place']}: {'; '.join(map(line, snapshot['places']))}")
    if snapshot.get("topics"):
        said.append(f"{say['topic']}: {', '.join(words.topic(language, name) for name in snapshot['topics'])}")
    return wire(" · ".join(said))


def why(language: str, snapshot: Mapping[str, Any]) -> str:
    """`paro (headline, text), topic:strike`: each word with where it stands, and each other clause that the document meets."""
    say = words.TABLES[language]
    shown = [
        f"{line(reason['word'])} ({', '.join(say[f'in_{name}'] for name in reason['fields'])})"
        for reason in snapshot.get("why") or []
    ]
    return ", ".join([*shown, *map(line, snapshot.get("clauses") or [])]) or say["by_tags"]


def _other_question(say: Mapping[str, str], snapshot: Mapping[str, Any], query: str) -> str:
    asked = snapshot.get("question") or query
    return f"{say['other_question']}: {wire(line(asked))}" if query and asked != query else ""


def _news(say: Mapping[str, str], changes: Sequence[str]) -> str:
    """What a later document brings to a story that was told before."""
    return f"{say['news']}: {', '.join(say[f'news_{name}'] for name in changes)}" if changes else ""


def _links(say: Mapping[str, str], hit: Hit, links: Signer, first: bool, few: bool) -> list[Link]:
    """What the reader may answer to one document."""
    if not few:
        return [(say["act_options"], links.url("options", hit.document))]
    offered = [(say["act_story"], links.url("story", hit.story))] if first and hit.story else []
    offered.append(
        (f"{say['act_source']} ({wire(line(hit.snapshot['outlet']))})", links.url("source", hit.snapshot["source"]))
    )
    for name, code in zip(hit.snapshot.get("places") or (), hit.snapshot.get("codes") or (), strict=False):
        offered += [(f"{say['act_place']} ({wire(line(name))})", links.url("place", code))] if code else []
    return [*offered, (say["act_relevant"], links.url("relevant", hit.document)), (say["act_irrelevant"], links.url("irrelevant", hit.document))]  # fmt: skip


def pieces(text: str, marks: Iterable[Sequence[int]]) -> list[tuple[str, bool]]:
    """A text cut at its marks: (piece, marked). White space becomes single spaces, so that a sentence stays on one line."""
    pieces, at = [], 0
    for start, end in sorted((int(mark[0]), int(mark[1])) for mark in marks):
        if start < at:
            continue
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces.append((text[at:], False))
    return [(_spaced(piece), marked) for piece, marked in pieces if piece]


def when(language: str, snapshot: Mapping[str, Any]) -> str:
    """The time of publication in Lima, as precise as it is known."""
    if not snapshot.get("published"):
        return words.TABLES[language]["undated"]
    moment = datetime.fromisoformat(snapshot["published"]).astimezone(LIMA)
    form = {"month": "%m/%Y" if language == "es" else "%Y-%m", "day": "%d/%m/%Y" if language == "es" else "%Y-%m-%d"}
    shape = form.get(snapshot.get("precision") or "", form["day"] + " %H:%M")
    return moment.strftime(shape) + " (Lima)"


def safe(url: str) -> str:
    """The article's address if it is one a reader may follow (http or https), on one line; else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return wire(url) if parts.scheme in ("http", "https") and parts.netloc and len(url.split()) == 1 else ""


def line(text: str) -> str:
    """A text on one line: any run of white space or control characters is one space."""
    return " ".join(CONTROL.sub(" ", text).split())


def _spaced(text: str) -> str:
    """As `line`, but a space at either end stays one space: the piece stands between others."""
    text = CONTROL.sub(" ", text)
    inner = " ".join(text.split())
    if not inner:
        return " "
    return f"{' ' if text[0].isspace() else ''}{inner}{' ' if text[-1].isspace() else ''}"


def wire(text: str) -> str:
    """What can be written as UTF-8: a lone surrogate becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")
