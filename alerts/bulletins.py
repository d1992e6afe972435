"""Bulletins -> what is said: a few lines each, with their evidence, in the owner's language; and the mail that carries them.

`told` is the neutral form, for any channel; `mail` makes a message of it. A bulletin's evidence is looked up when it is
told, so that what was taken down meanwhile is not shown.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection

from alerts import digests
from alerts.bulletin_words import TABLES
from alerts.rhythm import due
from core.document import Payload
from core.sizes import shown
from core.time import LIMA
from store import alerts as kept
from store import bulletins, deliveries, documents
from store.alerts import Alert
from store.bulletins import Bulletin
from store.deliveries import Delivery

KIND = "bulletin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One bulletin in words: a headline, lines, evidence as (title, outlet and time, permalink), and where all of it is."""

    headline: str
    lines: Sequence[str]
    evidence: Sequence[tuple[str, str, str]] = ()
    link: str = ""


def prepare_due(tx: Connection, now: datetime, domain: str) -> int:
    """Freeze the bulletins of every alert that are due into a mail each; how many mails."""
    prepared = 0
    for alert, ready in _ready(tx, now):
        bulletins.prepare(tx, alert, ready, domain, now)
        prepared += 1
    return prepared


def is_any_due(tx: Connection, now: datetime) -> bool:
    """Whether `prepare_due` would prepare anything."""
    return next(_ready(tx, now), None) is not None


def _ready(tx: Connection, now: datetime) -> Iterator[tuple[Alert, list[Bulletin]]]:
    for id, opened in bulletins.waiting(tx).items():
        alert = kept.get(tx, id)
        last = deliveries.last_prepared(tx, id, now) if alert.rhythm != "instant" else None
        if ready := [one for one in opened if due(alert, one.created, last, now)]:
            yield alert, ready


def told(tx: Connection, alert: Alert, found: Sequence[Bulletin], public_url: str) -> list[Told]:
    """What the bulletins say."""
    return [_told(tx, alert, one, public_url) for one in found]


def mail(tx: Connection, alert: Alert, delivery: Delivery, *, sender: str, public_url: str) -> EmailMessage:
    """The mail of one delivery of kind `bulletin`."""
    say = TABLES[alert.language]
    parts = told(tx, alert, bulletins.of_batch(tx, delivery.batch), public_url)
    key = "subject_one" if len(parts) == 1 else "subject_many"
    first = parts[0].headline if parts else ""
    subject = say[key].format(name=digests._line(alert.name), n=len(parts), first=first)
    message = digests._envelope(alert, delivery, subject, sender)
    view = {"language": alert.language, "say": say, "told": parts, "pause": say["pause"].format(id=alert.id), "page": f"{public_url}/alerts"}  # fmt: skip
    message.set_content(_plain(view), charset="utf-8", cte="quoted-printable")
    html = digests._environment().get_template("bulletin.html").render(view)
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    return message


def _plain(view: Mapping[str, Any]) -> str:
    lines: list[str] = []
    for number, one in enumerate(view["told"], 1):
        lines += [f"{number}. {one.headline}", *(f"   {line}" for line in one.lines)]
        lines += [f"   {view['say']['evidence']}:"] if one.evidence else []
        for title, facts, address in one.evidence:
            lines += [f"   - {title}", f"     {facts}", f"     {address}"]
        lines += [f"   {view['say']['see_all']}: {one.link}"] if one.link else []
        lines.append("")
    return "\n".join([*lines, "--", f"{view['pause']} {view['page']}"]) + "\n"


def _told(tx: Connection, alert: Alert, one: Bulletin, public_url: str) -> Told:
    say = TABLES[alert.language]
    if one.what == "volume":
        return _volume(tx, alert, one.payload, public_url)
    if one.what == "over":
        what = _clean(say[one.payload["what"]].format(**one.payload))
        span = {name: _moment(one.payload[name]) for name in ("since", "over")}
        return Told(headline=say["over"].format(what=what), lines=[say["since"].format(**span)])
    lines = [_clean(line) for line in _lines(say, one.what, one.payload)]
    mend = _clean(say[f"mend_{one.what}"].format(**one.payload))
    headline = _clean(say[one.what].format(**one.payload))
    return Told(headline=headline, lines=[*lines, f"{say['mend']}: {mend}"], link=f"{public_url}/{_page(one.what)}")


def _volume(tx: Connection, alert: Alert, payload: Payload, public_url: str) -> Told:
    say = TABLES[alert.language]
    evidence = []
    for record in documents.records(tx, list(payload["evidence"])):
        document = record.masked().document
        when = document.published.astimezone(LIMA).strftime("%Y-%m-%d %H:%M") if document.published else ""
        title = _clean(document.title or document.url)
        evidence.append((title, _clean(f"{document.source} · {when}"), f"{public_url}/documents/{document.id}"))
    asked = {"q": alert.query, "from": payload["start"], "to": payload["start"]}
    lines = [say["why"].format(query=_clean(alert.query)), say["cooldown"].format(**(alert.volume or {"cooldown": 0}))]
    return Told(
        headline=say["volume"].format(**payload), lines=lines, evidence=evidence, link=f"{public_url}/search?{urlencode(asked)}"
    )  # fmt: skip


def _lines(say: Mapping[str, str], what: str, payload: Payload) -> Iterator[str]:
    """What is known of a trouble, line by line."""
    if payload.get("reason"):
        yield say["reason"].format(reason=say.get(f"class_{payload['reason']}", payload["reason"]))
    if payload.get("last_item"):
        yield say["last_item"].format(last_item=_moment(payload["last_item"]))
    for one in payload.get("drift") or ():
        yield say["fell"].format(**{**one, "what": say.get(f"what_{one['what']}", one["what"])})
    if what == "canary":
        yield say["station"].format(station=say[f"station_{payload['station']}"])
    if what == "disk":
        yield say["free"].format(free=shown(payload["free"]))
        if payload.get("days") is not None:
            yield say["days"].format(days=payload["days"])
    if what == "budget":
        yield say["used"].format(used=shown(payload["used"]), limit=shown(payload["limit"]))
    if payload.get("error"):
        yield say["said"].format(error=payload["error"])


def _page(what: str) -> str:
    return "sources" if what in ("silent", "blocked", "failing", "drift") else "runs"


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(LIMA).strftime("%Y-%m-%d %H:%M")


def _clean(text: str) -> str:
    return digests._wire(digests._line(text))
