"""Authors of public posts under a pseudonym, for exports: the same person under the same name, who it is stays here.

A pseudonym is made of the handle by HMAC-SHA256 under a key that stays in the data folder, so that it cannot be found
out by trying handles. A post's address leads to its author: it is left out with the handle, and mentions in the text are
hidden one character for one, so that offsets hold. Handles that are public (the accounts that are sources) stay.
"""

import hashlib
import hmac
import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from core.home import key_of
from core.masking import MASK
from core.record import TEXT_FIELDS, Record

_MENTION = re.compile(r"(?<![\w@])@[\w.-]*\w(?:@[\w.-]*\w)?|(?<![\w/])/?u/[\w-]+|(?<=/)@[\w.-]*\w(?:@[\w.-]*\w)?", re.I)
_OWNER = re.compile(r"/(?:@|profile/|users?/|u/|channel/|c/)@?([\w.:-]+(?:@[\w.-]+)?)", re.I)


class Pseudonyms:
    """Gives pseudonyms under one key; `public` are the handles that keep their name."""

    def __init__(self, key: bytes, public: Collection[str] = ()) -> None:
        self._key = key
        self._public = {plain(handle) for handle in public}

    def of(self, handle: str) -> str:
        """The handle itself if it is public, else its pseudonym, the same in every export of this data folder."""
        if self._is_public(handle):
            return handle
        digest = hmac.new(self._key, plain(handle).encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        return f"author-{digest[:12]}"

    def record(self, record: Record) -> Record:
        """A post as it may be exported; everything else as it is."""
        document = record.document
        if document.kind != "post":
            return record
        texts = {name: self._without_mentions(getattr(document, name)) for name in TEXT_FIELDS}
        hidden = replace(document, author=tuple(map(self.of, document.author)), **texts)  # type: ignore[arg-type]
        if not document.author or not all(map(self._is_public, document.author)):
            hidden = replace(
                hidden, url=f"urn:pututu:document:{document.id}", canonical_url=None, archive=None, aliases=()
            )
        translation = record.translation and {
            key: self._without_mentions(value) if key in TEXT_FIELDS and value else value
            for key, value in record.translation.items()
        }
        return replace(record, document=hidden, translation=translation)

    def _is_public(self, handle: str) -> bool:
        name = plain(handle)
        return name in self._public or name.partition("@")[0] in self._public

    def _without_mentions(self, text: str) -> str:
        return _MENTION.sub(lambda found: found[0] if self._is_public(found[0]) else MASK * len(found[0]), text)


def plain(handle: str) -> str:
    """A handle as it compares: `@Ana@host`, `u/Ana` and `ana` without their signs, in small letters."""
    return re.sub(r"^/?u/|^@", "", handle.strip().lower())


def owners(addresses: Collection[str]) -> set[str]:
    """The handles that addresses of accounts name: `https://host/@ana`, `.../profile/ana`, `.../user/ana`."""
    return {plain(match[1]) for address in addresses for match in _OWNER.finditer(address)}


def key_in(home: Path) -> bytes:
    """The key of a data folder's exports, made where there is none. Raises StoreError where it can neither be read nor made."""
    return key_of(home, "export.key")
