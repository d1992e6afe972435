"""A frozen delivery -> the message that its channel takes: a mail, a post, a note, or the delivery itself for a feed."""

from collections.abc import Callable
from typing import Any

from alerts import bulletins, digests, payloads
from alerts.channels.addresses import kind
from alerts.links import Signer
from alerts.view import Contents
from core.settings import Settings
from store import alerts, deliveries
from store.answers import Keys
from store.database import Store
from store.deliveries import BULLETIN, NOTICES, Delivery


def compose(store: Store, settings: Settings, delivery: Delivery, keys: Keys) -> tuple[Any, int]:
    """The message and how many entries it tells; none when all of its documents were taken down meanwhile."""
    sender, url, way = settings.mail_from, settings.public_url, kind(delivery.channel)
    with store.read() as tx:
        alert = alerts.get(tx, delivery.alert)
        entries, counted = deliveries.contents(tx, delivery)
        contents = Contents(entries=entries, counted=counted, others=deliveries.others(tx, delivery))
        told = bulletins.told_by(tx, alert, delivery, url) if delivery.kind == BULLETIN else []
    links = Signer(keys.links, alert.id, url, delivery.prepared)
    ways: dict[str, Callable[[], Any]]
    if delivery.kind in NOTICES:
        ways = {
            "mail": lambda: digests.notice(alert, delivery, sender=sender, public_url=url),
            "webhook": lambda: payloads.notice_post(alert, delivery, keys),
            "chat": lambda: payloads.notice_note(alert, delivery, url),
        }
    elif delivery.kind == BULLETIN:
        ways = {
            "mail": lambda: bulletins.mail(alert, delivery, told, sender=sender, public_url=url, links=links),
            "webhook": lambda: payloads.bulletin_post(alert, delivery, told, keys, links),
            "chat": lambda: payloads.bulletin_note(alert, delivery, told, url, links),
        }
    elif not entries and not counted:
        return None, 0
    else:
        ways = {
            "mail": lambda: digests.digest(alert, delivery, contents, sender=sender, public_url=url, links=links),
            "webhook": lambda: payloads.post(alert, delivery, contents, keys, url),
            "chat": lambda: payloads.note(alert, delivery, contents, keys, url),
        }
    message = delivery if way == "feed" else ways[way]()
    return message, len(entries) if delivery.kind not in (BULLETIN, *NOTICES) else 0
