"""Bulletins -> what is said: a few lines each, with their evidence, in the owner's language; and the mail that carries them.

`told` is the neutral form, for any channel; `mail` makes a message of it, `payloads.py` what webhooks and chats get. A bulletin's evidence is looked up when it is
told, so that what was taken down meanwhile is not shown.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection

from alerts import digests, words
from alerts.bulletin_words import TABLES
from alerts.links import Signer
from alerts.rhythm import due
from alerts.view import line, unsubscribe, wire
from core.document import Payload
from core.sizes import shown
from core.time import LIMA
from store import alerts as kept
from store import bulletins, deliveries, documents
from store.alerts import Alert
from store.bulletins import Bulletin
from store.deliveries import Delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One bulletin in words: a headline, lines, evidence as (title, outlet and time, permalink), and where all of it is."""

    headline: str
    lines: Sequence[str]
    evidence: Sequence[tuple[str, str, str]] = ()
    link: str = ""


def prepare_due(tx: Connection, now: datetime, domain: str, is_open: Callable[[Alert], bool]) -> None:
    """Freeze the bulletins that are due, of each alert that `is_open`, into a message over each of its channels."""
    for alert, found in ready(tx, now):
        if is_open(alert):
            bulletins.prepare(tx, alert, found, domain, now)


def ready(tx: Connection, now: datetime) -> Iterator[tuple[Alert, list[Bulletin]]]:
    """The alerts that have bulletins due now and not frozen yet, with these."""
    for id, opened in bulletins.waiting(tx).items():
        alert = kept.get(tx, id)
        last = deliveries.last_prepared(tx, id, now) if alert.rhythm != "instant" else None
        if found := [one for one in opened if due(alert, one.created, last, now)]:
            yield alert, found


def told(tx: Connection, alert: Alert, found: Sequence[Bulletin], public_url: str) -> list[Told]:
    """What the bulletins say."""
    return [_told(tx, alert, one, public_url) for one in found]


def told_by(tx: Connection, alert: Alert, delivery: Delivery, public_url: str) -> list[Told]:
    """What one delivery of kind `bulletin` says."""
    return told(tx, alert, bulletins.of_batch(tx, delivery.batch), public_url)


def title(alert: Alert, parts: Sequence[Told]) -> str:
    """The subject of a mail, the title of a note."""
    key = "subject_one" if len(parts) == 1 else "subject_many"
    first = parts[0].headline if parts else ""
    return TABLES[alert.language][key].format(name=line(alert.name), n=len(parts), first=first)


def lines(alert: Alert, one: Told) -> list[str]:
    """A bulletin without its headline as lines of plain text."""
    say = TABLES[alert.language]
    said = [*one.lines, *([f"{say['evidence']}:"] if one.evidence else [])]
    for headline, facts, address in one.evidence:
        said += [f"- {headline}", f"  {facts}", f"  {address}"]
    return said + ([f"{say['see_all']}: {one.link}"] if one.link else [])


def mail(alert: Alert, delivery: Delivery, parts: Sequence[Told], *, sender: str, public_url: str, links: Signer) -> EmailMessage:  # fmt: skip
    """The mail of one delivery of kind `bulletin`."""
    message = digests.envelope(alert, delivery, title(alert, parts), sender)
    digests.unsubscribable(message, links, delivery)
    say, page = TABLES[alert.language], f"{public_url}/alerts"
    view = {"language": alert.language, "say": say, "told": parts, "pause": say["pause"].format(id=alert.id), "page": page, "links": answers(alert, delivery, links)}  # fmt: skip
    message.set_content(_plain(alert, parts, view), charset="utf-8", cte="quoted-printable")
    html = digests.environment().get_template("bulletin.html").render(view)
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    return message


def answers(alert: Alert, delivery: Delivery, links: Signer) -> list[tuple[str, str]]:
    """What its reader may answer: (label, signed link)."""
    say = words.TABLES[alert.language]
    return [(say["act_pause"], links.url("pause")), (say["act_unsubscribe"], unsubscribe(links, delivery))]


def _plain(alert: Alert, parts: Sequence[Told], view: Mapping[str, Any]) -> str:
    said: list[str] = []
    for number, one in enumerate(parts, 1):
        said += [f"{number}. {one.headline}", *(f"   {text}" for text in lines(alert, one)), ""]
    told = [f"{label}: {url}" for label, url in view["links"]]
    return "\n".join([*said, "--", *told, f"{view['pause']} {view['page']}"]) + "\n"


def _told(tx: Connection, alert: Alert, one: Bulletin, public_url: str) -> Told:
    say = TABLES[alert.language]
    if one.what == "volume":
        return _volume(tx, alert, one.payload, public_url)
    if one.what == "over":
        what = _clean(say[one.payload["what"]].format(**one.payload))
        span = {name: _moment(one.payload[name]) for name in ("since", "over")}
        return Told(headline=say["over"].format(what=what), lines=[say["since"].format(**span)])
    known = [_clean(one_line) for one_line in _lines(say, one.what, one.payload)]
    mend = _clean(say[f"mend_{one.what}"].format(**one.payload))
    headline = _clean(say[one.what].format(**one.payload))
    return Told(headline=headline, lines=[*known, f"{say['mend']}: {mend}"], link=f"{public_url}/{_page(one.what)}")


def _volume(tx: Connection, alert: Alert, payload: Payload, public_url: str) -> Told:
    say = TABLES[alert.language]
    evidence = []
    for record in documents.records(tx, list(payload["evidence"])):
        document = record.masked().document
        when = document.published.astimezone(LIMA).strftime("%Y-%m-%d %H:%M") if document.published else ""
        headline = _clean(document.title or document.url)
        evidence.append((headline, _clean(f"{document.source} · {when}"), f"{public_url}/documents/{document.id}"))
    asked = {"q": alert.query, "from": payload["start"], "to": payload["start"]}
    why = [say["why"].format(query=_clean(alert.query)), say["cooldown"].format(**(alert.volume or {"cooldown": 0}))]
    return Told(
        headline=say["volume"].format(**payload), lines=why, evidence=evidence, link=f"{public_url}/search?{urlencode(asked)}"
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
    return wire(line(text))
