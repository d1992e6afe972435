"""Entries -> one mail, plain text and HTML, in the owner's language.

Everything comes from the snapshots that were taken when the documents matched, so a mail that is composed again after a
crash says the same. Headlines are named once, unmarked, each on one unbroken line; the marked sentence follows, and is left
out where it would only say the headline again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import jinja2

from alerts import words
from alerts.channels.mail import POLICY
from alerts.snapshots import repeats
from alerts.words import CONTROL
from core.time import LIMA
from store.alerts import Alert, Hit
from store.deliveries import Delivery

TEMPLATES = Path(__file__).with_name("templates")
COUNTED = ("backfill", "import", "translation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What one mail carries: entries (each a list of hits, in the order they matched) and counts of what is not listed."""

    entries: Sequence[Sequence[Hit]]
    counted: Mapping[str, int] = field(default_factory=dict)

    @property
    def documents(self) -> int:
        """How many documents are named."""
        return sum(map(len, self.entries))


def digest(alert: Alert, delivery: Delivery, contents: Contents, *, sender: str, public_url: str) -> EmailMessage:
    """The mail of one delivery. `sender` is PUTUTU_MAIL_FROM, `public_url` what its links start with (no slash at the end)."""
    language = alert.language
    subject = words.say(language, "subject", len(contents.entries), name=_line(alert.name))
    if delivery.parts > 1:
        subject += f" ({delivery.part}/{delivery.parts})"
    message = _envelope(alert, delivery, subject, sender)
    view = _view(alert, delivery, contents, public_url)
    message.set_content(_plain(view), charset="utf-8", cte="quoted-printable")
    html = _environment().get_template("digest.html").render(view)
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    return message


def notice(alert: Alert, delivery: Delivery, *, sender: str, public_url: str) -> EmailMessage:
    """The mail that tells an owner that the alert was paused, why, and what mends it."""
    say = words.TABLES[alert.language]
    message = _envelope(alert, delivery, say["subject_notice"].format(name=_line(alert.name)), sender)
    lines = [
        say["notice"].format(name=_line(alert.name)),
        f"{say['notice_reason']}: {_line(delivery.reason or '')}",
        f"{say['question']}: {_line(alert.query)}",
        say["notice_mend"].format(id=alert.id),
        f"{public_url}/alerts",
        say["notice_kept"],
    ]
    message.set_content("\n\n".join(map(_wire, lines)) + "\n", charset="utf-8", cte="quoted-printable")
    html = (
        _environment()
        .get_template("notice.html")
        .render(language=alert.language, lines=[_wire(line) for line in lines])
    )
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    return message


def domain(sender: str) -> str:
    """The domain of the sender's address: Message-ID and List-Id end with it."""
    name = parseaddr(sender)[1].rpartition("@")[2]
    return name if name and name.isascii() else "localhost"


def _envelope(alert: Alert, delivery: Delivery, subject: str, sender: str) -> EmailMessage:
    """Headers. The policy refuses a line break in any of them, but decodes `=?...?=`, in which one could hide."""
    message = EmailMessage(policy=POLICY)
    message["From"] = sender
    message["To"] = delivery.recipient
    message["Subject"] = _wire(subject).replace("=?", "= ?")
    message["Date"] = format_datetime(delivery.prepared)
    message["Message-ID"] = delivery.message_id
    message["List-Id"] = f"<{alert.id}.alerts.{domain(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    return message


def _view(alert: Alert, delivery: Delivery, contents: Contents, public_url: str) -> dict[str, Any]:
    """What both forms of the mail show, as plain strings and (text, marked) pieces."""
    language, say = alert.language, words.TABLES[alert.language]
    search = f"{public_url}/search?{urlencode({'q': alert.query})}"
    summary = [words.say(language, "entries", len(contents.entries))]
    if contents.documents != len(contents.entries):
        summary.append(words.say(language, "documents", contents.documents))
    if delivery.parts > 1:
        summary.append(say["part"].format(part=delivery.part, parts=delivery.parts))
    return {
        "language": language,
        "say": say,
        "heading": _wire(f"{say['alert']} «{_line(alert.name)}»"),
        "summary": ", ".join(summary),
        "entries": [_entry(language, hits, public_url) for hits in contents.entries],
        "counted": [words.say(language, f"counted_{kind}", contents.counted[kind]) for kind in COUNTED if contents.counted.get(kind)],
        "query": _wire(_line(alert.query)),
        "search": search,
        "checked": words.say(language, "checked", delivery.checked),
        "pause": say["pause"].format(id=alert.id),
        "page": f"{public_url}/alerts",
        "masked": say["masked"],
    }  # fmt: skip


def _entry(language: str, hits: Sequence[Hit], public_url: str) -> list[dict[str, Any]]:
    headlines = [hit.snapshot["headline"] for hit in hits]
    return [_document(language, hit, headlines, public_url) for hit in hits]


