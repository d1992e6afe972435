"""An index built beside the one that the alias leads to. New mapping, new index: `ALIAS-vVERSION-N`.

Each of ours carries in `_meta` its version and alias, while it is built how far it has come, and once replaced since when.
Only what has our name, our alias and our mark is ever removed: the cluster has other tenants.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from elasticsearch import Elasticsearch

from core.errors import StoreError
from core.record import Record
from core.settings import Settings
from search import elastic_bulk
from search.backend import Trouble
from search.elastic_client import FIRST_ANSWER, allowed, answering, connect
from search.elastic_index import analysis, mapping
from search.fields import VERSION
from search.leftovers import check_version, leftover
from search.lock import Lock
from search.rebuild import LAST

Meta = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ours:
    """One of our indices: whether the alias leads there, and what is known of it."""

    leads: bool
    meta: Meta = field(default_factory=dict)


class ElasticBeside:
    """See `rebuild.Beside`. Others go on writing through the alias to the old one, also while it is replaced."""

    def __init__(self, settings: Settings, now: datetime, *, back: bool = False) -> None:
        self._rebuilding = _rebuilding(settings)
        self._rebuilding.take(0)
        self._client, self._alias = connect(settings)
        self._now = now
        try:
            with answering():
                self._name, self.began, self.after = self._kept() if back else self._unfinished()
        except BaseException:
            self.close()
            raise

    def index(self, records: Iterable[Record]) -> dict[str, str]:
        """Take records in; returns those that were refused."""
        return elastic_bulk.put(self._client, self._name, records, alias=False)

    def delete(self, ids: Iterable[str]) -> None:
        """Forget documents; unknown ids are no error."""
        elastic_bulk.delete(self._client, self._name, ids, alias=False)

    def reached(self, id: str) -> None:
        """Note it in the index's own mark: what was answered survives a crash there."""
        with answering():
            note(self._client, self._name, after=id)

    def count(self) -> int:
        """Refresh, and count."""
        with answering():
            self._client.indices.refresh(index=self._name)
            return int(self._client.count(index=self._name)["count"])

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Nobody is held off: who writes meanwhile is followed up after the swap."""
        yield False

    def put_in_force(self) -> str | None:
        """Lead the alias here in one step. What it led to is kept; one that was kept before is removed."""
        client, alias = self._client, self._alias
        with answering():
            if ours(client, alias)[self._name].meta.get("version") != VERSION:
                raise StoreError(f"{self._name} is not what was made.", "Run `pututu reindex` again.")
            client.indices.put_settings(
                index=self._name, settings={"refresh_interval": None, "auto_expand_replicas": "0-1"}
            )
            before = ours(client, alias)
            old = [name for name, one in before.items() if one.leads and name != self._name]
            for name in old:
                note(client, name, left=self._now.isoformat())
            removals = [{"remove": {"index": name, "alias": alias}} for name in old]
            client.indices.update_aliases(actions=[{"add": {"index": self._name, "alias": alias}}, *removals])
            note(client, self._name, building=None, after=None, left=None)
            _remove(client, [name for name in before if name not in (self._name, *old)])
        return old[0] if old else None

    def abandon(self) -> None:
        """Remove it, unless another machine's rebuild has put it in force meanwhile."""
        with answering():
            _remove(
                self._client,
                [name for name, one in ours(self._client, self._alias).items() if name == self._name and not one.leads],
            )

    def close(self) -> None:
        """Close the connections; what is unfinished stays."""
        self._client.close()
        self._rebuilding.free()

    def _unfinished(self) -> tuple[str, datetime, str]:
        """What a killed rebuild left, if it is ours to go on with; else a new one. What is of no use is removed."""
        found: tuple[str, datetime, str] | None = None
        there = ours(self._client, self._alias)
        keep = kept(there)
        for name, one in there.items():
            if one.leads or name == keep:
                continue
            if found is None and one.meta.get("building") and one.meta.get("version") == VERSION:
                found = name, datetime.fromisoformat(one.meta["began"]), str(one.meta.get("after") or "")
            else:
                _remove(self._client, [name])
        if found:
            return found
        name = make(self._client, self._alias, in_force=False, building=True, began=self._now.isoformat())
        self._client.indices.put_settings(
            index=name, settings={"refresh_interval": "-1", "auto_expand_replicas": "false", "number_of_replicas": 0}
        )
        return name, self._now, ""

    def _kept(self) -> tuple[str, datetime, str]:
        name = kept(ours(self._client, self._alias))
        if name is None:
            raise StoreError("No earlier index is kept.", "`pututu reindex` builds one from the store.")
        meta = ours(self._client, self._alias)[name].meta
        check_version(meta, VERSION)
        return name, datetime.fromisoformat(meta["left"]), LAST


