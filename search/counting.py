"""Counts that are exact: facets, days, days of groups, from the aggregations that both engines understand.

tantivy's aggregations speak Elasticsearch's JSON, so the same code asks both; `ask` sends aggregations beside the query
and answers with their results. `terms` and `histogram` are three to fifty times faster than paging a `composite`, but cut
long lists and then only estimate: an answer counts as exact where the engine vouches for it, and is asked again where not.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from search.backend import DayCount

Json = dict[str, Any]
Ask = Callable[[Json], Mapping[str, Any]]
LISTED = 1_000  # values of a facet that are asked for first
DEEP = 50_000  # values that each segment or shard keeps; beyond, counts are not vouched for
AMONG = 5_000  # values named in one request
CELLS = 50_000  # days times values of one request: both engines refuse more than 65,000 buckets
PAGE = 10_000
DAYS: Json = {"histogram": {"field": "day", "interval": 1, "min_doc_count": 1}}
DATED: Json = {"value_count": {"field": "day"}}
EVERY: Json = {"value_count": {"field": "seen"}}  # every document has this one


def facets(ask: Ask, names: Sequence[str], size: int | None) -> dict[str, list[tuple[str, int]]]:
    """For each facet its `size` most frequent values, the first of the alphabet where counts are equal; all for None."""
    if not names:
        return {}
    found = ask({name: _terms(name, LISTED, DEEP) for name in names})
    return {name: _settled(ask, name, found[name], size) for name in names}


def _settled(ask: Ask, name: str, found: Mapping[str, Any], size: int | None) -> list[tuple[str, int]]:
    counts, error = _counts(found), int(found.get("doc_count_error_upper_bound") or 0)
    ranked = _ranked(counts)
    if not error and not found["sum_other_doc_count"]:
        return ranked[:size]
    if size is not None and 0 < size <= len(ranked):
        at_least, last = ranked[size - 1][1], ranked[-1][1]
        if at_least > last + error:  # nothing that is not listed can have so many
            if not error:
                return ranked[:size]
            likely = [value for value, count in ranked if count + error >= at_least]
            return _ranked(among(ask, name, likely))[:size]
    return _ranked(_all(ask, name))[:size]


def most(ask: Ask, name: str, size: int) -> dict[str, int]:
    """Exact counts of values that are among the most frequent; of a facet with too many values, some of the last may differ."""
    found = ask({name: _terms(name, size, max(size, DEEP))})[name]
    counts = _counts(found)
    return among(ask, name, list(counts)) if found.get("doc_count_error_upper_bound") else counts


def among(ask: Ask, name: str, values: Sequence[str]) -> dict[str, int]:
    """Exact counts of these values of a facet; those that do not occur are left out."""
    counts: dict[str, int] = {}
    for start in range(0, len(values), AMONG):
        part = list(values[start : start + AMONG])
        counts |= _counts(ask({name: _terms(name, len(part), len(part), part)})[name])
    return counts


def days(ask: Ask) -> list[DayCount]:
    """Counts by day, in order, the undated first."""
    found = ask({"days": DAYS, "dated": DATED, "every": EVERY})
    return list(_of_group(None, found, int(found["every"]["value"])))


def grouped_days(ask: Ask, name: str) -> list[DayCount]:
    """Counts by day for each value of a facet, in order; as many values at once as there are buckets for."""
    found = ask({"days": DAYS, name: _terms(name, LISTED, DEEP)})
    values = [value for value, _ in _settled(ask, name, found[name], None)]
    chunk = max(1, CELLS // (len(found["days"]["buckets"]) + 1))
    rows: list[DayCount] = []
    for start in range(0, len(values), chunk):
        part = values[start : start + chunk]
        terms = _terms(name, len(part), len(part), None if len(part) == len(values) else part)
        for bucket in ask({name: terms | {"aggs": {"days": DAYS, "dated": DATED}}})[name]["buckets"]:
            rows.extend(_of_group(str(bucket["key"]), bucket, int(bucket["doc_count"])))
    return sorted(rows, key=DayCount.order)


def combinations(ask: Ask, fields: Sequence[str]) -> Iterator[tuple[tuple[Any, ...], int]]:
    """Every combination of values of these fields that occurs, with its count, paged so that no limit cuts it."""
    sources = [{name: {"terms": {"field": name}}} for name in fields]
    after: Json | None = None
    while True:
        page = {"size": PAGE, "sources": sources} | ({"after": after} if after else {})
        found = ask({"page": {"composite": page}})["page"]
        for bucket in found["buckets"]:
            yield tuple(bucket["key"][name] for name in fields), int(bucket["doc_count"])
        after = found.get("after_key")
        if after is None or len(found["buckets"]) < PAGE:
            return


def _all(ask: Ask, name: str) -> dict[str, int]:
    """Every value with its count, page by page where they are too many for one answer."""
    found = ask({name: _terms(name, DEEP, DEEP)})[name]
    if not found["sum_other_doc_count"] and not found.get("doc_count_error_upper_bound"):
        return _counts(found)
    return {str(value): count for (value,), count in combinations(ask, (f"facet_{name}",))}


def _terms(name: str, size: int, deep: int, include: Sequence[str] | None = None) -> Json:
    asked: Json = {"field": f"facet_{name}", "size": size, "shard_size": deep}
    return {"terms": asked | ({"include": include} if include is not None else {})}


def _counts(found: Mapping[str, Any]) -> dict[str, int]:
    return {str(bucket["key"]): int(bucket["doc_count"]) for bucket in found["buckets"]}


def _ranked(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _of_group(group: str | None, found: Mapping[str, Any], every: int) -> Iterator[DayCount]:
    """The rows of one group: the engines give days as floats, and the undated as what is lacking of all."""
    if undated := every - int(found["dated"]["value"]):
        yield DayCount(group, None, undated)
    for bucket in found["days"]["buckets"]:
        yield DayCount(group, date.fromordinal(int(bucket["key"])), int(bucket["doc_count"]))