def _document(language: str, hit: Hit, headlines: Sequence[str], public_url: str) -> dict[str, Any]:
    """One document's lines. `headlines` of its entry: a sentence that says one of them again is not shown."""
    say, snapshot = words.TABLES[language], hit.snapshot
    sentence = snapshot.get("sentence")
    pieces = _pieces(sentence["text"], sentence["marks"]) if sentence else []
    said = "".join(text for text, _ in pieces)
    translated = (snapshot.get("translation") or "") if language == "en" else ""
    if repeats(snapshot["headline"], translated):
        translated = ""
    if not said.strip() or any(repeats(headline, said) for headline in [*headlines, translated]):
        pieces = []
    facts = [_line(snapshot["outlet"]), _when(language, snapshot)]
    if snapshot.get("late"):
        facts.append(say["late"])
    if snapshot.get("places"):
        facts.append(f"{say['place']}: {'; '.join(map(_line, snapshot['places']))}")
    if snapshot.get("topics"):
        facts.append(f"{say['topic']}: {', '.join(words.topic(language, name) for name in snapshot['topics'])}")
    return {
        "headline": _wire(_line(snapshot["headline"])),
        "facts": _wire(" · ".join(facts)),
        "translation": _wire(_line(translated)),
        "translation_label": say["composed" if snapshot.get("composed") else "translation"],
        "sentence": [(_wire(text), marked) for text, marked in pieces],
        "why": _wire(_why(say, snapshot.get("why") or [])),
        "permalink": f"{public_url}/documents/{hit.document}",
        "article": _safe(snapshot["url"]),
    }


def _why(say: Mapping[str, str], reasons: Iterable[Mapping[str, Any]]) -> str:
    """`paro (headline, text), ruta (text)`; without a matched word, the tags did it."""
    shown = [
        f"{_line(reason['word'])} ({', '.join(say[f'in_{name}'] for name in reason['fields'])})" for reason in reasons
    ]
    return ", ".join(shown) or say["by_tags"]


def _plain(view: Mapping[str, Any]) -> str:
    say = view["say"]
    lines = [view["heading"], view["summary"], ""]
    for number, documents in enumerate(view["entries"], 1):
        for place, document in enumerate(documents):
            lines += _plain_document(say, document, f"{number}." if place == 0 else say["also"])
    for line in view["counted"]:
        lines += [line, ""]
    if view["counted"]:
        lines += [f"{say['see_all']}: {view['search']}", ""]
    lines += [
        "--",
        f"{say['question']}: {view['query']}",
        view["checked"],
        f"{view['pause']} {view['page']}",
        view["masked"],
    ]
    return "\n".join(lines) + "\n"


def _plain_document(say: Mapping[str, str], document: Mapping[str, Any], lead: str) -> list[str]:
    lines = [f"{lead} {document['headline']}", f"   {document['facts']}"]
    if document["translation"]:
        lines.append(f"   {document['translation_label']}: {document['translation']}")
    if document["sentence"]:
        lines.append("   " + "".join(f"*{text}*" if marked else text for text, marked in document["sentence"]))
    lines.append(f"   {say['matched']}: {document['why']}")
    lines.append(f"   {say['in_pututu']}: {document['permalink']}")
    if document["article"]:
        lines.append(f"   {say['article']}: {document['article']}")
    return [*lines, ""]


def _pieces(text: str, marks: Iterable[Sequence[int]]) -> list[tuple[str, bool]]:
    """A text cut at its marks: (piece, marked). White space becomes single spaces, so that a sentence stays on one line."""
    pieces, at = [], 0
    for start, end in sorted((int(mark[0]), int(mark[1])) for mark in marks):
        if start < at:
            continue
        pieces += [(text[at:start], False), (text[start:end], True)]
        at = end
    pieces.append((text[at:], False))
    return [(_spaced(piece), marked) for piece, marked in pieces if piece]


def _when(language: str, snapshot: Mapping[str, Any]) -> str:
    """The time of publication in Lima, as precise as it is known."""
    if not snapshot.get("published"):
        return words.TABLES[language]["undated"]
    moment = datetime.fromisoformat(snapshot["published"]).astimezone(LIMA)
    form = {"month": "%m/%Y" if language == "es" else "%Y-%m", "day": "%d/%m/%Y" if language == "es" else "%Y-%m-%d"}
    shape = form.get(snapshot.get("precision") or "", form["day"] + " %H:%M")
    return moment.strftime(shape) + " (Lima)"


def _safe(url: str) -> str:
    """The article's address if it is one a reader may follow (http or https), on one line; else nothing."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return _wire(url) if parts.scheme in ("http", "https") and parts.netloc and len(url.split()) == 1 else ""


def _line(text: str) -> str:
    """A text on one line: any run of white space or control characters is one space."""
    return " ".join(CONTROL.sub(" ", text).split())


def _spaced(text: str) -> str:
    """As `_line`, but a space at either end stays one space: the piece stands between others."""
    text = CONTROL.sub(" ", text)
    inner = " ".join(text.split())
    if not inner:
        return " "
    return f"{' ' if text[0].isspace() else ''}{inner}{' ' if text[-1].isspace() else ''}"


def _wire(text: str) -> str:
    """What can be written as UTF-8: a lone surrogate becomes a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