def ours(client: Elasticsearch, alias: str) -> dict[str, Ours]:
    """Our indices of this alias by name: those with our name and our mark, no other tenant's."""
    found = client.indices.get(
        index=f"{alias}-v*", allow_no_indices=True, ignore_unavailable=True, features=["aliases", "mappings"]
    ).body
    pattern = re.compile(rf"{re.escape(alias)}-v[0-9]+-[0-9a-f]+-[0-9]+")
    indices = {}
    for name, about in found.items():
        meta = about["mappings"].get("_meta") or {}
        if pattern.fullmatch(name) and meta.get("version") and meta.get("alias", alias) == alias:
            indices[name] = Ours(alias in about["aliases"], meta)
    return indices


def kept(indices: dict[str, Ours]) -> str | None:
    """The one that the last rebuild replaced."""
    left = [name for name, one in indices.items() if not one.leads and one.meta.get("left")]
    return max(left, key=lambda name: str(indices[name].meta["left"]), default=None)


def make(client: Elasticsearch, alias: str, *, in_force: bool, **known: Any) -> str:
    """A new empty index; with `in_force`, the alias leads to it at once. `known` goes into its mark. Returns its name."""
    if client.indices.exists(index=alias) and not client.indices.exists_alias(name=alias):
        raise StoreError(f"{alias} is an index in Elasticsearch, not an alias.", "Name another alias in PUTUTU_INDEX.")
    taken = client.indices.get(index=f"{alias}-v*", allow_no_indices=True, features=["aliases"]).body
    numbers = [int(found[1]) for name in taken if (found := re.search(r"-([0-9]+)$", name))]
    name = f"{alias}-v{VERSION}-{max(numbers, default=0) + 1}"
    client.indices.create(
        index=name,
        settings={"number_of_shards": 1, "auto_expand_replicas": "0-1", "analysis": analysis()},
        mappings=mapping() | {"_meta": {"version": VERSION, "alias": alias} | known},
        aliases={alias: {}} if in_force else None,
    )
    return name


def note(client: Elasticsearch, name: str, **known: Any) -> None:
    """Remember this in an index's mark beside what is known; None forgets."""
    about = next(iter(client.indices.get_mapping(index=name).body.values()))
    meta = (about["mappings"].get("_meta") or {}) | known
    client.indices.put_mapping(index=name, meta={key: value for key, value in meta.items() if value is not None})


def version(client: Elasticsearch, alias: str) -> str | None:
    """The version of the index that the alias leads to; None where there is none.

    It is the first thing asked of a server: one that says nothing is given up soon, since mails and pages wait behind it.
    """
    client = client.options(request_timeout=FIRST_ANSWER, max_retries=len(client.transport.node_pool) - 1)
    if not client.indices.exists_alias(name=alias):
        return None
    about = next(iter(client.indices.get_mapping(index=alias).body.values()))
    return str((about["mappings"].get("_meta") or {}).get("version", "unknown"))


def drop_kept(settings: Settings) -> list[str]:
    """Remove those of ours that the alias does not lead to; their names."""
    lock = _rebuilding(settings)
    lock.take(0)
    client, alias = connect(settings)
    try:
        with answering():
            gone = [name for name, one in ours(client, alias).items() if not one.leads]
            _remove(client, gone)
        return gone
    finally:
        client.close()
        lock.free()


def left_beside(settings: Settings) -> list[Trouble]:
    """What lies beside the index that the alias leads to, also where it leads nowhere or to another version's."""
    builder = _rebuilding(settings).holder()
    client, alias = connect(settings)
    try:
        found = allowed(lambda: ours(client, alias)) or {}
    finally:
        client.close()
    return [leftover(one.meta, name, VERSION, builder) for name, one in found.items() if not one.leads]


def _rebuilding(settings: Settings) -> Lock:
    """Of this machine: another's rebuild is not known of here."""
    return Lock(settings.home / "reindex.lock", "The index", held="is being built anew by")


def _remove(client: Elasticsearch, names: Iterable[str]) -> None:
    for name in names:
        client.indices.delete(index=name, ignore_unavailable=True)
