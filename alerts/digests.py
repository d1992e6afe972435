"""Entries -> one mail, plain text and HTML, in the owner's language.

Headlines are named once, unmarked, each on one unbroken line; the marked sentence follows, and is left out where it would
only say the headline again. What stands in a mail comes from `view.py`.
"""

from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from alerts import words
from alerts.channels.addresses import shown
from alerts.channels.mail import POLICY
from alerts.links import Signer
from alerts.view import Contents, line, unsubscribe, view, wire
from store.alerts import Alert
from store.deliveries import OF_CHANNEL, Delivery, domain

__all__ = [
    "Contents",
    "digest",
    "domain",
    "envelope",
    "environment",
    "notice",
    "notice_lines",
    "subject",
    "unsubscribable",
]

TEMPLATES = Path(__file__).with_name("templates")


def digest(alert: Alert, delivery: Delivery, contents: Contents, *, sender: str, public_url: str, links: Signer | None = None) -> EmailMessage:  # fmt: skip
    """The mail of one delivery. `sender` is PUTUTU_MAIL_FROM, `public_url` what its links start with (no slash at the end).

    With `links` it carries what its reader may answer, and the headers that let a mail program unsubscribe (RFC 8058).
    """
    message = envelope(alert, delivery, subject(alert, delivery, contents), sender)
    _thread(message, alert, contents, sender)
    if links:
        unsubscribable(message, links, delivery)
    shows = view(alert, delivery, contents, public_url, links)
    message.set_content(_plain(shows), charset="utf-8", cte="quoted-printable")
    html = environment().get_template("digest.html").render(shows)
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    return message


def subject(alert: Alert, delivery: Delivery, contents: Contents) -> str:
    """`[Pututu] paros: 3 noticias (1/2)`."""
    said = words.say(alert.language, "subject", len(contents.entries), name=line(alert.name))
    return f"{said} ({delivery.part}/{delivery.parts})" if delivery.parts > 1 else said


def notice(alert: Alert, delivery: Delivery, *, sender: str, public_url: str) -> EmailMessage:
    """The mail that tells an owner that the alert or one of its channels was paused, why, and what mends it."""
    title, lines = notice_lines(alert, delivery, public_url)
    message = envelope(alert, delivery, title, sender)
    message.set_content("\n\n".join(lines) + "\n", charset="utf-8", cte="quoted-printable")
    html = environment().get_template("notice.html").render(language=alert.language, lines=lines)
    message.add_alternative(html, subtype="html", charset="utf-8", cte="quoted-printable")
    return message


def notice_lines(alert: Alert, delivery: Delivery, public_url: str) -> tuple[str, list[str]]:
    """Title and lines of a notice. A notice about a channel has the channel's URL before the first space of its reason."""
    say, name = words.TABLES[alert.language], line(alert.name)
    reason = line(delivery.reason or "")
    if delivery.kind in OF_CHANNEL:
        channel, _, reason = reason.partition(" ")
        first, mend = (
            say[delivery.kind].format(channel=shown(channel), name=name),
            say[f"{delivery.kind}_mend"].format(id=alert.id),
        )
        lines = [first, f"{say['notice_reason']}: {reason}", mend, f"{public_url}/alerts"]
    else:
        lines = [
            say["notice"].format(name=name), f"{say['notice_reason']}: {reason}", f"{say['question']}: {line(alert.query)}",
            say["notice_mend"].format(id=alert.id), f"{public_url}/alerts", say["notice_kept"],
        ]  # fmt: skip
    title = say[f"subject_{delivery.kind}"].format(name=name)
    return title, [wire(one) for one in lines]


def envelope(alert: Alert, delivery: Delivery, subject: str, sender: str) -> EmailMessage:
    """Headers. The policy refuses a line break in any of them, but decodes `=?...?=`, in which one could hide."""
    message = EmailMessage(policy=POLICY)
    message["From"] = sender
    message["To"] = delivery.recipient
    message["Subject"] = wire(subject).replace("=?", "= ?")
    message["Date"] = format_datetime(delivery.prepared)
    message["Message-ID"] = delivery.message_id
    message["List-Id"] = f"<{alert.id}.alerts.{domain(sender)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    return message


def unsubscribable(message: EmailMessage, links: Signer, delivery: Delivery) -> None:
    """The headers by which a mail program unsubscribes with one click (RFC 8058)."""
    message["List-Unsubscribe"] = f"<{unsubscribe(links, delivery)}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _thread(message: EmailMessage, alert: Alert, contents: Contents, sender: str) -> None:
    """A mail of one story answers a mail that was never sent, the same for every mail of that story: programs show one thread."""
    if len(contents.entries) == 1 and (story := contents.entries[0][0].story):
        root = f"<story.{story}.{alert.id}@{domain(sender)}>"
        message["In-Reply-To"] = root
        message["References"] = root


def _plain(shows: Mapping[str, Any]) -> str:
    say = shows["say"]
    lines = [shows["heading"], shows["summary"], ""]
    for number, documents in enumerate(shows["entries"], 1):
        for place, document in enumerate(documents):
            lines += _plain_document(say, document, f"{number}." if place == 0 else say["also"])
    for counted in shows["counted"]:
        lines += [counted, ""]
    if shows["counted"]:
        lines += [f"{say['see_all']}: {shows['search']}", ""]
    lines += [
        "--",
        f"{say['question']}: {shows['query']}",
        *shows["earlier"],
        shows["checked"],
        *shows["receipt"],
        f"{say['ledger']}: {shows['ledger']}",
        *(f"{label}: {url}" for label, url in shows["links"]),
        f"{shows['pause']} {shows['page']}",
        shows["masked"],
    ]
    return "\n".join(lines) + "\n"


def _plain_document(say: Mapping[str, str], document: Mapping[str, Any], lead: str) -> list[str]:
    lines = [f"{lead} {document['headline']}", f"   {document['facts']}"]
    if document["news"]:
        lines.append(f"   {document['news']}")
    if document["translation"]:
        lines.append(f"   {document['translation_label']}: {document['translation']}")
    if document["sentence"]:
        lines.append("   " + "".join(f"*{text}*" if marked else text for text, marked in document["sentence"]))
    lines.append(f"   {say['matched']}: {document['why']}")
    if document["question"]:
        lines.append(f"   {document['question']}")
    if document["others"]:
        lines.append(
            f"   {document['others']}: {document['story']}" if document["story"] else f"   {document['others']}"
        )
    lines.append(f"   {say['in_pututu']}: {document['permalink']}")
    if document["article"]:
        lines.append(f"   {say['article']}: {document['article']}")
    lines += [f"   {label}: {url}" for label, url in document["links"]]
    return [*lines, ""]


@cache
def environment() -> jinja2.Environment:
    """The templates of mails; what is put into them is escaped."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
