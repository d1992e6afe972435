"""How the index in Elasticsearch is made: strict mapping, analysis, names behind the alias, its making and its swap."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch

from core.errors import PututuError, QueryError, SettingError, StoreError, UnavailableError
from core.settings import Settings
from search.analysed import Analysed
from search.fields import EXACT_FIELDS, FACET_FIELDS, NUMBERS, STEM_FIELDS, VERSION, order_number, row, seconds
from search.nodes import TAG_FIELDS

ALIAS = "pututu"
REBUILD = "Run `pututu reindex`: it makes the index again from the store."
ACCENTS = [
    "á => a",
    "é => e",
    "í => i",
    "ó => o",
    "ú => u",
    "ü => u",
    "Á => A",
    "É => E",
    "Í => I",
    "Ó => O",
    "Ú => U",
    "Ü => U",
]
PRINTED = ("title", "summary", "text")


def connect(settings: Settings) -> tuple[Elasticsearch, str]:
    """The client and the alias that the settings name."""
    parts = urlsplit(settings.index)
    alias = parts.path.strip("/") or ALIAS
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,99}", alias):
        raise SettingError(f"PUTUTU_INDEX: {alias!r} is no name for an alias.", "Use small letters, digits, - and _.")
    options: dict[str, Any] = {"request_timeout": 60, "retry_on_timeout": True, "max_retries": 3}
    if settings.index_api_key:
        options["api_key"] = settings.index_api_key
    elif parts.username:
        options["basic_auth"] = (parts.username, parts.password or "")
    if settings.index_ca:
        if not settings.index_ca.is_file():
            raise SettingError(
                f"PUTUTU_INDEX_CA: there is no file {settings.index_ca}.", "Name the certificate authority's file."
            )
        options["ca_certs"] = str(settings.index_ca)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    address = urlunsplit((parts.scheme, f"{host}:{port}", "", "", ""))
    try:
        return Elasticsearch(address, **options), alias
    except (ValueError, OSError) as error:
        raise SettingError(f"PUTUTU_INDEX cannot be used ({error}).", "Check it and PUTUTU_INDEX_CA.") from error


@contextmanager
def answering() -> Iterator[None]:
    """Elasticsearch's errors in our words: what can be tried again, what a setting mends, what a query asks too much."""
    try:
        yield
    except TransportError as error:
        raise UnavailableError(
            f"Elasticsearch does not answer ({error}).", "Start it, or check PUTUTU_INDEX."
        ) from error
    except ApiError as error:
        raise _told(error) from error


def _told(error: ApiError) -> PututuError:
    status, reason = error.status_code, str(error)
    if "too_many" in reason or "max_clause" in reason or "nested" in reason:
        return QueryError("The query asks more than Elasticsearch takes at once.", "Ask it in several queries.")
    if status in (401, 403):
        return SettingError(f"Elasticsearch refuses ({status}).", "Check PUTUTU_INDEX_API_KEY and its rights.")
    if status == 404:
        return StoreError("The index is not in Elasticsearch.", REBUILD)
    return UnavailableError(f"Elasticsearch answers {status}: {reason[:300]}", "Try again; see its log.")


def mapping() -> dict[str, Any]:
    """Strict. Terms come ready-made and stay out of `_source`; the printed text is there for Kibana, natively analysed."""
    fields: dict[str, Any] = {
        "id": {"type": "keyword"},
        "url": {"type": "keyword", "index": False, "doc_values": False},
    }
    for name in STEM_FIELDS:
        fields[name] = {"type": "text", "analyzer": "whitespace", "search_analyzer": f"ask_{name[-2:]}"}
    for name in EXACT_FIELDS:
        fields[name] = {"type": "text", "analyzer": "whitespace", "search_analyzer": "ask_exact"}
    fields |= {name: {"type": "keyword"} for name in (*TAG_FIELDS, *FACET_FIELDS)}
    fields |= {name: {"type": "long"} for name in (*NUMBERS, "order")}
    fields |= {name: {"type": "text", "analyzer": "spanish"} for name in PRINTED}
    fields["published"] = {"type": "date", "format": "epoch_second"}
    hidden = [*STEM_FIELDS, *EXACT_FIELDS]
    return {"dynamic": "strict", "_meta": {"version": VERSION}, "_source": {"excludes": hidden}, "properties": fields}


def analysis() -> dict[str, Any]:
    """Analyzers for those who type in Kibana: near our own terms (97 % of plain words find the same set)."""
    plain = {"type": "custom", "tokenizer": "standard", "char_filter": ["accents"]}
    return {
        "char_filter": {"accents": {"type": "mapping", "mappings": ACCENTS}},
        "filter": {
            "snow_es": {"type": "snowball", "language": "Spanish"},
            "snow_en": {"type": "snowball", "language": "English"},
            "no_gaps": {"type": "stop", "stopwords": ["_"]},
        },
        "analyzer": {
            "ask_exact": plain | {"filter": ["lowercase"]},
            "ask_es": plain | {"filter": ["lowercase", "snow_es"]},
            "ask_en": plain | {"filter": ["lowercase", "snow_en"]},
            "gaps": {"type": "custom", "tokenizer": "whitespace", "filter": ["no_gaps"]},
        },
    }


def source(analysed: Analysed) -> dict[str, Any]:
    """What is sent for a record."""
    document = analysed.record.document
    values = row(analysed) | {"order": order_number(analysed), "url": document.url}
    values |= {name: text for name in PRINTED if (text := getattr(document, name))}
    when = seconds(analysed)
    return values | ({"published": when} if when is not None else {})


def ours(client: Elasticsearch, alias: str) -> dict[str, bool]:
    """Our indices of this alias, by name, and whether the alias leads there."""
    found = client.indices.get_alias(index=f"{alias}-v*", allow_no_indices=True, ignore_unavailable=True).body
    pattern = re.compile(rf"{re.escape(alias)}-v[0-9]+-[0-9a-f]+-([0-9]+)")
    return {name: alias in about["aliases"] for name, about in found.items() if pattern.fullmatch(name)}


def make(client: Elasticsearch, alias: str, *, in_force: bool) -> str:
    """A new empty index; with `in_force`, the alias leads to it at once. Returns its name."""
    if client.indices.exists(index=alias) and not client.indices.exists_alias(name=alias):
        raise StoreError(f"{alias} is an index in Elasticsearch, not an alias.", "Name another alias in PUTUTU_INDEX.")
    number = max((int(name.rsplit("-", 1)[1]) for name in ours(client, alias)), default=0) + 1
    name = f"{alias}-v{VERSION}-{number}"
    settings = {"number_of_shards": 1, "auto_expand_replicas": "0-1", "analysis": analysis()}
    client.indices.create(index=name, settings=settings, mappings=mapping(), aliases={alias: {}} if in_force else None)
    return name


def put_in_force(client: Elasticsearch, alias: str, name: str) -> None:
    """Lead the alias to this index in one step, then delete those it led to."""
    old = [other for other, leads in ours(client, alias).items() if leads and other != name]
    actions = [
        {"add": {"index": name, "alias": alias}},
        *({"remove": {"index": other, "alias": alias}} for other in old),
    ]
    client.indices.update_aliases(actions=actions)
    for other in old:
        client.indices.delete(index=other, ignore_unavailable=True)


def version(client: Elasticsearch, alias: str) -> str | None:
    """The version of the index that the alias leads to; None where there is none."""
    if not client.indices.exists_alias(name=alias):
        return None
    about = next(iter(client.indices.get_mapping(index=alias).body.values()))
    return str(about["mappings"].get("_meta", {}).get("version", "unknown"))
