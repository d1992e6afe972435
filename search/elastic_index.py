"""What the index in Elasticsearch holds: the strict mapping, the analysis for those who type in Kibana, a record's source.

Terms come ready-made, split by `whitespace`, and stay out of `_source`: they are the product's. For people there are the
printed texts natively analysed (`title`, `summary`, `text`, `translation.*`), keyword facets, dates and points on the map.
"""

from typing import Any

from core.terms import RULES, fold_word, stem
from core.time import lima_iso
from search.analysed import Analysed
from search.fields import EXACT_FIELDS, FACET_FIELDS, NUMBERS, STEM_FIELDS, order_number, row
from search.nodes import TAG_FIELDS

ACCENTS = [f"{accented} => {plain}" for accented, plain in zip("áéíóúüÁÉÍÓÚÜ", "aeiouuAEIOUU", strict=True)]
PRINTED = ("title", "summary", "text")
DATE = {"type": "date", "format": "strict_date_time_no_millis||strict_date_optional_time"}


def mapping() -> dict[str, Any]:
    """Strict: a field that is not here is refused."""
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
    fields["translation_text"] = {
        "dynamic": "strict",
        "properties": {name: {"type": "text", "analyzer": "english"} for name in PRINTED},
    }
    fields |= {"published": DATE, "fetched": DATE, "location": {"type": "geo_point"}}
    return {"dynamic": "strict", "_source": {"excludes": [*STEM_FIELDS, *EXACT_FIELDS]}, "properties": fields}


def analysis() -> dict[str, Any]:
    """Analyzers for those who type in Kibana: near our own terms (docs/decisions tells how near was measured)."""
    plain = {"type": "custom", "tokenizer": "standard", "char_filter": ["accents"]}
    filters: dict[str, Any] = {"no_gaps": {"type": "stop", "stopwords": ["_"]}}
    analyzers: dict[str, Any] = {
        "ask_exact": plain | {"filter": ["lowercase"]},
        "gaps": {"type": "custom", "tokenizer": "whitespace", "filter": ["no_gaps"]},
    }
    for side, language in (("es", "Spanish"), ("en", "English")):
        filters[f"known_{side}"] = {"type": "stemmer_override", "rules": _known(side)}
        filters[f"snow_{side}"] = {"type": "snowball", "language": language}
        analyzers[f"ask_{side}"] = plain | {"filter": ["lowercase", f"known_{side}", f"snow_{side}"]}
    return {
        "char_filter": {"accents": {"type": "mapping", "mappings": ACCENTS}},
        "filter": filters,
        "analyzer": analyzers,
    }


def _known(side: str) -> list[str]:
    """The stems of stop words and of the words in our lists, which Snowball would stem otherwise."""
    rules = RULES[side]
    lists = (*rules["apart"].values(), *rules["together"].values(), rules["stop"].split())
    words = dict.fromkeys(fold_word(word) for words in lists for word in words)
    return [f"{word} => {stem(word, side)}" for word in words]


def source(analysed: Analysed) -> dict[str, Any]:
    """What is sent for a record."""
    document, record = analysed.record.document, analysed.record
    values = row(analysed) | {
        "order": order_number(analysed),
        "url": document.url,
        "fetched": lima_iso(document.fetched),
    }
    values |= {name: text for name in PRINTED if (text := getattr(document, name))}
    if document.published:
        values["published"] = lima_iso(document.published)
    translated = {name: text for name in PRINTED if (text := record.field_text(f"translation.{name}"))}
    if translated:
        values["translation_text"] = translated
    points = _points(record.tags.get("places") or ())
    return values | ({"location": points} if points else {})


def _points(places: Any) -> list[dict[str, float]]:
    """Where the tagged places lie, each once."""
    found = {(place["lat"], place["lon"]) for place in places if _is_point(place.get("lat"), place.get("lon"))}
    return [{"lat": lat, "lon": lon} for lat, lon in sorted(found)]


def _is_point(lat: Any, lon: Any) -> bool:
    return isinstance(lat, int | float) and isinstance(lon, int | float) and abs(lat) <= 90 and abs(lon) <= 180
